/** The outcomes of fixes, by rule. Rollbacks are not counted. */

import type { ReasonCode } from '../../domain/resources/reasons.ts';
import { NO_HISTORY, type RuleHistory, withFixOutcome } from '../../domain/rules/history.ts';
import type { AttemptOutcome } from '../state/attempts.ts';

/** The reason codes of a failed write. */
const FAILURE_CODES: readonly ReasonCode[] = ['invalid', 'gone', 'not-verified'];

export function updateHistory(
  history: Readonly<Record<string, RuleHistory>>,
  outcomes: readonly AttemptOutcome[],
  at: Date,
): Readonly<Record<string, RuleHistory>> {
  const after = new Map(Object.entries(history));
  for (const { attempt, state, reasons } of outcomes) {
    if (attempt.purpose !== 'fix') continue;
    const has = (code: ReasonCode) => reasons.some((reason) => reason.code === code);
    // A plan whose rest was not sent yet is not a failed write. A failed write has a reason of its own.
    const isIncomplete = state === 'failed' && has('part-applied') && !FAILURE_CODES.some(has);
    const outcome = { state: isIncomplete ? 'left' : state, alsoMoved: has('also-moved') };
    after.set(attempt.rule, withFixOutcome(after.get(attempt.rule) ?? NO_HISTORY, outcome, at.toISOString()));
  }
  return Object.fromEntries(after);
}
