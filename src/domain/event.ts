/**
 * A change event of either schema (Event Grid, CloudEvents 1.0): where to look, who changed it. The event never decides
 * anything: claims, evidence and request may be missing or of another form, and that must not lose the event.
 */
import * as z from 'zod';
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

/** Characters; far beyond what Azure sends, and little enough that an event fits a message and a row. */
const LONGEST_TEXT = 1024;
const text = z.string().min(1).max(LONGEST_TEXT);
const optional = text.nullish().catch(null);
const envelope = z.object({
  id: text,
  subject: optional,
  eventType: optional,
  type: optional,
  eventTime: optional,
  time: optional,
  data: z
    .object({
      resourceUri: optional,
      operationName: optional,
      correlationId: optional,
      claims: z.record(z.string(), z.unknown()).nullish().catch(null),
      authorization: z
        .object({ evidence: z.object({ principalId: optional, principalType: optional }).nullish().catch(null) })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

const WRITTEN = /^Microsoft\.Resources\.Resource(Write|Delete)Success$/i;
/** A swap changes the production app without any write event on it. */
const SWAP = /\/slotsswap\/action$/i;

/** What a delivered event means. Never throws: what cannot be understood is ignored with its reason. */
export function receive(input: unknown): Received {
  const parsed = envelope.safeParse(input);
  if (!parsed.success)
    return { kind: 'ignored', eventId: null, reason: 'it has no id, or one without end, so it is no event' };
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
  const swapped = /^Microsoft\.Resources\.ResourceActionSuccess$/i.test(type) && SWAP.test(operation);
  if (!WRITTEN.test(type) && !swapped)
    return ignored(`events of type ${type || '(none)'} change nothing that Plumbline looks at`);
  const claims = data?.claims ?? {};
  const event: ChangeEvent = {
    id,
    operation: operation || type,
    eventTime: head.eventTime ?? head.time ?? null,
    correlationId: data?.correlationId ?? null,
    changedBy: callerOf(claims, data?.authorization?.evidence ?? null),
    appId: claim(claims, 'appid', 'azp'),
  };
  return { kind: 'change', event, resource };
}

const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const MICROSOFT = 'http://schemas.microsoft.com/identity/claims';

function callerOf(
  claims: Record<string, unknown>,
  evidence: { principalId?: string | null | undefined; principalType?: string | null | undefined } | null,
): Caller | null {
  const objectId = claim(claims, `${MICROSOFT}/objectidentifier`, 'oid') ?? guid(evidence?.principalId);
  if (!objectId) return null;
  const name = claim(claims, `${SOAP}/upn`, 'upn', `${SOAP}/name`, 'unique_name', 'name');
  const human =
    claim(claims, 'idtyp') !== 'app' &&
    (name !== null ||
      claim(claims, `${MICROSOFT}/scope`, 'scp') !== null ||
      evidence?.principalType?.toLowerCase() === 'user');
  return { objectId: objectId.toLowerCase(), type: human ? 'user' : 'app', ...(name === null ? {} : { name }) };
}

function claim(claims: Record<string, unknown>, ...names: string[]): string | null {
  for (const name of names) {
    const value = claims[name];
    if (typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT) return value;
  }
  return null;
}

/** Evidence writes principal ids without dashes. */
function guid(id: string | null | undefined): string | null {
  if (!id) return null;
  return /^[0-9a-f]{32}$/i.test(id) ? id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : id;
}
