/**
 * Updates the stored changers of a resource: its writers, and by rule the time until which it was compliant. A rule is
 * compliant when its documents were read, its verdict is compliant, and Azure had finished provisioning. Nothing else
 * clears changers.
 */

import { mergeWriters } from '../../domain/resources/writers.ts';
import { coveredBefore } from '../events/settle-delay.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { writersOfEvents } from '../state/changers.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import type { ReconcileResult } from './reconcile-result.ts';

type ChangerState = Pick<
  ResourceState,
  'writers' | 'writersTruncatedAt' | 'compliantAt' | 'unattributedSince' | 'beforeFix'
>;

export function updateChangers(
  deps: Deps,
  outcome: Pick<ReconcileResult, 'state' | 'evaluated' | 'provisioned' | 'firstRead' | 'outcomes' | 'operations'>,
): ChangerState {
  const { state, evaluated, provisioned, firstRead } = outcome;
  const { resourceState } = state;
  const withVerdict = (verdict: string) => evaluated.filter(({ evaluation }) => evaluation.verdict === verdict);
  const compliant = provisioned ? withVerdict('compliant').map(({ evaluation }) => evaluation.rule.id) : [];
  // Changes received so shortly before the read may not have been visible in it.
  const until = coveredBefore(firstRead, deps.options.settleSeconds);
  const now = deps.clock.now().toISOString();
  const unattributed = withVerdict('violation').filter(({ changers: { callers } }) => callers.length === 0);
  const added = unattributed
    .map(({ evaluation }) => evaluation.rule.id)
    .filter((rule) => !(rule in resourceState.unattributedSince));
  const isKnown = (rule: string) => deps.rules.some(({ id }) => id === rule);
  return {
    ...mergeWaitingWriters(state),
    compliantAt: filterRules(isKnown, {
      ...resourceState.compliantAt,
      ...Object.fromEntries(compliant.map((rule) => [rule, until])),
    }),
    unattributedSince: filterRules((rule) => isKnown(rule) && !compliant.includes(rule), {
      ...resourceState.unattributedSince,
      ...Object.fromEntries(added.map((rule) => [rule, now])),
    }),
    beforeFix: filterRules(isKnown, { ...resourceState.beforeFix, ...stateBeforeFixes(outcome) }),
  };
}

/** The stored writers, and those of the waiting events. */
export function mergeWaitingWriters({
  resourceState,
  waitingEvents,
  identity,
}: ReconcileState): Pick<ChangerState, 'writers' | 'writersTruncatedAt'> {
  return mergeWriters(resourceState, writersOfEvents(waitingEvents, identity));
}

/**
 * By rule with an open or new fix: the state before the fix. While Azure works, the resource may be compliant already.
 */
function stateBeforeFixes({
  outcomes,
  operations,
  state: { resourceState },
}: Pick<ReconcileResult, 'outcomes' | 'operations' | 'state'>) {
  const attempts = [
    ...outcomes.map(({ attempt }) => attempt),
    ...operations.flatMap((operation) => operation.attempts),
  ];
  const fixes = attempts.filter(({ purpose }) => purpose === 'fix').map(({ rule }) => rule);
  return Object.fromEntries(
    fixes.map((rule) => [
      rule,
      { compliantAt: resourceState.compliantAt[rule] ?? null, unattributed: rule in resourceState.unattributedSince },
    ]),
  );
}

function filterRules<T>(includes: (rule: string) => boolean, all: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([rule]) => includes(rule)));
}
