/**
 * A rule's test has a table for each verdict. For every violation the tester also checks what holds for all rules
 * (obligations.ts).
 */
import { describe, expect, test } from 'vitest';
import { type Change, invertChanges, type PreservedValue } from '../../src/domain/changes/change.ts';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import { parseSnapshot, type Snapshot } from '../../src/domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../src/domain/rules/evaluate.ts';
import type { AnyRule, Severity, Tier, Verdict } from '../../src/domain/rules/rule.ts';
import { parseSettings, rulesFor } from '../../src/domain/rules/settings.ts';
import { OBLIGATIONS } from './obligations.ts';

export interface Row {
  readonly title: string;
  /** The resource, when it is not that of the table. */
  readonly id?: string;
  readonly documents: { readonly [name: string]: JsonObject | null };
  readonly parameters?: JsonObject;
  /** The expected reason. */
  readonly reason?: RegExp;
}

export interface ViolationRow extends Row {
  readonly tier: Tier;
  /** The tier of the rule by default. */
  readonly severity?: Severity;
  readonly changes: readonly Change[];
  readonly kept?: readonly PreservedValue[];
  /** Whether this change is reversible; a change from null mostly is not. */
  readonly undo?: boolean;
}

export interface Tables {
  readonly id: string;
  readonly compliant: readonly Row[];
  readonly violation: readonly ViolationRow[];
  readonly notApplicable?: readonly Row[];
  readonly unknown: readonly Row[];
}

export function testRule(rule: AnyRule, tables: Tables): void {
  describe(rule.id, () => {
    verdictTable('compliant', tables.compliant);
    verdictTable('not-applicable', tables.notApplicable ?? []);
    verdictTable('unknown', tables.unknown);
    if (tables.violation.length === 0) return;
    describe('violation', () => {
      describe.each(tables.violation)('$title', (row) => {
        const snapshot = snapshotOf(row);
        const judge = (seen: Snapshot) => judged(seen, row);

        test('has exactly these changes', () => {
          const found = judge(snapshot);
          expect(found).toMatchObject({
            verdict: 'violation',
            tier: row.tier,
            severity: row.severity ?? rule.severity,
          });
          expect(found.changes).toEqual(row.changes);
          expect(found.preserved).toEqual(row.kept ?? []);
          expect(found.reason).toMatch(row.reason ?? /\.$/);
          const undo = rule.reversible && invertChanges(found.changes) !== null;
          expect(undo, 'whether it can be undone').toBe(row.undo ?? rule.reversible);
        });
        if (row.changes.length === 0) return;
        test.each(Object.entries(OBLIGATIONS))('%s', (_, obligation) => obligation(snapshot, judge));
      });
    });
  });

  function verdictTable(verdict: Verdict, rows: readonly Row[]): void {
    if (rows.length === 0) return;
    test.each(rows)(`${verdict}: $title`, (row) => {
      const found = judged(snapshotOf(row), row);
      expect(found.verdict, found.reason).toBe(verdict);
      expect(found.reason).toMatch(row.reason ?? /./);
      expect(found.changes).toEqual([]);
    });
  }

  function judged(snapshot: Snapshot, { parameters = {} }: Row): Evaluation {
    const parsed = parseSettings({ rules: { [rule.id]: { enabled: true, parameters } } }, [rule]);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const [found] = evaluate(snapshot, rulesFor(parsed.settings, [rule], snapshot.resource, {}), NOW);
    if (!found) throw new Error(`${rule.id} is not evaluated on ${snapshot.resource.id}`);
    return found;
  }

  /** Frozen, so that a rule that writes into its input fails. */
  function snapshotOf({ id, documents }: Row): Snapshot {
    return frozen(parseSnapshot({ id: id ?? tables.id, documents }));
  }
}

const NOW = new Date('2026-01-15T12:00:00Z');

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
