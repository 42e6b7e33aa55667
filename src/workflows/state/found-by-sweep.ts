/**
 * Whether only a sweep found a violation: there is no other trigger, such as an event without a caller, an open approval
 * or a request by an operator.
 */

import { onlySweepFound } from '../../domain/decisions/found-by-sweep.ts';
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
  const cause = message.cause === 'wake' ? resourceState.trigger?.type : message.cause;
  return onlySweepFound({
    requested: message.rule === rule.id || openApprovals(state).some((approval) => approval.rule.id === rule.id),
    before: resourceState.findings.find((finding) => finding.rule === rule.id),
    changedByEvent: changers.some(({ source }) => source === 'event'),
    bySweep: cause === 'sweep' || cause === 'scan',
  });
}
