/**
 * Whether only a sweep found a violation: nobody wrote the resource since it met the rule, and there is no other
 * trigger (an event without a caller, an open approval, a request by an operator). With such a trigger, a violation
 * keeps this state until the resource meets the rule again: the stored decision shows it.
 */

import type { Writer } from '../../domain/resources/writers.ts';
import type { Evaluation } from '../../domain/rules/evaluate.ts';
import { isOwnWrite } from './changers.ts';
import { openApprovals, type ReconcileInput } from './reconcile-context.ts';

export function isFoundBySweepOnly(
  { message, state }: Pick<ReconcileInput, 'message' | 'state'>,
  { rule }: Pick<Evaluation, 'rule'>,
  changers: readonly Writer[],
): boolean {
  const { resourceState, waitingEvents, identity } = state;
  if (waitingEvents.some((event) => !isOwnWrite(event, identity))) return false;
  if (message.rule === rule.id || openApprovals(state).some((approval) => approval.rule.id === rule.id)) return false;
  const before = resourceState.findings.find((finding) => finding.rule === rule.id);
  // For a rule without an earlier finding, the writers prove nothing. Entries of the Activity Log are no trigger.
  if (before && changers.some(({ source }) => source === 'event')) return false;
  if (before?.verdict === 'violation' && before.tier === 'risky') {
    return before.decision?.reasons.some(({ code }) => code === 'found-by-sweep') ?? false;
  }
  const cause = message.cause === 'wake' ? resourceState.trigger?.type : message.cause;
  return cause === 'sweep' || cause === 'scan';
}
