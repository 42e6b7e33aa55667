/**
 * A change event in either schema (Event Grid, CloudEvents 1.0): the resource and the caller. The event decides
 * nothing. Claims, evidence and request may be missing or have another form, and the event must not be lost then.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { fitsSize, truncateText } from './limits.ts';
import { type Caller, caller } from './principal.ts';
import { type Resource, resourceOf } from './resource.ts';
import type { Infer } from './schema.ts';

export const changeEvent = z.strictObject({
  id: z.string(),
  /** ARM's operation, e.g. `Microsoft.Web/sites/write`. */
  operation: z.string(),
  /** The time that Azure reports, in its own form. It is never compared. */
  eventTime: z.string().nullable(),
  correlationId: z.string().nullable(),
  changedBy: caller.nullable(),
  /** The application id of the caller, to recognize writes of Plumbline. */
  appId: z.string().nullable(),
  /** Set when Event Grid did not deliver it, and Azure's Activity Log had it. */
  source: z.literal('activity-log').exactOptional(),
});
export type ChangeEvent = Infer<typeof changeEvent>;

export type ParsedEvent =
  | { readonly kind: 'change'; readonly event: ChangeEvent; readonly resource: Resource }
  | { readonly kind: 'ignored'; readonly eventId: string | null; readonly reason: string };

/** Characters of a resource id. It may be the id of a child resource. */
const MAX_TEXT = 1024;
/**
 * Serialized sizes (limits.ts). Azure sends less, and events with more would not fit into their rows. A longer value
 * is treated as missing.
 */
const MAX_OPERATION = 256;
/** Object ids and application ids are GUIDs. The id of an event usually is. */
const MAX_ID = 128;
/** A user principal name has at most 113 characters, a display name 256, and few of them are not ASCII. */
const MAX_NAME = 300;
const optional = z.string().min(1).max(MAX_TEXT).nullish().catch(null);
const short = (maximum: number) =>
  z
    .string()
    .min(1)
    .refine((text) => fitsSize(text, maximum))
    .nullish()
    .catch(null);
const evidence = z.object({ principalId: short(MAX_ID), principalType: short(MAX_ID) });
type Evidence = z.infer<typeof evidence>;
const envelope = z.object({
  id: z
    .string()
    .min(1)
    .transform((id) => eventIdOf(id)),
  subject: optional,
  eventType: short(MAX_OPERATION),
  type: short(MAX_OPERATION),
  eventTime: short(MAX_ID),
  time: short(MAX_ID),
  data: optionalObject(
    z.object({
      resourceUri: optional,
      operationName: short(MAX_OPERATION),
      // A GUID, although Azure does not document its form.
      correlationId: short(MAX_OPERATION),
      claims: optionalObject(z.record(z.string(), z.unknown())),
      authorization: optionalObject(z.object({ evidence: optionalObject(evidence) })),
    }),
  ),
});

/** The id under which an event is stored: its own, or a hash of an id that is too long. */
export function eventIdOf(id: string, maximum = MAX_ID): string {
  if (fitsSize(id, maximum)) return id;
  return `${id.length} characters, sha256 ${createHash('sha256').update(id).digest('hex')}`;
}

/** Characters of JSON in one member. An event has at most a megabyte, its claims some kilobytes. */
const MAX_JSON = 65_536;
/** How often JSON may be nested as text in JSON. */
const MAX_LAYERS = 3;

/**
 * An object that may be missing or JSON text: until 2021 Event Grid sent claims and authorization as text
 * (azure-sdk-for-net issue 5189). Any other value is treated as missing.
 */
export function optionalObject<S extends z.ZodType>(schema: S) {
  return z.preprocess(decoded, schema.nullish()).catch(null);
}

function decoded(value: unknown): unknown {
  let inner = value;
  for (let layer = 0; layer < MAX_LAYERS && typeof inner === 'string'; layer += 1) {
    if (inner.length > MAX_JSON) return null;
    try {
      inner = JSON.parse(inner);
    } catch {
      return null;
    }
  }
  return inner;
}

const WRITE_EVENT = /^Microsoft\.Resources\.Resource(Write|Delete)Success$/i;
const ACTION_EVENT = /^Microsoft\.Resources\.ResourceActionSuccess$/i;
/**
 * The actions on a web app or a slot that bring configuration from elsewhere, without a write event for what they
 * change: a swap and its preview, copies, and restores from snapshots, backups and deleted apps (azure-docs, Azure
 * permissions for Web and Mobile). Other actions, such as listing settings, change no configuration.
 */
const MOVE_ACTIONS = [
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
const MOVE = new RegExp(`/(${MOVE_ACTIONS.join('|')})/action$`, 'i');

/**
 * Whether the action of an event moves configuration. Then it affects the app and all its slots, whichever it names.
 */
export function movesConfiguration({ operation }: Pick<ChangeEvent, 'operation'>): boolean {
  return MOVE.test(operation);
}

/** Parses a delivered event. Never throws: an invalid event is ignored, with the reason. */
export function parseEvent(input: unknown): ParsedEvent {
  const parsed = envelope.safeParse(input);
  if (!parsed.success) return { kind: 'ignored', eventId: null, reason: 'it has no id, so it is no event' };
  const { id, data, ...head } = parsed.data;
  const ignore = (reason: string): ParsedEvent => ({ kind: 'ignored', eventId: id, reason });
  const type = head.eventType ?? head.type ?? '';
  const operation = data?.operationName ?? '';
  const target = head.subject ?? data?.resourceUri;
  if (!target) return ignore('it names no resource');
  const resource = resourceOf(target);
  if (!resource || resource.kind === 'subscription' || resource.kind === 'plan') {
    return ignore('it is about nothing that Plumbline looks at');
  }
  const isMove = ACTION_EVENT.test(type) && resource.kind === 'web-app' && movesConfiguration({ operation });
  if (!WRITE_EVENT.test(type) && !isMove)
    return ignore(`events of type ${type || '(none)'} change nothing that Plumbline looks at`);
  const claims = data?.claims ?? {};
  const event: ChangeEvent = {
    id,
    operation: operation || type,
    eventTime: head.eventTime ?? head.time ?? null,
    correlationId: data?.correlationId ?? null,
    changedBy: callerOfClaims(claims, data?.authorization?.evidence ?? null),
    appId: appIdOfClaims(claims),
  };
  return { kind: 'change', event, resource };
}

const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const MICROSOFT = 'http://schemas.microsoft.com/identity/claims';

/**
 * The caller of a request, by the object id in the claims of its token. The evidence may name a group of the caller.
 */
export function callerOfClaims(claims: Record<string, unknown>, evidence: Evidence | null): Caller | null {
  const objectId = idIn(claims, `${MICROSOFT}/objectidentifier`, 'oid') ?? guid(evidence?.principalId);
  if (!objectId) return null;
  const name = claim(claims, `${SOAP}/upn`, 'upn', `${SOAP}/name`, 'unique_name', 'name');
  const isUser =
    claim(claims, 'idtyp') !== 'app' &&
    (name !== null ||
      claim(claims, `${MICROSOFT}/scope`, 'scp') !== null ||
      evidence?.principalType?.toLowerCase() === 'user');
  return {
    objectId: objectId.toLowerCase(),
    type: isUser ? 'user' : 'app',
    ...(name === null ? {} : { name: truncateName(name) }),
  };
}

/** The application that made a request, by the claims of its token. */
export function appIdOfClaims(claims: Record<string, unknown>): string | null {
  return idIn(claims, 'appid', 'azp');
}

function claim(claims: Record<string, unknown>, ...names: string[]): string | null {
  return (
    names.map((name) => claims[name]).find((value): value is string => typeof value === 'string' && value !== '') ??
    null
  );
}

/** A name as it is stored. A name longer than any in Entra is truncated. */
export function truncateName(name: string): string {
  return truncateText(name, MAX_NAME);
}

/** An id longer than any in Azure is ignored. */
function idIn(claims: Record<string, unknown>, ...names: string[]): string | null {
  const id = claim(claims, ...names);
  return id !== null && fitsSize(id, MAX_ID) ? id : null;
}

/** Evidence has principal ids without dashes. */
function guid(id: string | null | undefined): string | null {
  if (!id) return null;
  return /^[0-9a-f]{32}$/i.test(id) ? id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : id;
}
