/** The input of a decision about a violation. */

import type { Approval } from '../../domain/approvals/approval.ts';
import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import { type Exemption, exemptionFor } from '../../domain/approvals/exemption.ts';
import { holdOfRollouts } from '../../domain/approvals/rollout.ts';
import type { DecisionBasis } from '../../domain/decisions/basis.ts';
import {
  type BudgetHold,
  type DecisionInput,
  type DeclinedChange,
  isDeclined,
} from '../../domain/decisions/constraints.ts';
import type { Decision } from '../../domain/decisions/decide.ts';
import { factsOf } from '../../domain/decisions/facts.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { Person } from '../../domain/resources/principal.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Evaluation } from '../../domain/rules/evaluate.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import { policyFor } from '../../domain/rules/policy.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { Versioned } from '../ports/storage.ts';
import { type ChangerEvidence, type Changers, changersOf, findChanger, isOwnWrite } from './changers.ts';
import { isFoundBySweepOnly } from './found-by-sweep.ts';
import type { ReconcileInput, ReconcileState } from './reconcile-context.ts';

/** A rule's evaluation with the decision about it. */
export interface EvaluatedRule {
  readonly evaluation: Evaluation;
  /** What its fix would write; null when there is nothing to write. */
  readonly changeSet: ChangeSet | null;
  readonly decision: Decision | null;
  /** The decision if its changes were approved. */
  readonly approvedDecision: Decision | null;
  /** What is stored so that it can be decided again. */
  readonly basis: DecisionBasis;
  readonly changers: Changers;
}

/** What decisions depend on and a reconcile changes: before the plan it is as loaded and read, at the end as recorded. */
export interface DecisionFacts extends Pick<ResourceState, 'history' | 'declined'> {
  readonly now: Date;
  readonly snapshot: Snapshot;
  readonly evidence: ChangerEvidence;
  readonly exemptions: readonly Exemption[];
  /** A sweep retries what keeps failing. */
  readonly retryFailing: boolean;
  /** The hold when the hourly budget refused the resource. */
  readonly budgetHold: BudgetHold | null;
}

/** The facts before the plan. `exemptions` include those for fixes that were rolled back. */
export function factsBeforePlan(
  { state, snapshot, startedAt, message }: ReconcileInput,
  exemptions: readonly Exemption[],
  evidence: ChangerEvidence = state,
): DecisionFacts {
  const { history, declined } = state.resourceState;
  const retryFailing = message.sweep !== undefined;
  return { history, declined, now: startedAt, snapshot, evidence, exemptions, retryFailing, budgetHold: null };
}

/** The input of the constraints for this violation. `digest` is that of its changes. */
export function decisionInputOf(
  input: ReconcileInput,
  facts: DecisionFacts,
  evaluation: Evaluation,
  digest: string | null,
): DecisionInput {
  const { resource, state, selfId } = input;
  const { settings } = state.settings;
  const { rule } = evaluation;
  const { now, snapshot, retryFailing, budgetHold } = facts;
  const { callers } = changersOf(facts.evidence, rule.id);
  return {
    ...policyFor(settings, resource, now),
    now,
    resource,
    facts: factsOf(snapshot),
    selfId,
    retryFailing,
    budgetHold,
    rolloutHold: holdOfRollouts(settings, state.rollouts, resource, rule.id),
    foundBySweep: !settings.approvals.fromSweep && isFoundBySweepOnly(input, evaluation, callers),
    declined: digest === null ? null : (activeDeclined(state, facts)[digest] ?? null),
    exemption: exemptionFor(facts.exemptions, resource, rule.id, now),
    history: facts.history[rule.id] ?? NO_HISTORY,
    changers: callers,
  };
}

/**
 * The rejections and expiries of these approvals, by digest. `isChanger`: whether a person is among the changers for a
 * rule.
 */
function newlyDeclined(
  loaded: readonly Versioned<Approval>[],
  rejectedDays: number,
  isChanger: (person: Person, rule: string) => boolean,
): Record<string, DeclinedChange> {
  return Object.fromEntries(
    loaded.flatMap(({ value: { status, digest, decision, expiresAt, rule } }): [string, DeclinedChange][] => {
      if (status === 'expired') return [[digest, { status: 'expired', at: expiresAt, until: null }]];
      if (status !== 'rejected' || !decision) return [];
      const until = timeAfter(decision.at, rejectedDays * DAY_MS).toISOString();
      const byChanger = isChanger(decision.by, rule.id) ? { byChanger: true as const } : {};
      return [[digest, { status: 'rejected', at: decision.at, until, ...byChanger }]];
    }),
  );
}

/** The declined changes in force: rejections until they end, expiries until somebody changes the resource. */
export function activeDeclined(
  state: ReconcileState,
  { declined, evidence, now }: Pick<DecisionFacts, 'declined' | 'evidence' | 'now'>,
): Record<string, DeclinedChange> {
  const changed = state.waitingEvents.some((event) => !isOwnWrite(event, state.identity));
  const { rejectedDays, separationOfDuties } = state.settings.settings.approvals;
  const isChanger = ({ objectId }: Person, rule: string) =>
    separationOfDuties && findChanger(changersOf(evidence, rule), objectId) !== null;
  const all = { ...declined, ...newlyDeclined(state.approvals, rejectedDays, isChanger) };
  return Object.fromEntries(
    Object.entries(all).filter(([, one]) => (one.until === null ? !changed : isDeclined(one, now))),
  );
}
