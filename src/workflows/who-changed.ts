/**
 * Who changed a resource: everybody seen writing it since a look last found it to meet a rule, as events and Azure's Activity
 * Log tell. Nothing here asks a store.
 */
import type { Purpose } from '../domain/change.ts';
import type { Reason } from '../domain/reasons.ts';
import { addWriters, correlationIdOf, type Writer, writerOf } from '../domain/writers.ts';
import type { ActivityReading, ResourceMemory, StoredEvent } from './ports.ts';

/** Plumbline itself, as Azure knows it. */
export interface Self {
  readonly objectId: string | null;
  readonly appId: string | null;
}

/** What tells who changed a resource. */
export interface Told {
  readonly memory: Pick<ResourceMemory, 'writers' | 'writersCut' | 'heldAt' | 'unexplained' | 'beforeFix'>;
  /** The events that no look has told of yet. */
  readonly waiting: readonly StoredEvent[];
  readonly self: Self;
}

export interface Changers {
  /** The latest last. */
  readonly callers: readonly Writer[];
  /** Whether nobody is known to be missing. */
  readonly complete: boolean;
  /** When a look last found the rule met (ISO); null when none did. */
  readonly since: string | null;
}

/** What cards and entries say when nobody is known to have made the change, or not everybody who may have. */
export const CHANGER_UNKNOWN: Reason = {
  code: 'changer-unknown',
  text: 'Who had changed the resource is not known.',
};

/** Nobody: of what meets its rule nobody is asked. */
export const NO_CHANGERS: Changers = { callers: [], complete: true, since: null };

/**
 * Those who changed what a rule asks for: of a violation, everybody since the rule was last met; of a fix that is put back,
 * everybody since it was last met before that fix.
 */
export function changersOf({ memory, waiting, self }: Told, rule: string, purpose: Purpose = 'fix'): Changers {
  const before = purpose === 'rollback' ? memory.beforeFix[rule] : undefined;
  const since = before ? before.heldAt : (memory.heldAt[rule] ?? null);
  const unexplained = before ? before.unexplained : memory.unexplained[rule] !== undefined;
  const { writers, writersCut } = addWriters(memory, writersAmong(waiting, self));
  const cut = writersCut !== null && (since === null || since < writersCut);
  return {
    callers: writers.filter(({ at }) => since === null || at > since),
    complete: !cut && !unexplained,
    since,
  };
}

/** Whether somebody is known to have made the change, and nobody who may have made it is missing. */
export function isChangerKnown({ callers, complete }: Changers): boolean {
  return complete && callers.length > 0;
}

/** What is known of somebody among them; null when they are not. Object ids compare without case. */
export function amongChangers({ callers }: Changers, objectId: string): Writer | null {
  return callers.find((one) => one.objectId === objectId.toLowerCase()) ?? null;
}

/** Whether an event is about one of our own writes: those never count as somebody's change. */
export function isOurs({ event }: StoredEvent, self: Self): boolean {
  return isSelf(event.changedBy?.objectId ?? null, event.appId, self);
}

/** Those whom events name, other than ourselves. */
export function writersAmong(events: readonly StoredEvent[], self: Self): Writer[] {
  return events.flatMap((stored) => {
    const { changedBy, id: eventId, correlationId } = stored.event;
    if (changedBy === null || isOurs(stored, self)) return [];
    return writerOf(changedBy, { at: stored.receivedAt, source: 'event', eventId, correlationId }) ?? [];
  });
}

/** Those whom events name that came since others were read: who a plan could not know of. */
export function newWriters(before: readonly StoredEvent[], now: readonly StoredEvent[], self: Self): Writer[] {
  const known = new Set(before.map(({ event }) => event.id));
  return writersAmong(
    now.filter(({ event }) => !known.has(event.id)),
    self,
  );
}

/** What the Activity Log answered, and of which time it was asked. */
export interface Inquiry {
  readonly from: Date;
  readonly to: Date;
  readonly reading: ActivityReading;
}

/** Those whom the Activity Log names, other than ourselves. */
export function writersIn({ reading }: Inquiry, self: Self): Writer[] {
  if (reading.kind !== 'read') return [];
  return reading.entries.flatMap(({ caller, appId, at, correlationId }) => {
    if (caller === null || isSelf(caller.objectId, appId, self)) return [];
    return writerOf(caller, { at: new Date(at).toISOString(), source: 'activity-log', correlationId }) ?? [];
  });
}

/** An entry shows up some minutes after what it tells of; half an hour later it is there. */
const LAG_MILLISECONDS = 30 * 60_000;

/**
 * Whether the Activity Log contradicts the events that name somebody: it shows everything of the time around them, writes by
 * others among it, and none by this person. What is missing, or names nobody under the same correlation id, contradicts nothing.
 */
export function contradicts({ from, to, reading }: Inquiry, accused: Writer, since: string | null): boolean {
  if (accused.source !== 'event' || reading.kind !== 'read' || !reading.complete) return false;
  const first = Date.parse(since !== null && since > accused.since ? since : accused.since);
  if (from.getTime() > first - LAG_MILLISECONDS) return false;
  if (to.getTime() < Date.parse(accused.at) + LAG_MILLISECONDS) return false;
  const isTheirs = (objectId: string | undefined) => objectId?.toLowerCase() === accused.objectId;
  const mayBeTheirs = reading.entries.some(
    ({ caller, correlationId }) =>
      isTheirs(caller?.objectId) ||
      (caller === null && correlationId !== null && correlationIdOf(correlationId) === accused.correlationId),
  );
  return !mayBeTheirs && reading.entries.some(({ caller }) => caller !== null);
}

/**
 * From when the Activity Log must be asked about who made a change (milliseconds); null when it need not be: not when somebody
 * is known to have made it, nor about who is accused of it by an event before the log can contradict that.
 */
export function askedFrom(
  changers: Changers,
  { isUnknown, accused }: { readonly isUnknown: boolean; readonly accused: Writer | null },
  now: Date,
): number | null {
  const from = [
    ...(isUnknown ? [changers.since === null ? 0 : Date.parse(changers.since)] : []),
    ...(accused && mayBeContradicted(accused, now) ? [contradictableFrom(changers, accused)] : []),
  ];
  return from.length === 0 ? null : Math.min(...from);
}

/** Whether an answer of the Activity Log could by now contradict the events that name somebody. */
function mayBeContradicted({ source, at }: Writer, now: Date): boolean {
  return source === 'event' && now.getTime() >= Date.parse(at) + LAG_MILLISECONDS;
}

/** Whether an answer shows everybody who wrote the resource since a rule was last met, and somebody among them. */
export function explains({ from, reading }: Inquiry, found: readonly Writer[], { since }: Changers): boolean {
  if (reading.kind !== 'read' || !reading.complete) return false;
  if (since !== null && from.getTime() > Date.parse(since)) return false;
  return found.some(({ at }) => since === null || at > since);
}

function contradictableFrom({ since }: Changers, accused: Writer): number {
  return Date.parse(since ?? accused.since) - LAG_MILLISECONDS;
}

function isSelf(objectId: string | null, appId: string | null, self: Self): boolean {
  const byObject = self.objectId !== null && objectId?.toLowerCase() === self.objectId.toLowerCase();
  return byObject || (self.appId !== null && appId?.toLowerCase() === self.appId.toLowerCase());
}
