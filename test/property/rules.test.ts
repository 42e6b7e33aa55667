/** Whatever the documents are: what every rule owes, and the fewest requests for any mix of violations. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Evaluation, evaluate } from '../../src/domain/evaluate.ts';
import { planOf } from '../../src/domain/plan.ts';
import { defaultRules } from '../../src/domain/settings.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { rules } from '../../src/rules/index.ts';
import { OBLIGATIONS } from '../rules/obligations.ts';
import { written } from '../rules/written.ts';
import { rubbish, snapshots, WORKSPACE } from './generated-documents.ts';

const NOW = new Date('2026-01-15T12:00:00Z');
const RUNS = { numRuns: 400 };

describe('every rule, on generated documents', () => {
  test.each(Object.entries(OBLIGATIONS))('%s', (_, obligation) => {
    let checked = 0;
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        for (const { rule } of fixable(snapshot)) {
          obligation(snapshot, (seen) => only(all(seen), rule.id));
          checked += 1;
        }
      }),
      RUNS,
    );
    expect(checked, 'violations that the documents had').toBeGreaterThan(RUNS.numRuns);
  });

  test('any mix of violations takes one request for a document, or for a setting in a list', () => {
    fc.assert(
      fc.property(snapshots, fc.infiniteStream(fc.boolean()), (snapshot, coin) => {
        const chosen = fixable(snapshot).filter(() => coin.next().value);
        const plan = planOf(
          snapshot.resource,
          chosen.flatMap(({ changes }) => changes),
          chosen.flatMap(({ kept }) => kept),
        );
        expect(new Set(plan.map(({ path }) => path)).size).toBe(plan.length);
        const touched = new Set(chosen.flatMap(({ changes }) => changes.map(({ document }) => document)));
        expect(plan.length).toBe(touched.size);
        expect(plan.flatMap(({ changes }) => changes).length).toBe(chosen.flatMap(({ changes }) => changes).length);
        const after = all(written(snapshot, plan));
        for (const { rule } of chosen) expect(only(after, rule.id).verdict).toBe('compliant');
      }),
      RUNS,
    );
  });
});

describe('promise 9: fail closed, whatever comes back', () => {
  test('documents that are any JSON give a verdict, and only a violation has changes', () => {
    fc.assert(
      fc.property(rubbish, (snapshot) => {
        for (const { verdict, changes } of all(snapshot)) {
          expect(['compliant', 'violation', 'not-applicable', 'unknown']).toContain(verdict);
          if (verdict !== 'violation') expect(changes).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a rule none of whose documents were read knows nothing', () => {
    for (const snapshot of fc.sample(snapshots, 50)) {
      for (const { verdict } of all({ ...snapshot, documents: {} })) expect(verdict).toBe('unknown');
    }
  });
});

function all(snapshot: Snapshot): Evaluation[] {
  return evaluate(snapshot, defaultRules(rules, snapshot.resource, { workspaceId: WORKSPACE }), NOW);
}

function fixable(snapshot: Snapshot): Evaluation[] {
  return all(snapshot).filter(({ changes }) => changes.length > 0);
}

function only(evaluations: readonly Evaluation[], id: string): Evaluation {
  const found = evaluations.find(({ rule }) => rule.id === id);
  if (!found) throw new Error(`${id} was not evaluated`);
  return found;
}
