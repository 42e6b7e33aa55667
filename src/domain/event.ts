/**
 * A change event of either schema (Event Grid, CloudEvents 1.0): where to look, who changed it. The event never decides
 * anything: claims, evidence and request may be missing or of another form, and that must not lose the event.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { cutText, fits } from './limits.ts';
import { type Resource, resourceOf } from './resource.ts';

export interface Caller {
  readonly objectId: string;
  readonly name?: string;
  readonly type: 'user' | 'app';
}

export interface ChangeEvent {
  readonly id: string;
  /** ARM's operation, e.g. `Microsoft.Web/sites/write`. */
  readonly operation: string;
  /** When Azure says it happened: shown, never compared. */
  readonly eventTime: string | null;
  readonly correlationId: string | null;
  readonly changedBy: Caller | null;
  /** The application id of the caller, to recognise Plumbline's own writes. */
  readonly appId: string | null;
}

export type Received =
  | { readonly kind: 'change'; readonly event: ChangeEvent; readonly resource: Resource }
  | { readonly kind: 'ignored'; readonly eventId: string | null; readonly reason: string };

/** Characters of what says where to look: it may be the id of what is in a resource. */
const LONGEST_TEXT = 1024;
/**
 * Weights (limits.ts); beyond what Azure sends, and little enough that anybody's events fit the rows that keep them. What is
 * longer is as good as missing.
 */
const LONGEST_OPERATION = 256;
/** Object ids and application ids are GUIDs; an event's id mostly is one. */
const LONGEST_ID = 128;
/** A user principal name has 113 at most, a display name 256, though hardly one that is not ASCII. */
const LONGEST_NAME = 300;
const optional = z.string().min(1).max(LONGEST_TEXT).nullish().catch(null);
const short = (most: number) =>
  z
    .string()
    .min(1)
    .refine((text) => fits(text, most))
    .nullish()
    .catch(null);
const envelope = z.object({
  id: z
    .string()
    .min(1)
    .transform((id) => eventIdOf(id)),
  subject: optional,
  eventType: short(LONGEST_OPERATION),
  type: short(LONGEST_OPERATION),
  eventTime: short(LONGEST_ID),
  time: short(LONGEST_ID),
  data: member(
    z.object({
      resourceUri: optional,
      operationName: short(LONGEST_OPERATION),
      // A GUID, though Azure says nothing of its form.
      correlationId: short(LONGEST_OPERATION),
      claims: member(z.record(z.string(), z.unknown())),
      authorization: member(
        z.object({ evidence: member(z.object({ principalId: short(LONGEST_ID), principalType: short(LONGEST_ID) })) }),
      ),
    }),
  ),
});

/** The id that an event is kept under: its own, or what stands for one that is longer than any of Azure's. */
export function eventIdOf(id: string, most = LONGEST_ID): string {
  if (fits(id, most)) return id;
  return `${id.length} characters, sha256 ${createHash('sha256').update(id).digest('hex')}`;
}

/** Characters of JSON that one member may hold; an event has a megabyte at most, its claims some kilobytes. */
const LONGEST_JSON = 65_536;
/** How often JSON may be written as a text of JSON. */
const MOST_LAYERS = 3;

/**
 * An object that may be missing, or come as its JSON text: Event Grid sent claims and authorization so until 2021
 * (azure-sdk-for-net issue 5189). Anything else is as good as missing.
 */
export function member<S extends z.ZodType>(shape: S) {
  return z.preprocess(decoded, shape.nullish()).catch(null);
}

function decoded(value: unknown): unknown {
  let inner = value;
  for (let layer = 0; layer < MOST_LAYERS && typeof inner === 'string'; layer += 1) {
    if (inner.length > LONGEST_JSON) return null;
    try {
      inner = JSON.parse(inner);
    } catch {
      return null;
    }
  }
  return inner;
}

const WRITTEN = /^Microsoft\.Resources\.Resource(Write|Delete)Success$/i;
const ACTION = /^Microsoft\.Resources\.ResourceActionSuccess$/i;
/**
 * The actions on a web app or a slot that bring configuration from somewhere else, without a write event on what they change:
 * a swap and its preview, copies, and what is put back from snapshots, backups and deleted apps (azure-docs, Azure
 * permissions for Web and Mobile). Other actions, such as listing settings, change no configuration.
 */
const MOVES = [
  'slotsswap',
  'applySlotConfig',
  'resetSlotConfig',
  'slotcopy',
  'recover',
  'restore',
  'restoresnapshot',
  'restorefromdeletedapp',
  'restorefrombackupblob',
];
const MOVE = new RegExp(`/(${MOVES.join('|')})/action$`, 'i');

/** Whether an event's action moves configuration: then it concerns the app and all its slots, whichever it names. */
export function movesConfiguration({ operation }: Pick<ChangeEvent, 'operation'>): boolean {
  return MOVE.test(operation);
}

/** What a delivered event means. Never throws: what cannot be understood is ignored with its reason. */
export function receive(input: unknown): Received {
  const parsed = envelope.safeParse(input);
  if (!parsed.success) return { kind: 'ignored', eventId: null, reason: 'it has no id, so it is no event' };
  const { id, data, ...head } = parsed.data;
  const ignored = (reason: string): Received => ({ kind: 'ignored', eventId: id, reason });
  const type = head.eventType ?? head.type ?? '';
  const operation = data?.operationName ?? '';
  const where = head.subject ?? data?.resourceUri;
  if (!where) return ignored('it names no resource');
  const resource = resourceOf(where);
  if (!resource || resource.kind === 'subscription' || resource.kind === 'plan') {
    return ignored('it is about nothing that Plumbline looks at');
  }
  const moved = ACTION.test(type) && resource.kind === 'web-app' && movesConfiguration({ operation });
  if (!WRITTEN.test(type) && !moved)
    return ignored(`events of type ${type || '(none)'} change nothing that Plumbline looks at`);
  const claims = data?.claims ?? {};
  const event: ChangeEvent = {
    id,
    operation: operation || type,
    eventTime: head.eventTime ?? head.time ?? null,
    correlationId: data?.correlationId ?? null,
    changedBy: callerOf(claims, data?.authorization?.evidence ?? null),
    appId: appIdOf(claims),
  };
  return { kind: 'change', event, resource };
}

const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const MICROSOFT = 'http://schemas.microsoft.com/identity/claims';

interface Evidence {
  readonly principalId?: string | null | undefined;
  readonly principalType?: string | null | undefined;
}

/** Who made a request, by the object id in the claims of its token. The evidence may name a group that they are in. */
export function callerOf(claims: Record<string, unknown>, evidence: Evidence | null): Caller | null {
  const objectId = idIn(claims, `${MICROSOFT}/objectidentifier`, 'oid') ?? guid(evidence?.principalId);
  if (!objectId) return null;
  const name = claim(claims, `${SOAP}/upn`, 'upn', `${SOAP}/name`, 'unique_name', 'name');
  const human =
    claim(claims, 'idtyp') !== 'app' &&
    (name !== null ||
      claim(claims, `${MICROSOFT}/scope`, 'scp') !== null ||
      evidence?.principalType?.toLowerCase() === 'user');
  return {
    objectId: objectId.toLowerCase(),
    type: human ? 'user' : 'app',
    ...(name === null ? {} : { name: nameOf(name) }),
  };
}

/** The application through which a request was made, by the claims of its token. */
export function appIdOf(claims: Record<string, unknown>): string | null {
  return idIn(claims, 'appid', 'azp');
}

function claim(claims: Record<string, unknown>, ...names: string[]): string | null {
  for (const name of names) {
    const value = claims[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

/** A name as it is kept: of one that is longer than any of Entra's, the beginning. */
export function nameOf(name: string): string {
  return cutText(name, LONGEST_NAME);
}

/** An id that is longer than any of Azure's names nobody. */
function idIn(claims: Record<string, unknown>, ...names: string[]): string | null {
  const id = claim(claims, ...names);
  return id !== null && fits(id, LONGEST_ID) ? id : null;
}

/** Evidence writes principal ids without dashes. */
function guid(id: string | null | undefined): string | null {
  if (!id) return null;
  return /^[0-9a-f]{32}$/i.test(id) ? id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : id;
}
