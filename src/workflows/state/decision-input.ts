/** The input of a decision about a violation. */

import type { Approval } from '../../domain/approvals/approval.ts';
import { exemptionFor } from '../../domain/approvals/exemption.ts';
import type { DecisionInput, DeclinedChange } from '../../domain/decisions/constraints.ts';
import type { Decision } from '../../domain/decisions/decide.ts';
import type { Person } from '../../domain/resources/principal.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Evaluation } from '../../domain/rules/evaluate.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import { freezeFor, modeFor, windowFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import type { Versioned } from '../ports/storage.ts';
import { type Changers, changersOf, findChanger, isOwnWrite } from './changers.ts';
import { isFoundBySweepOnly } from './found-by-sweep.ts';
import type { ReconcileState } from './reconcile-state.ts';

/** A rule's evaluation with the decision about it. */
export interface EvaluatedRule {
  readonly evaluation: Evaluation;
  /** The digest of its changes; null when there are none. */
  readonly digest: string | null;
  readonly decision: Decision | null;
  /** The decision if its changes were approved. */
  readonly approvedDecision: Decision | null;
  readonly changers: Changers;
}

/**
 * The rejections and expiries of these approvals, by digest. `isChanger`: whether a person is among the changers for a
 * rule.
 */
export function newlyDeclined(
  loaded: readonly Versioned<Approval>[],
  rejectedDays: number,
  isChanger: (person: Person, rule: string) => boolean,
): Record<string, DeclinedChange> {
  return Object.fromEntries(
    loaded.flatMap(({ value: { status, digest, decision, expiresAt, rule } }): [string, DeclinedChange][] => {
      if (status === 'expired') return [[digest, { status: 'expired', at: expiresAt, until: null }]];
      if (status !== 'rejected' || !decision) return [];
      const until = new Date(Date.parse(decision.at) + rejectedDays * 86400000).toISOString();
      const byChanger = isChanger(decision.by, rule.id) ? { byChanger: true as const } : {};
      return [[digest, { status: 'rejected', at: decision.at, until, ...byChanger }]];
    }),
  );
}

/** The input of the constraints for this violation. `digest` is that of its changes. */
export function decisionInputOf(
  deps: Deps,
  resource: Resource,
  state: ReconcileState,
  snapshot: Snapshot,
  now: Date,
  evaluation: Evaluation,
  digest: string | null,
): DecisionInput {
  const { settings } = state.settings;
  const { rule } = evaluation;
  const { callers } = changersOf(state, rule.id);
  return {
    now,
    resource,
    snapshot,
    mode: modeFor(settings, resource),
    stopped: settings.stopped,
    selfId: deps.options.selfId,
    foundBySweep: !settings.approvals.fromSweep && isFoundBySweepOnly(evaluation, state, callers),
    declined: digest === null ? null : (activeDeclined(state, now)[digest] ?? null),
    exemption: exemptionFor(state.exemptions, resource, rule.id, now),
    limits: settings.limits,
    history: state.resourceState.history[rule.id] ?? NO_HISTORY,
    changers: callers,
    retryFailing: state.isSweep,
    budgetHold: state.budgetHold,
    window: windowFor(settings, resource),
    frozen: freezeFor(settings, resource, now),
    tagOptDown: settings.tagOptDown,
  };
}

/** The declined changes in force: rejections until they end, expiries until somebody changes the resource. */
export function activeDeclined(state: ReconcileState, now: Date): Record<string, DeclinedChange> {
  const changed = state.waitingEvents.some((event) => !isOwnWrite(event, state.identity));
  const { rejectedDays, separationOfDuties } = state.settings.settings.approvals;
  const isChanger = ({ objectId }: Person, rule: string) =>
    separationOfDuties && findChanger(changersOf(state, rule), objectId) !== null;
  const all = { ...state.resourceState.declined, ...newlyDeclined(state.approvals, rejectedDays, isChanger) };
  return Object.fromEntries(
    Object.entries(all).filter(([, { until }]) => (until === null ? !changed : Date.parse(until) > now.getTime())),
  );
}
