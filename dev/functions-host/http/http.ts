/**
 * HTTP triggers: a request becomes the worker's RPC form (lower-case headers, one value per header and query key, body as
 * bytes), its answer an HTTP response. As in the real host there is no 405 (a method without a function is 404), no key opens
 * a function that asks for one (this host has no keys), and a body without a length never arrives.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isOn } from '../settings/host-settings.ts';
import type { RegisteredFunction } from '../worker/functions-core.ts';
import type { Invoke } from '../worker/invocation.ts';
import { isRejectedByHost } from './client-principal.ts';
import { httpRoutes, matchRoute } from './routes.ts';

/** Answers a request below the prefix. `path` is what follows it; `principal` are the headers that sign-in adds. */
export type HttpHandler = (
  exchange: Exchange,
  path: string,
  principal: Readonly<Record<string, string>>,
) => Promise<void>;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Serves the HTTP functions. With `trustPrincipal` the caller's own `x-ms-client-principal*` headers pass through. */
export function serveHttp(
  functions: Iterable<RegisteredFunction>,
  options: { invoke: Invoke; trustPrincipal: boolean; isDisabled: (fn: RegisteredFunction) => boolean },
): HttpHandler {
  const routes = httpRoutes(functions);
  const easyAuth = options.trustPrincipal && isOn(process.env.WEBSITE_AUTH_ENABLED);
  return async ({ request, response, url }, path, principal) => {
    const method = request.method ?? 'GET';
    const match = matchRoute(routes, method, path);
    if (!match) return sendResponse(response, 404);
    const headers = { ...callerHeaders(request, options.trustPrincipal), ...principal };
    if (easyAuth && isRejectedByHost(request.headersDistinct['x-ms-client-principal']?.[0] ?? ''))
      return sendResponse(response, 500);
    if (!match.anonymous) return sendResponse(response, 401);
    if (options.isDisabled(match.fn)) return sendResponse(response, 404);
    // The host reads a body by its content-length: one that comes in chunks has none, and arrives empty.
    // https://github.com/Azure/azure-functions-host/issues/7930
    const body = Number(request.headers['content-length'] ?? 0) > 0 ? await readBody(request) : Buffer.alloc(0);
    if (body === undefined) return sendResponse(response, 500);
    const http = {
      method,
      url: url.href,
      nullableQuery: nullable(queryValues(url.searchParams)),
      nullableHeaders: nullable(headers),
      nullableParams: nullable(match.params),
      ...(body.length > 0 && { body: { bytes: body } }),
    };
    const inputData = [{ name: match.fn.trigger.name, data: { http } }];
    const result = await options.invoke(match.fn, { inputData }).catch(() => undefined);
    if (result === undefined) return sendResponse(response, 500);
    if (!result.returnValue) return sendResponse(response, 204);
    const { statusCode, headers: given, cookies, body: content } = rpcAnswer.parse(result.returnValue).http;
    if (!isAscii(Object.values(given).join(''))) return sendResponse(response, 500);
    const sent = { ...given };
    for (const name of ['content-length', 'transfer-encoding', 'connection']) delete sent[name];
    const setCookie = [...(sent['set-cookie'] ? [sent['set-cookie']] : []), ...cookies.map(cookieHeader)];
    delete sent['set-cookie'];
    sendResponse(
      response,
      statusCode,
      { ...sent, ...(setCookie.length > 0 && { 'set-cookie': setCookie }) },
      content?.bytes,
    );
  };
}

/** The host takes and sends no other characters in headers. */
export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** Writes a whole answer; the body is left out where HTTP allows none. */
export function sendResponse(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>> = {},
  body: string | Uint8Array = '',
): void {
  const bytes = Buffer.from(body);
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, bodiless ? headers : { ...headers, 'content-length': String(bytes.length) });
  response.end(bodiless || response.req.method === 'HEAD' ? undefined : bytes);
}

/** Reads a body of at most the host's 100 MB, or gives undefined when it is larger. */
export async function readBody(request: IncomingMessage, limit = 104_857_600): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // The socket must outlive an early return: the 413 still has to be sent on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > limit) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const wrapped = <T extends z.ZodType>(value: T) => z.object({ value }).nullish();

const rpcCookie = z.object({
  name: z.string(),
  value: z.string(),
  domain: wrapped(z.string()),
  path: wrapped(z.string()),
  expires: wrapped(z.object({ seconds: z.number() })),
  secure: wrapped(z.boolean()),
  httpOnly: wrapped(z.boolean()),
  sameSite: z.enum(['none', 'lax', 'strict', 'explicitNone']),
  maxAge: wrapped(z.number()),
});

const rpcAnswer = z.object({
  http: z.object({
    statusCode: z.coerce.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()),
    cookies: z.array(rpcCookie),
    body: z.object({ bytes: z.instanceof(Uint8Array).optional() }).nullish(),
  }),
});

function cookieHeader(cookie: z.infer<typeof rpcCookie>): string {
  const { domain, path, expires, maxAge, secure, httpOnly } = cookie;
  const sameSite = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' }[cookie.sameSite];
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    domain && `Domain=${domain.value}`,
    path && `Path=${path.value}`,
    expires && `Expires=${new Date(expires.value.seconds * 1000).toUTCString()}`,
    maxAge && `Max-Age=${maxAge.value}`,
    secure?.value && 'Secure',
    httpOnly?.value && 'HttpOnly',
    sameSite && `SameSite=${sameSite}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** Keys compare without case and repeated ones are joined by commas, as ASP.NET hands them to the worker. */
function queryValues(search: URLSearchParams): Record<string, string> {
  const values = new Map<string, { name: string; value: string }>();
  for (const [name, value] of search) {
    const known = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), { name: known?.name ?? name, value: known ? `${known.value},${value}` : value });
  }
  return Object.fromEntries([...values.values()].map(({ name, value }) => [name, value]));
}

function callerHeaders(request: IncomingMessage, trustPrincipal: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    if (trustPrincipal || !name.startsWith('x-ms-client-principal')) headers[name] = values.join(',');
  }
  return headers;
}

function nullable(values: Readonly<Record<string, string>>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
