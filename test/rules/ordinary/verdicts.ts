/** The verdicts of every rule of a kind on a snapshot, with default parameters, as `npm run evaluate` gives them. */

import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../../src/domain/rules/evaluate.ts';
import type { Verdict } from '../../../src/domain/rules/rule.ts';
import { defaultRules } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';

export interface SnapshotFile {
  readonly id: string;
  readonly documents: { readonly [name: string]: JsonObject | null };
}

export const NOW = new Date('2026-11-01T12:00:00Z');

/** The evaluation of each rule, ordered by rule id. */
export function evaluationsOf(file: SnapshotFile): Evaluation[] {
  const snapshot = parseSnapshot(file);
  return evaluate(snapshot, defaultRules(rules, snapshot.resource, {}), NOW);
}

/** The verdict of each rule by its id. */
export function verdictsOf(file: SnapshotFile): Record<string, Verdict> {
  return Object.fromEntries(evaluationsOf(file).map(({ rule, verdict }) => [rule.id, verdict]));
}
