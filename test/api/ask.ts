/**
 * Calls an endpoint as a caller would: a request of the Functions library, with the principal as Easy Auth delivers
 * it.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { z } from 'zod';
import type { ApiService, Endpoint } from '../../src/api/framework/endpoint.ts';
import { createHandler } from '../../src/api/framework/handler.ts';
import { NO_COUNTERS } from '../../src/domain/audit/counters.ts';
import type { Deps } from '../../src/workflows/ports/deps.ts';

export const ORIGIN = 'https://plumbline.example';
export const ADA = 'aaaaaaaa-0000-4000-8000-000000000001';

/** Nothing was counted, and nothing waits. */
export const NO_METERS: ApiService['meters'] = { readCounters: async () => NO_COUNTERS, readQueues: async () => [] };

export interface AskOptions {
  readonly query?: string;
  readonly params?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent without changes. */
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly as?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, when it was sent as bytes. */
  readonly sent: Uint8Array;
  readonly body: Record<string, unknown>;
}

export function serviceOf(deps: Deps, authEnabled = true): ApiService {
  return { deps, config: { authEnabled, cursorKey: Buffer.alloc(32, 7) }, ping: async () => {}, meters: NO_METERS };
}

/** Sends a request to `call` of a service, as a user with every role by default. */
export async function ask(
  call: Endpoint,
  service: ApiService | (() => ApiService),
  asking: AskOptions = {},
): Promise<Answer> {
  const path = call.route.replace(/\{(\w+)\}/g, (_, name: string) => asking.params?.[name] ?? 'none');
  const text = asking.text ?? (asking.body === undefined ? undefined : JSON.stringify(asking.body));
  const as = asking.as === undefined ? principal() : asking.as;
  const request = new HttpRequest({
    method: call.method,
    url: `${ORIGIN}/api/${path}${asking.query ?? ''}`,
    params: asking.params ?? {},
    headers: {
      ...(text === undefined && !asking.bytes ? {} : { 'content-type': 'application/json' }),
      ...(as === null ? {} : { 'x-ms-client-principal': as }),
      ...asking.headers,
    },
    ...(asking.bytes ? { body: { bytes: asking.bytes } } : text === undefined ? {} : { body: { string: text } }),
  });
  const context = new InvocationContext({ functionName: call.name, logHandler: () => {} });
  const answer = await createHandler(call, async () => (typeof service === 'function' ? service() : service))(
    request,
    context,
  );
  const headers = new Headers(z.record(z.string(), z.string()).parse(answer.headers));
  const said = decoded(answer.body, headers.get('content-encoding'));
  const json = /[/+]json\b/.test(headers.get('content-type') ?? '');
  return {
    status: z.number().parse(answer.status),
    headers,
    text: said,
    sent: answer.body instanceof Uint8Array ? answer.body : new Uint8Array(),
    body: json ? z.record(z.string(), z.unknown()).parse(JSON.parse(said)) : {},
  };
}

/** The text of a body, which may be compressed. */
function decoded(body: unknown, encoding: string | null): string {
  if (!(body instanceof Uint8Array)) return z.string().default('').parse(body);
  const bytes = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return Buffer.from(bytes).toString();
}

/** Status and problem code of an answer. */
export function statusAndCode({ status, body }: Answer): string {
  return typeof body.code === 'string' ? `${status} ${body.code}` : String(status);
}

export type Claim = readonly [typ: string, val: string];

/** The header of a person with these roles, in the long claim types that Easy Auth uses. */
export function principal(
  roles: readonly string[] = ['Reader', 'Approver', 'Operator'],
  { objectId = ADA, claims = [] }: { objectId?: string; claims?: readonly Claim[] } = {},
): string {
  return header({
    auth_typ: 'aad',
    name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
    claims: [
      ['http://schemas.microsoft.com/identity/claims/objectidentifier', objectId] as const,
      ['preferred_username', 'ada@example.com'] as const,
      ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier', 'a-subject-of-its-own'] as const,
      ...roles.map((role) => ['roles', `Plumbline.${role}`] as const),
      ...claims,
    ].map(([typ, val]) => ({ typ, val })),
  });
}

export function header(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
