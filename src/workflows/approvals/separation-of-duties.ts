/**
 * Whether a person may approve changes of others. Changers are the writers of the resource since it last met the rule.
 * Azure's Activity Log is queried once when no event has the caller, or when only events name this person.
 */
import type { Approval } from '../../domain/approvals/approval.ts';
import { separationRefusal } from '../../domain/approvals/may-decide.ts';
import type { Purpose } from '../../domain/changes/change.ts';
import { asCaller, type Caller, type ServiceIdentity } from '../../domain/resources/principal.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { mergeWriters, type Writer } from '../../domain/resources/writers.ts';
import type { Settings } from '../../domain/rules/settings.ts';
import { listUnprocessedEvents } from '../events/unprocessed-events.ts';
import type { Deps } from '../ports/deps.ts';
import {
  type ActivityQueryResult,
  activityQueryStart,
  CHANGER_UNKNOWN,
  type Changers,
  changersOf,
  contradictsEvent,
  explainsChange,
  findChanger,
  isChangerKnown,
  writersOfActivity,
} from '../state/changers.ts';
import { fetchActivityLog } from '../state/fetch-activity-log.ts';
import { emptyResourceState } from '../state/resource-state.ts';

export interface ProposedDecision {
  readonly resource: Resource;
  readonly rule: string;
  readonly purpose: Purpose;
  /** The object id of the person who decides. */
  readonly by: string;
  /** The changers that the approval or the entry names. */
  readonly namedChangers: readonly Caller[];
  /** When the approval or the entry was written (ISO). */
  readonly namedAt: string;
}

/** What is known about the changers at the time of a decision. */
export interface SeparationResult {
  readonly changerUnknown: boolean;
  /** The latest changer. A changer from an event that the Activity Log contradicts does not count. */
  readonly changedBy: Caller | null;
  /** Remarks for the audit record. */
  readonly remarks: readonly string[];
}

/** Throws Refusal: own-change, then changer-unknown. Throws neither when separation of duties is off. */
export async function checkSeparationOfDuties(
  deps: Deps,
  settings: Settings,
  proposed: ProposedDecision,
): Promise<SeparationResult> {
  const { resource, rule, purpose } = proposed;
  const by = proposed.by.toLowerCase();
  const [{ state }, waitingEvents, identity] = await Promise.all([
    deps.resources.loadState(resource),
    listUnprocessedEvents(deps, resource),
    deps.arm.getIdentity(),
  ]);
  const recorded = changersOf(
    { resourceState: state ?? emptyResourceState(resource), waitingEvents, identity },
    rule,
    purpose,
  );
  const changer = findChanger(recorded, by);
  const from = activityQueryStart(
    recorded,
    { isUnknown: !isKnown(recorded, proposed.namedChangers), changer },
    deps.clock.now(),
  );
  const isQueried = settings.approvals.separationOfDuties && from !== null;
  const activity = isQueried ? await fetchActivityLog(deps, resource, new Date(from)) : null;
  const contradicted = changer && activity && contradictsEvent(activity, changer, recorded.since) ? changer : null;
  const changers = withActivity(recorded, activity, identity, contradicted);
  // A name in an entry from before the queried period stays: the Activity Log cannot contradict it.
  const isStillNamed = contradicted === null || (recorded.since !== null && proposed.namedAt <= recorded.since);
  const named = proposed.namedChangers.filter(({ objectId }) => isStillNamed || objectId.toLowerCase() !== by);
  const isOwn = findChanger(changers, by) !== null || named.some(({ objectId }) => objectId.toLowerCase() === by);
  const changerUnknown = !isKnown(changers, named);
  const refusal = separationRefusal(settings, { isOwn, isUnknown: changerUnknown });
  if (refusal) throw refusal;
  if (contradicted) {
    const logFields = { resource: resource.id, rule, by, eventId: contradicted.eventId };
    deps.log.warn(logFields, 'the Activity Log contradicts an event');
  }
  const latest = changers.callers.at(-1);
  return {
    changerUnknown,
    changedBy: latest ? asCaller(latest) : null,
    remarks: [
      ...(changerUnknown ? [CHANGER_UNKNOWN.text] : []),
      ...(contradicted
        ? [`The Activity Log contradicts event ${contradicted.eventId ?? '(no id)'}, which names who approves it.`]
        : []),
    ],
  };
}

/** The reasons of the request, with what is known about the changers at the decision. */
export function reasonsAtDecision({ reasons }: Approval, { changerUnknown }: SeparationResult): readonly Reason[] {
  const others = reasons.filter(({ code }) => code !== CHANGER_UNKNOWN.code);
  return changerUnknown ? [...others, CHANGER_UNKNOWN] : others;
}

/** Adds the writers of the Activity Log, and removes the changer that it contradicts. */
function withActivity(
  recorded: Changers,
  activity: ActivityQueryResult | null,
  identity: ServiceIdentity,
  contradicted: Writer | null,
): Changers {
  if (activity === null) return recorded;
  const { since } = recorded;
  const activityWriters = writersOfActivity(activity, identity);
  const { writers } = mergeWriters({ writers: recorded.callers, writersTruncatedAt: null }, activityWriters);
  return {
    since,
    callers: writers.filter(
      ({ at, objectId }) => (since === null || at > since) && objectId !== contradicted?.objectId,
    ),
    complete: isChangerKnown(recorded) || explainsChange(activity, activityWriters, recorded),
  };
}

function isKnown(changers: Changers, named: readonly Caller[]): boolean {
  return isChangerKnown(changers) || (changers.complete && named.length > 0);
}
