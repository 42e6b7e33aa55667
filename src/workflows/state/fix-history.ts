/** The outcomes of fixes, by rule. Rollbacks are not counted. */

import { type Attempt, hasEnded } from '../../domain/approvals/attempt.ts';
import type { ReasonCode } from '../../domain/resources/reasons.ts';
import { NO_HISTORY, type RuleHistory, withFixOutcome } from '../../domain/rules/history.ts';

/** The reason codes of a failed write. */
const FAILURE_CODES: readonly ReasonCode[] = ['invalid', 'gone', 'not-verified'];

export function updateHistory(
  history: Readonly<Record<string, RuleHistory>>,
  attempts: readonly Attempt[],
  at: Date,
): Readonly<Record<string, RuleHistory>> {
  const after = new Map(Object.entries(history));
  for (const { purpose, rule, result } of attempts.filter(hasEnded)) {
    if (purpose !== 'fix') continue;
    const has = (code: ReasonCode) => result.reasons.some((reason) => reason.code === code);
    // A plan whose rest was not sent yet is not a failed write. A failed write has a reason of its own.
    const isIncomplete = result.state === 'failed' && has('part-applied') && !FAILURE_CODES.some(has);
    const outcome = { state: isIncomplete ? 'left' : result.state, alsoMoved: has('also-moved') };
    after.set(rule.id, withFixOutcome(after.get(rule.id) ?? NO_HISTORY, outcome, at.toISOString()));
  }
  return Object.fromEntries(after);
}
