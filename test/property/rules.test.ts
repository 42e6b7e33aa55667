/** For any documents: the obligations of every rule, and the fewest requests for any set of violations. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf } from '../../src/domain/changes/plan-requests.ts';
import type { Snapshot } from '../../src/domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../src/domain/rules/evaluate.ts';
import { type EffectiveRule, parseSettings, rulesFor, type Settings } from '../../src/domain/rules/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { OBLIGATIONS } from '../rules/obligations.ts';
import { written } from '../rules/written.ts';
import { rubbish, snapshots, WORKSPACE } from './generated-documents.ts';

const NOW = new Date('2026-01-15T12:00:00Z');
const RUNS = { numRuns: 600 };
const FIXABLE = rules.filter(({ writes }) => writes.length > 0).map(({ id }) => id);

/** Every rule, with the parameters that some of them need for a fix. */
const settings = settingsWith({
  'webapp-access-restrict': { allowedRanges: ['203.0.113.0/24'] },
  'containerapp-ip-restrict': { allowedRanges: ['203.0.113.0/24'] },
  'webapp-auto-heal': {
    rule: {
      triggers: { statusCodesRange: [{ statusCodes: '500-599', count: 20, timeInterval: '00:05:00' }] },
      actions: { actionType: 'Recycle', minProcessExecutionTime: '00:10:00' },
    },
  },
  'webapp-required-tags': { tags: ['owner'] },
  'containerapp-required-tags': { tags: ['owner'] },
});

describe('every rule, on generated documents', () => {
  test.each(Object.entries(OBLIGATIONS))('%s', (_, obligation) => {
    const met = new Map<string, number>();
    checkAll(({ snapshot, violations }) => {
      for (const { rule } of violations) {
        obligation(snapshot, (seen) => only(seen, rule.id));
        met.set(rule.id, (met.get(rule.id) ?? 0) + 1);
      }
    });
    expect([...met.keys()].sort(), 'rules with a fix whose violations the documents had').toEqual(FIXABLE);
  });

  test('any set of violations takes one request per path, or per setting in a list', () => {
    checkAll(({ snapshot, violations }, coin) => {
      const chosen = violations.filter(() => coin.next().value);
      const plan = planOf(snapshot.resource, chosen);
      expect(new Set(plan.map(({ path }) => path)).size).toBe(plan.length);
      // Tags are the only part of a resource that is written elsewhere.
      const places = chosen.flatMap(({ changes }) =>
        changes.map(({ document, path }) => (path.startsWith('/tags/') ? 'tags' : document)),
      );
      expect(plan.length).toBe(new Set(places).size);
      const after = written(snapshot, plan);
      // For an app that is not reachable any more, its sign-in does not matter.
      for (const { rule } of chosen) expect(['compliant', 'not-applicable']).toContain(only(after, rule.id).verdict);
    });
  });
});

describe('guarantee 9: fail closed for any documents', () => {
  test('documents of any JSON give a verdict, and only a violation has changes', () => {
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

  test('a rule with no read document is unknown', () => {
    // A slot has no slots, by its id.
    const apps = fc.sample(snapshots, 50).filter(({ resource }) => resource.type !== 'Microsoft.Web/sites/slots');
    for (const snapshot of apps) {
      for (const { rule, verdict } of all({ ...snapshot, documents: {} })) expect(verdict, rule.id).toBe('unknown');
    }
  });
});

function settingsWith(parameters: Record<string, Record<string, unknown>>): Settings {
  const chosen = Object.entries(parameters).map(([id, values]) => [id, { parameters: values }]);
  const parsed = parseSettings({ profile: 'strict', rules: Object.fromEntries(chosen) }, rules);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

interface Judged {
  readonly snapshot: Snapshot;
  /** Those that have a fix. */
  readonly violations: readonly Evaluation[];
}

/** All tests see the same documents: generating and judging them takes the most time. */
const seed = Date.now();
const judged: Judged[] = [];

/** Checks a property of generated documents. fast-check makes those that fail smaller. */
function checkAll(check: (one: Judged, coin: fc.Stream<boolean>) => void): void {
  let run = 0;
  let failed = false;
  fc.assert(
    fc.property(snapshots, fc.infiniteStream(fc.boolean()), (snapshot, coin) => {
      const known = failed ? undefined : judged[run];
      const one = known ?? { snapshot, violations: fixable(snapshot) };
      if (known === undefined && !failed) judged.push(one);
      run += 1;
      try {
        check(one, coin);
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
    { ...RUNS, seed },
  );
}

/** By resource: the settings stay, and there are few resources. */
const effective = new Map<string, EffectiveRule[]>();

function rulesOf({ resource }: Snapshot): EffectiveRule[] {
  const found = effective.get(resource.id) ?? rulesFor(settings, rules, resource, { workspaceId: WORKSPACE });
  effective.set(resource.id, found);
  return found;
}

function all(snapshot: Snapshot): Evaluation[] {
  return evaluate(snapshot, rulesOf(snapshot), NOW);
}

function fixable(snapshot: Snapshot): Evaluation[] {
  return all(snapshot).filter(({ changes }) => changes.length > 0);
}

function only(snapshot: Snapshot, id: string): Evaluation {
  const chosen = rulesOf(snapshot).filter(({ rule }) => rule.id === id);
  const [found] = evaluate(snapshot, chosen, NOW);
  if (!found) throw new Error(`${id} was not evaluated`);
  return found;
}
