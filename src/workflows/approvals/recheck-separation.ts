/**
 * Checks separation of duties again before the plan is made: who changed the resource, with a query of Azure's
 * Activity Log when no event has the caller, and whether an approver is among the changers by now. This takes at most
 * one request per reconcile. It takes none for approvals that are requested already or do not wait for a write.
 */

import { type Approval, isDecided } from '../../domain/approvals/approval.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { mergeWriters, type Writer } from '../../domain/resources/writers.ts';
import { listAppMoves } from '../events/unprocessed-events.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import {
  type ActivityQueryResult,
  activityQueryStart,
  CHANGER_UNKNOWN,
  type ChangerEvidence,
  type Changers,
  changersOf,
  contradictsEvent,
  explainsChange,
  findChanger,
  isChangerKnown,
  writersOfActivity,
} from '../state/changers.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import { fetchActivityLog } from '../state/fetch-activity-log.ts';
import { openApprovals, type ReconcileContext, type ReconcileState } from '../state/reconcile-context.ts';
import type { Objections } from './reconcile-approvals.ts';

export interface SeparationRecheck {
  /** Includes the writers that the Activity Log contains. */
  readonly evidence: ChangerEvidence;
  /** With the changers that are known now. */
  readonly evaluated: readonly EvaluatedRule[];
  readonly objections: Objections;
  /** All events that were checked. */
  readonly events: readonly StoredEvent[];
}

/** A case that depends on the changers: an approval that would be executed, or a violation that would be queued. */
interface OpenQuestion {
  readonly changers: Changers;
  readonly approval: Approval | null;
}

/** What is known about the changers for an approval that would be executed. */
interface ChangerCheck {
  readonly changers: Changers;
  readonly unknown: boolean;
  readonly activity: ActivityQueryResult | null;
}

export async function recheckSeparation(
  context: ReconcileContext,
  evaluated: readonly EvaluatedRule[],
): Promise<SeparationRecheck> {
  const { deps, resource, state } = context;
  const { identity, waitingEvents } = state;
  const { separationOfDuties } = state.settings.settings.approvals;
  const decided = separationOfDuties ? openApprovals(state).filter((one) => maySoonWrite(one, evaluated)) : [];
  // A slot gets the configuration moves of its app when the app is reconciled.
  const events = [...waitingEvents, ...(decided.length > 0 ? await listAppMoves(deps, resource) : [])];
  const changersFor = (resourceState: ChangerEvidence['resourceState'], { rule, purpose }: Approval) =>
    changersOf({ resourceState, waitingEvents: events, identity }, rule.id, purpose);
  const questions: OpenQuestion[] = [
    ...decided.map((approval) => ({ approval, changers: changersFor(state.resourceState, approval) })),
    ...evaluated.filter((one) => needsChanger(one, state)).map(({ changers }) => ({ approval: null, changers })),
  ];
  const activity = await queryActivityLog(deps, resource, questions);
  const writers = activity ? writersOfActivity(activity, identity) : [];
  const isKnown = (changers: Changers) =>
    isChangerKnown(changers) || (activity !== null && explainsChange(activity, writers, changers));
  const evidence: ChangerEvidence = activity
    ? { identity, waitingEvents, resourceState: withWriters(context, evaluated, writers, isKnown) }
    : state;
  const objections = new Map(
    decided.flatMap((approval) => {
      const changers = changersFor(evidence.resourceState, approval);
      const unknown =
        approval.decision?.changerUnknown === true && !isKnown(changersFor(state.resourceState, approval));
      const reason = objectionTo(context, approval, { changers, unknown, activity });
      return reason ? [[approval.id, reason] as const] : [];
    }),
  );
  const withNewChangers = (one: EvaluatedRule): EvaluatedRule => {
    const { rule, verdict } = one.evaluation;
    return verdict === 'compliant' ? one : { ...one, changers: changersOf(evidence, rule.id) };
  };
  return { evidence, evaluated: activity ? evaluated.map(withNewChangers) : evaluated, objections, events };
}

/** Whether the approval waits for a write that no constraint prevents. No rule is evaluated for a rollback. */
function maySoonWrite({ status, purpose, rule, health }: Approval, evaluated: readonly EvaluatedRule[]): boolean {
  // A health gate is no person: who else wrote the app was asked when it ended.
  if (!isDecided(status) || health) return false;
  const found = evaluated.find(({ evaluation }) => evaluation.rule.id === rule.id);
  return purpose === 'rollback' || found?.approvedDecision?.action === 'fix';
}

/** Whether an approval would be requested although no changer is known. */
function needsChanger({ changeSet, decision, changers }: EvaluatedRule, state: ReconcileState): boolean {
  if (decision?.action !== 'queue' || changeSet === null || isChangerKnown(changers)) return false;
  const { rule, digest } = changeSet;
  return !openApprovals(state).some((one) => one.rule.id === rule.id && one.digest === digest);
}

async function queryActivityLog(
  deps: Deps,
  resource: Resource,
  questions: readonly OpenQuestion[],
): Promise<ActivityQueryResult | null> {
  const now = deps.clock.now();
  const from = questions.flatMap(({ changers, approval }) => {
    const isUnknown = (approval?.decision?.changerUnknown ?? true) && !isChangerKnown(changers);
    const changer = approval?.decision ? findChanger(changers, approval.decision.by.objectId) : null;
    return activityQueryStart(changers, { isUnknown, changer }, now) ?? [];
  });
  if (from.length === 0) return null;
  return fetchActivityLog(deps, resource, new Date(Math.min(...from)));
}

/** Adds the writers of the Activity Log. A violation that it does not explain keeps its unknown changer. */
function withWriters(
  { deps, state: { resourceState } }: ReconcileContext,
  evaluated: readonly EvaluatedRule[],
  writers: readonly Writer[],
  isKnown: (changers: Changers) => boolean,
): ChangerEvidence['resourceState'] {
  const { compliantAt, beforeFix } = resourceState;
  const now = deps.clock.now().toISOString();
  const unattributedSince = { ...resourceState.unattributedSince };
  for (const { evaluation, changers } of evaluated) {
    const { rule, verdict } = evaluation;
    if (verdict !== 'violation') continue;
    if (isKnown(changers)) delete unattributedSince[rule.id];
    else unattributedSince[rule.id] ??= now;
  }
  return { compliantAt, beforeFix, unattributedSince, ...mergeWriters(resourceState, writers) };
}

function objectionTo(
  { deps, resource, state: { settings } }: ReconcileContext,
  { id: approvalId, decision, purpose, rule }: Approval,
  { changers, unknown, activity }: ChangerCheck,
): Reason | null {
  if (!decision) return null;
  const { name, objectId } = decision.by;
  const advice = purpose === 'rollback' ? 'Ask again, by somebody else.' : 'Somebody else decides.';
  const logFields = { approvalId, resource: resource.id, rule: rule.id, by: objectId };
  const changer = findChanger(changers, objectId);
  if (changer && activity && contradictsEvent(activity, changer, changers.since)) {
    deps.log.warn({ ...logFields, eventId: changer.eventId }, 'the Activity Log contradicts an event');
  } else if (changer) {
    deps.log.warn({ ...logFields, eventId: changer.eventId }, 'who decided it is among those who changed the resource');
    const text = `${name} approved it and is among those who changed the resource; nothing was written for it. ${advice}`;
    return { code: 'own-change', text };
  }
  if (!unknown || settings.settings.approvals.unknownChanger === 'allow') return null;
  const text = `${CHANGER_UNKNOWN.text} The settings (approvals.unknownChanger) let nothing be written then; nothing was written for it.`;
  return { code: 'changer-unknown', text };
}
