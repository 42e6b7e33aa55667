/**
 * Runs the command line in this process: on streams in memory, with a clock of its own, against the handlers of the API over
 * the stores in memory. `fetch` answers as the development environment does, with its sign-in.
 */
import { PassThrough } from 'node:stream';
import { HttpRequest, InvocationContext } from '@azure/functions';
import type { Endpoint } from '../../src/api/framework/endpoint.ts';
import { createHandler } from '../../src/api/framework/handler.ts';
import { type Context, outputOn } from '../../src/cli/framework/context.ts';
import { CommandFailure } from '../../src/cli/framework/failure.ts';
import { runProgram } from '../../src/cli/framework/parser.ts';
import { PROGRAM } from '../../src/cli/program.ts';
import { ENDPOINTS } from '../../src/functions/api.ts';
import type { Deps } from '../../src/workflows/ports/deps.ts';
import { principal, serviceOf } from '../api/ask.ts';
import { NOW } from '../fakes/api-deps.ts';

export const URL_OF_TESTS = 'http://127.0.0.1:7071';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Whether stdin, stdout and stderr are a terminal. */
  readonly terminal?: boolean;
  /** The lines that the person types, or what is piped. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
  readonly credential?: Context['credential'];
}

/** Runs `plumbline` with these words. */
export async function run(words: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const { terminal = false, input, environment = {}, signal = new AbortController().signal } = surroundings;
  const written = { stdout: '', stderr: '' };
  const outputTo = (name: 'stdout' | 'stderr') => ({
    ...outputOn(Object.assign(new PassThrough(), { isTTY: terminal, columns: 100 }), { NO_COLOR: '1', ...environment }),
    write(text: string) {
      written[name] += text;
    },
  });
  const stdin = new PassThrough();
  if (input !== undefined) stdin.write(input);
  if (!terminal) stdin.end();
  const context: Context = {
    stdin: { isTerminal: terminal, stream: stdin },
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
    environment: { PLUMBLINE_URL: URL_OF_TESTS, ...environment },
    clock: { now: () => new Date(NOW), sleep: async () => undefined },
    signal,
    fetch: surroundings.fetch ?? (() => Promise.reject(new Error('this command calls nobody'))),
    credential: surroundings.credential ?? (() => Promise.reject(new Error('this command needs no sign-in'))),
  };
  try {
    return { code: await runProgram(PROGRAM, context, words), ...written };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { code: error.exitCode, stdout: written.stdout, stderr: `${written.stderr}plumbline: ${error.message}\n` };
  }
}

/** What the personas of `--as` may do. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  reader: ['Reader'],
  approver: ['Approver'],
  operator: ['Operator'],
};

export interface Deployment {
  readonly fetch: typeof fetch;
  /** Method and path of every request, with the query. */
  readonly requests: string[];
}

/** A deployment on these ports. */
export function deploymentOn(deps: Deps): Deployment {
  const requests: string[] = [];
  const service = serviceOf(deps);
  return {
    requests,
    async fetch(input, init) {
      const url = new URL(String(input));
      const headers = new Headers(init?.headers);
      const method = init?.method ?? 'GET';
      requests.push(`${method} ${url.pathname}${url.search}`);
      if (url.pathname === '/.auth/login/local') {
        const persona = new URLSearchParams(String(init?.body)).get('persona') ?? '';
        return new Response(null, { status: 303, headers: { 'set-cookie': `session=${persona}; Path=/; HttpOnly` } });
      }
      const found = endpointFor(method, url.pathname);
      if (!found) return new Response('', { status: 404 });
      const roles = ROLES[/session=(\w+)/.exec(headers.get('cookie') ?? '')?.[1] ?? ''];
      const request = new HttpRequest({
        method,
        url: String(url),
        params: found.params,
        headers: {
          ...Object.fromEntries(headers),
          ...(roles ? { 'x-ms-client-principal': principal(roles) } : {}),
        },
        ...(typeof init?.body === 'string' ? { body: { string: init.body } } : {}),
      });
      const context = new InvocationContext({ functionName: found.endpoint.name, logHandler: () => {} });
      const answer = await createHandler(found.endpoint, async () => service)(request, context);
      const body = answer.body instanceof Uint8Array ? Buffer.from(answer.body) : (answer.body ?? null);
      const status = answer.status ?? 200;
      const sent = status === 204 || status === 304 ? null : body === null ? null : String(body);
      return new Response(body instanceof Uint8Array ? Buffer.from(body) : sent, {
        status,
        headers: new Headers(Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)])),
      });
    },
  };
}

/** The endpoint of a path; a literal comes before a parameter. */
function endpointFor(method: string, path: string): { endpoint: Endpoint; params: Record<string, string> } | null {
  const matches = ENDPOINTS.flatMap((endpoint) => {
    const pattern = endpoint.route.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    const match = endpoint.method === method ? new RegExp(`^/api/${pattern}$`).exec(path) : null;
    return match ? [{ endpoint, params: { ...match.groups } }] : [];
  });
  return matches.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0] ?? null;
}
