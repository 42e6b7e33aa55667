/**
 * Updates the stored changers of a resource: its writers, and by rule the time until which it was compliant. A rule is
 * compliant when its documents were read, its verdict is compliant, and Azure had finished provisioning. Nothing else
 * clears changers.
 */

import type { Attempt } from '../../domain/approvals/attempt.ts';
import { mergeWriters } from '../../domain/resources/writers.ts';
import { coveredBefore } from '../events/settle-delay.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { type ChangerEvidence, writersOfEvents } from '../state/changers.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';

type ChangerState = Pick<
  ResourceState,
  'writers' | 'writersTruncatedAt' | 'compliantAt' | 'unattributedSince' | 'beforeFix'
>;

/** What a reconcile found out about the changers. */
interface Finished {
  readonly evidence: ChangerEvidence;
  /** The verdicts after the writes. */
  readonly evaluated: readonly EvaluatedRule[];
  /** Azure had finished provisioning, so a compliant verdict is stable. */
  readonly provisioned: boolean;
  readonly attempts: readonly Attempt[];
}

export function updateChangers(
  { deps, startedAt }: Pick<ReconcileContext, 'deps' | 'startedAt'>,
  { evidence, evaluated, provisioned, attempts }: Finished,
): ChangerState {
  const { resourceState } = evidence;
  const withVerdict = (verdict: string) => evaluated.filter(({ evaluation }) => evaluation.verdict === verdict);
  const compliant = provisioned ? withVerdict('compliant').map(({ evaluation }) => evaluation.rule.id) : [];
  // Changes received so shortly before the read may not have been visible in it.
  const until = coveredBefore(startedAt, deps.options.settleSeconds);
  const now = deps.clock.now().toISOString();
  const unattributed = withVerdict('violation').filter(({ changers: { callers } }) => callers.length === 0);
  const added = unattributed
    .map(({ evaluation }) => evaluation.rule.id)
    .filter((rule) => !(rule in resourceState.unattributedSince));
  const isKnown = (rule: string) => deps.rules.some(({ id }) => id === rule);
  return {
    ...mergeWaitingWriters(evidence),
    compliantAt: filterRules(isKnown, {
      ...resourceState.compliantAt,
      ...Object.fromEntries(compliant.map((rule) => [rule, until])),
    }),
    unattributedSince: filterRules((rule) => isKnown(rule) && !compliant.includes(rule), {
      ...resourceState.unattributedSince,
      ...Object.fromEntries(added.map((rule) => [rule, now])),
    }),
    beforeFix: filterRules(isKnown, { ...resourceState.beforeFix, ...stateBeforeFixes(evidence, attempts) }),
  };
}

/** The stored writers, and those of the waiting events. */
export function mergeWaitingWriters({
  resourceState,
  waitingEvents,
  identity,
}: ChangerEvidence): Pick<ChangerState, 'writers' | 'writersTruncatedAt'> {
  return mergeWriters(resourceState, writersOfEvents(waitingEvents, identity));
}

/**
 * By rule with an open or new fix: the state before the fix. While Azure works, the resource may be compliant already.
 */
function stateBeforeFixes({ resourceState }: ChangerEvidence, attempts: readonly Attempt[]) {
  const fixes = attempts.filter(({ purpose }) => purpose === 'fix').map(({ rule }) => rule.id);
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
