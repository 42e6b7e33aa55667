/**
 * The changers of a resource: everybody who wrote it since it last met a rule, by events and by Azure's Activity Log.
 * These functions do no I/O.
 */

import type { Purpose } from '../../domain/changes/change.ts';
import { MINUTE_MS } from '../../domain/resources/durations.ts';
import type { ServiceIdentity } from '../../domain/resources/principal.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { correlationIdOf, mergeWriters, type Writer, writerOf } from '../../domain/resources/writers.ts';
import type { ActivityResult } from '../ports/azure.ts';
import type { StoredEvent } from '../ports/events.ts';
import type { ResourceState } from '../ports/resource-states.ts';

/** The stored and waiting data from which changers are found. */
export interface ChangerEvidence {
  readonly resourceState: Pick<
    ResourceState,
    'writers' | 'writersTruncatedAt' | 'compliantAt' | 'unattributedSince' | 'beforeFix'
  >;
  /** The events that no reconcile has processed. */
  readonly waitingEvents: readonly StoredEvent[];
  readonly identity: ServiceIdentity;
}

export interface Changers {
  /** Oldest first. */
  readonly callers: readonly Writer[];
  /** Whether no changer can be missing. */
  readonly complete: boolean;
  /** When the resource last met the rule (ISO); null when it never did. */
  readonly since: string | null;
}

/** The reason in approvals and entries when no changer is known, or when one may be missing. */
export const CHANGER_UNKNOWN: Reason = {
  code: 'changer-unknown',
  text: 'Who had changed the resource is not known.',
};

/** For a compliant rule: changers do not matter. */
export const NO_CHANGERS: Changers = { callers: [], complete: true, since: null };

/**
 * The changers for a rule. Of a violation: everybody who wrote the resource since it met the rule. Of a rollback:
 * everybody who wrote it between the last compliant state before the fix and now.
 */
export function changersOf(
  { resourceState, waitingEvents, identity }: ChangerEvidence,
  rule: string,
  purpose: Purpose = 'fix',
): Changers {
  const before = purpose === 'rollback' ? resourceState.beforeFix[rule] : undefined;
  const since = before ? before.compliantAt : (resourceState.compliantAt[rule] ?? null);
  const unattributed = before ? before.unattributed : resourceState.unattributedSince[rule] !== undefined;
  const { writers, writersTruncatedAt } = mergeWriters(resourceState, writersOfEvents(waitingEvents, identity));
  const isTruncated = writersTruncatedAt !== null && (since === null || since < writersTruncatedAt);
  return {
    callers: writers.filter(({ at }) => since === null || at > since),
    complete: !isTruncated && !unattributed,
    since,
  };
}

/** Whether a changer is known and none can be missing. */
export function isChangerKnown({ callers, complete }: Changers): boolean {
  return complete && callers.length > 0;
}

/** The changer with this object id; null when there is none. Object ids compare without case. */
export function findChanger({ callers }: Changers, objectId: string): Writer | null {
  return callers.find((one) => one.objectId === objectId.toLowerCase()) ?? null;
}

/** Whether Plumbline made this write. Its own writes never count as a change by somebody. */
export function isOwnWrite({ event }: Pick<StoredEvent, 'event'>, identity: ServiceIdentity): boolean {
  return isSelf(event.changedBy?.objectId ?? null, event.appId, identity);
}

/** The writers in these events, without Plumbline. */
export function writersOfEvents(events: readonly StoredEvent[], identity: ServiceIdentity): Writer[] {
  return events.flatMap((stored) => {
    const { changedBy, id: eventId, correlationId, source = 'event' } = stored.event;
    if (changedBy === null || isOwnWrite(stored, identity)) return [];
    return writerOf(changedBy, { at: stored.receivedAt, source, eventId, correlationId }) ?? [];
  });
}

/** The writers in events that arrived after the plan was made. */
export function writersOfNewEvents(
  before: readonly StoredEvent[],
  now: readonly StoredEvent[],
  identity: ServiceIdentity,
): Writer[] {
  const knownIds = new Set(before.map(({ event }) => event.id));
  return writersOfEvents(
    now.filter(({ event }) => !knownIds.has(event.id)),
    identity,
  );
}

/** The answer of the Activity Log, with the period that was queried. */
export interface ActivityQueryResult {
  readonly from: Date;
  readonly to: Date;
  readonly result: ActivityResult;
}

/** The writers in the Activity Log, without Plumbline. */
export function writersOfActivity({ result }: ActivityQueryResult, identity: ServiceIdentity): Writer[] {
  if (result.kind !== 'read') return [];
  return result.entries.flatMap(({ caller, appId, at, correlationId }) => {
    if (caller === null || isSelf(caller.objectId, appId, identity)) return [];
    return writerOf(caller, { at: new Date(at).toISOString(), source: 'activity-log', correlationId }) ?? [];
  });
}

/** Entries appear after some minutes, and after half an hour at the latest. */
const LAG_MILLISECONDS = 30 * MINUTE_MS;

/**
 * Whether the Activity Log contradicts the events that name a changer: it is complete for that period, contains writes
 * by others, and none by this changer. A missing entry does not count as a contradiction. Neither does an entry
 * without a caller and with the same correlation id.
 */
export function contradictsEvent(
  { from, to, result }: ActivityQueryResult,
  changer: Writer,
  since: string | null,
): boolean {
  if (changer.source !== 'event' || result.kind !== 'read' || !result.complete) return false;
  const first = Date.parse(since !== null && since > changer.since ? since : changer.since);
  if (from.getTime() > first - LAG_MILLISECONDS) return false;
  if (to.getTime() < Date.parse(changer.at) + LAG_MILLISECONDS) return false;
  const isChanger = (objectId: string | undefined) => objectId?.toLowerCase() === changer.objectId;
  const mayBeChanger = result.entries.some(
    ({ caller, correlationId }) =>
      isChanger(caller?.objectId) ||
      (caller === null && correlationId !== null && correlationIdOf(correlationId) === changer.correlationId),
  );
  return !mayBeChanger && result.entries.some(({ caller }) => caller !== null);
}

/**
 * The start of the period to query in the Activity Log (milliseconds); null when no query is needed. No query is
 * needed when a changer is known. To check a changer from an event, the log must be complete for that time.
 */
export function activityQueryStart(
  changers: Changers,
  { isUnknown, changer }: { readonly isUnknown: boolean; readonly changer: Writer | null },
  now: Date,
): number | null {
  const from = [
    ...(isUnknown ? [changers.since === null ? 0 : Date.parse(changers.since)] : []),
    ...(changer && mayBeContradicted(changer, now) ? [contradictableFrom(changers, changer)] : []),
  ];
  return from.length === 0 ? null : Math.min(...from);
}

/** Whether the Activity Log could contradict these events by now. */
function mayBeContradicted({ source, at }: Writer, now: Date): boolean {
  return source === 'event' && now.getTime() >= Date.parse(at) + LAG_MILLISECONDS;
}

/** Whether the answer contains everybody who wrote the resource since it met the rule, and at least one writer. */
export function explainsChange(
  { from, result }: ActivityQueryResult,
  found: readonly Writer[],
  { since }: Changers,
): boolean {
  if (result.kind !== 'read' || !result.complete) return false;
  if (since !== null && from.getTime() > Date.parse(since)) return false;
  return found.some(({ at }) => since === null || at > since);
}

function contradictableFrom({ since }: Changers, changer: Writer): number {
  return Date.parse(since ?? changer.since) - LAG_MILLISECONDS;
}

function isSelf(objectId: string | null, appId: string | null, identity: ServiceIdentity): boolean {
  const byObject = identity.objectId !== null && objectId?.toLowerCase() === identity.objectId.toLowerCase();
  return byObject || (identity.appId !== null && appId?.toLowerCase() === identity.appId.toLowerCase());
}
