/** Reads what a request carries, strictly: where it came from, its query, its JSON body. */
import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { pointerOf } from '../domain/json.ts';
import { Refusal } from '../domain/refusal.ts';
import { invalid, invalidBody, invalidQuery } from './problem.ts';

/** Bytes. */
const LARGEST_BODY = 1_048_576;
const LENGTH_MISSING =
  'no body arrived: send it with the header Content-Length, as the platform drops a body that comes in chunks (Transfer-Encoding: chunked)';
/** Levels of lists and objects; settings, the deepest that is asked for, have six. */
const DEEPEST_BODY = 32;

/**
 * Throws Refusal `forbidden` when a browser sends a state change from another origin.
 * Our own origin is the host that the request names. The platform ends TLS in front of us, so an https origin of that host
 * is our own even when the request reached us over http. `x-forwarded-host` is not believed: callers can write it.
 */
export function refuseOtherOrigins({ method, url, headers }: HttpRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  const foreign =
    (site !== null && site !== 'same-origin' && site !== 'none') || (origin !== null && !isOwn(origin, url));
  if (foreign) throw new Refusal('forbidden', 'Changes are taken from the origin of this service only.');
}

/**
 * The query, parsed. It is read from the URL: the host joins repeated parameters with commas everywhere else.
 * Throws Refusal `invalid` for unknown, repeated and malformed parameters.
 */
export function queryOf<T>(url: string, schema: z.ZodType<T>): T {
  const given = [...new URL(url).searchParams];
  const repeated = given.map(([name]) => name).filter((name, index, names) => names.indexOf(name) !== index);
  if (repeated.length > 0) {
    throw invalid([...new Set(repeated)].map((parameter) => ({ parameter, detail: 'may be given once only' })));
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw invalidQuery(parsed.error);
  return parsed.data;
}

/** The JSON body, parsed. Throws Refusal `too-large` or `invalid`. */
export async function bodyOf<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type.trim())) {
    throw invalid([{ detail: 'the content-type must be application/json' }]);
  }
  const tooLarge = () => new Refusal('too-large', 'A body may have 1 MB at most.');
  if (Number(request.headers.get('content-length') ?? 0) > LARGEST_BODY) throw tooLarge();
  const bytes = Buffer.from(await request.arrayBuffer());
  // The Functions host reads a body by its length: one that comes in chunks arrives empty.
  // https://github.com/Azure/azure-functions-host/issues/7930
  if (bytes.length === 0 && request.headers.get('content-length') === null) throw invalid([{ detail: LENGTH_MISSING }]);
  if (bytes.length > LARGEST_BODY) throw tooLarge();
  const content = json(bytes);
  refuseOddities(content);
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw invalidBody(parsed.error);
  return parsed.data;
}

function isOwn(origin: string, url: string): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  const own = new URL(url);
  return from.host === own.host && (from.protocol === 'https:' || from.protocol === own.protocol);
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid([{ detail: 'the body is no JSON' }]);
  }
}

/** What schemas pass over or choke on: a key that stands for an object's prototype, and nesting without end. */
function refuseOddities(content: unknown): void {
  let level = [{ path: [] as readonly string[], value: content }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST_BODY) throw invalid([{ detail: `the body has more than ${DEEPEST_BODY} levels` }]);
    level = level.flatMap(({ path, value }) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([key, member]) => ({ path: [...path, key], value: member }))
        : [],
    );
    const strange = level.find(({ path }) => path.at(-1) === '__proto__');
    if (strange) throw invalid([{ pointer: pointerOf(strange.path), detail: 'is not known' }]);
  }
}
