/**
 * Calls the HTTP API of a deployment by the definitions of its endpoints: route, method and the schema of the answer. A refusal
 * or a lost connection is a CommandFailure that says what to do.
 */
import { z } from 'zod';
import type { AuthorizedEndpoint } from '../../api/framework/endpoint.ts';
import type { Context } from '../framework/context.ts';
import { CommandFailure } from '../framework/failure.ts';
import type { DeploymentInput } from './options.ts';
import { failureOf, knownProblem, type Problem } from './refusals.ts';
import { createSession, type Session } from './session.ts';

/** The part of an endpoint that a caller needs. */
export type Call<Result extends z.ZodType | string | null, Body> = Pick<
  AuthorizedEndpoint<unknown, Body, unknown>,
  'method' | 'route' | 'body'
> & { readonly result: Result };

export interface Asked<Body> {
  /** The values of `{…}` in the route. */
  readonly params?: Readonly<Record<string, string>>;
  /** Values that are undefined are left out; of a list, the values are joined by commas. */
  readonly query?: Query;
  readonly body?: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Client {
  /** The origin of the deployment. */
  readonly url: string;
  /** The answer of an endpoint whose result is JSON. Throws CommandFailure. */
  call<Result extends z.ZodType, Body>(
    endpoint: Call<Result, Body>,
    asked?: Asked<Body>,
  ): Promise<Answer<z.output<Result>>>;
  /** Calls an endpoint that answers without a body. Throws CommandFailure. */
  order<Body>(endpoint: Call<null, Body>, asked?: Asked<Body>): Promise<void>;
  /** A file, as it is sent. Throws CommandFailure, also when the connection is lost before its end. */
  download(endpoint: Call<string, unknown>, asked?: Asked<undefined>): Promise<Download>;
  /** What the header Link names as the next part of a file, or null. */
  nextOf(endpoint: Call<string, unknown>, download: Download): Query | null;
}

export interface Download {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export function createClient(context: Context, input: DeploymentInput): Client {
  const session = createSession(context, input);

  async function send(
    endpoint: Call<z.ZodType | string | null, unknown>,
    asked: Asked<unknown> = {},
  ): Promise<Response> {
    const { params = {}, query = {}, body, headers } = asked;
    const route = endpoint.route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const response = await request(context, session, `/api/${route}${queryText(query)}`, {
      method: endpoint.method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw failureOf(response, problemIn(await bytesOf(response, session)), { url: session.url, params });
  }

  return {
    url: session.url,
    async call(endpoint, asked) {
      const response = await send(endpoint, asked);
      const { status, headers } = response;
      return {
        status,
        headers,
        body: parseAnswer(endpoint.result, jsonIn(await bytesOf(response, session), session.url), endpoint.route),
      };
    },
    async order(endpoint, asked) {
      await bytesOf(await send(endpoint, asked), session);
    },
    async download(endpoint, asked) {
      const response = await send(endpoint, asked);
      return { headers: response.headers, bytes: await bytesOf(response, session) };
    },
    nextOf(endpoint, { headers }) {
      const address = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      if (address === undefined) return null;
      const next = new URL(address, session.url);
      // Only the parameters are taken: the address of the deployment is the one that was given.
      if (next.pathname !== `/api/${endpoint.route}`) return null;
      return Object.fromEntries(next.searchParams);
    },
  };
}

async function request(context: Context, session: Session, path: string, init: RequestInit): Promise<Response> {
  const authorization = await session.headers();
  try {
    return await context.fetch(`${session.url}${path}`, {
      ...init,
      headers: { accept: 'application/json', ...authorization, ...init.headers },
      // A token goes to no other address than the one that was given.
      redirect: 'manual',
      signal: session.patience(),
    });
  } catch (error) {
    throw session.lostConnection(error);
  }
}

function queryText(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (value !== false && text !== '') given.set(name, text);
  }
  return given.size === 0 ? '' : `?${given}`;
}

/** The whole body. Throws CommandFailure when the connection is lost before its end. */
async function bytesOf(response: Response, session: Session): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw session.lostAnswer(error);
  }
}

function problemIn(bytes: Uint8Array): Problem | null {
  try {
    return knownProblem.safeParse(JSON.parse(textIn(bytes))).data ?? null;
  } catch {
    return null;
  }
}

/** The text of a body, in UTF-8. */
export function textIn(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function jsonIn(bytes: Uint8Array, url: string): unknown {
  try {
    return JSON.parse(textIn(bytes));
  } catch (error) {
    throw new CommandFailure(5, `${url} answers, but not as Plumbline does; check --url`, { cause: error });
  }
}

/** The value, when it has what this version knows; members of a later version are kept as they are. */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, value: unknown, route: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const isLater = z.custom<z.output<Schema>>(() => parsed.error.issues.every(isOnlyMore)).safeParse(value);
  if (isLater.success) return isLater.data;
  const [issue] = parsed.error.issues;
  const where = issue ? `${issue.path.join('/') || 'the answer'}: ${issue.message}` : 'it is something else';
  throw new CommandFailure(
    5,
    `the answer of /api/${route} cannot be understood (${where}); use the command line of the version of the deployment`,
  );
}

/** Whether an issue is only about members that this version does not know. */
function isOnlyMore(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'unrecognized_keys') return true;
  return issue.code === 'invalid_union' && issue.errors.some((branch) => branch.length > 0 && branch.every(isOnlyMore));
}
