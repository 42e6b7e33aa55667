/** Checks and parses a request: its origin, its query, its JSON body. */
import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { pointerOf } from '../../domain/resources/json.ts';
import { invalidBody, invalidQuery, invalidRequest } from './problem.ts';

/** Bytes. */
const MAX_BODY_BYTES = 1_048_576;
const LENGTH_MISSING =
  'no body arrived: send it with the header Content-Length, as the platform drops a body that comes in chunks (Transfer-Encoding: chunked)';
/** Levels of arrays and objects; settings, the deepest body, have six. */
const MAX_BODY_DEPTH = 32;

/**
 * Throws Refusal `forbidden` when a browser sends a state change from another origin.
 * The own origin is the host of the request URL. The platform terminates TLS, so an https origin of that host is the own one
 * even when the request arrives over http. `x-forwarded-host` is not trusted: callers can set it.
 */
export function refuseCrossOrigin({ method, url, headers }: HttpRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  const foreign =
    (site !== null && site !== 'same-origin' && site !== 'none') || (origin !== null && !isOwnOrigin(origin, url));
  if (foreign) throw new Refusal('forbidden', 'Changes are taken from the origin of this service only.');
}

/**
 * The parsed query. It is read from the URL, because the host joins repeated parameters with commas elsewhere.
 * Throws Refusal `invalid` for unknown, repeated and malformed parameters.
 */
export function parseQuery<T>(url: string, schema: z.ZodType<T>): T {
  const given = [...new URL(url).searchParams];
  const repeated = given.map(([name]) => name).filter((name, index, names) => names.indexOf(name) !== index);
  if (repeated.length > 0) {
    throw invalidRequest([...new Set(repeated)].map((parameter) => ({ parameter, detail: 'may be given once only' })));
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw invalidQuery(parsed.error);
  return parsed.data;
}

/** The parsed JSON body. Throws Refusal `too-large` or `invalid`. */
export async function readBody<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type.trim())) {
    throw invalidRequest([{ detail: 'the content-type must be application/json' }]);
  }
  const tooLarge = () => new Refusal('too-large', 'A body may have 1 MB at most.');
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = Buffer.from(await request.arrayBuffer());
  // The Functions host reads a body by its length: one that comes in chunks arrives empty.
  // https://github.com/Azure/azure-functions-host/issues/7930
  if (bytes.length === 0 && request.headers.get('content-length') === null)
    throw invalidRequest([{ detail: LENGTH_MISSING }]);
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge();
  const content = parseJson(bytes);
  assertPlainJson(content);
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw invalidBody(parsed.error);
  return parsed.data;
}

function isOwnOrigin(origin: string, url: string): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  const own = new URL(url);
  return from.host === own.host && (from.protocol === 'https:' || from.protocol === own.protocol);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalidRequest([{ detail: 'the body is no JSON' }]);
  }
}

/** Refuses what schemas do not handle: a key that sets the prototype of an object, and unlimited nesting. */
function assertPlainJson(content: unknown): void {
  let level = [{ path: [] as readonly string[], value: content }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_BODY_DEPTH) throw invalidRequest([{ detail: `the body has more than ${MAX_BODY_DEPTH} levels` }]);
    level = level.flatMap(({ path, value }) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([key, member]) => ({ path: [...path, key], value: member }))
        : [],
    );
    const prototypeKey = level.find(({ path }) => path.at(-1) === '__proto__');
    if (prototypeKey) throw invalidRequest([{ pointer: pointerOf(prototypeKey.path), detail: 'is not known' }]);
  }
}
