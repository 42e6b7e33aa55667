/**
 * The front of the host: which part answers which path. `/api` the functions, `/runtime/webhooks/EventGrid` deliveries,
 * `/.auth` the sign-in, `/admin/functions/NAME` a timer by hand, `/` a page that says so, everything else 404.
 */
import type { RequestListener } from 'node:http';
import { serveEventGrid } from './event-grid.ts';
import type { RegisteredFunction } from './functions-core.ts';
import { answer, type Exchange, isAscii, serveHttp } from './http.ts';
import type { Invoke } from './invocation.ts';
import { createSignIn } from './sign-in.ts';
import type { TimerListener } from './timers.ts';

export interface Front {
  readonly routePrefix: string;
  /** Callers' principal headers count, and there is no sign-in. */
  readonly trustPrincipal: boolean;
  /** The system key of Event Grid; absent: none is asked for. */
  readonly eventKey: string | undefined;
  /** By function name in lower case. */
  readonly timers: ReadonlyMap<string, TimerListener>;
  /** Whether a setting switches a function off. */
  readonly isDisabled: (fn: RegisteredFunction) => boolean;
  readonly invoke: Invoke;
  readonly log: (line: string) => void;
}

/** The listener of the host's HTTP server. */
export function requestListener(functions: readonly RegisteredFunction[], front: Front): RequestListener {
  const signIn = front.trustPrincipal ? undefined : createSignIn();
  const http = serveHttp(functions, front);
  const eventGrid = serveEventGrid(functions, front);
  const prefix = front.routePrefix === '' ? '/' : `/${front.routePrefix.toLowerCase()}/`;

  const route = async (exchange: Exchange): Promise<void> => {
    const { request, response, url } = exchange;
    const path = url.pathname.toLowerCase();
    const timer = /^\/admin\/functions\/([^/]+)$/.exec(path)?.[1];
    if (path === '/') return answer(response, 200, { 'content-type': 'text/html' }, homePage);
    if (/^\/runtime\/webhooks\/eventgrid(\/|$)/.test(path)) return eventGrid(exchange);
    if (signIn && path.startsWith('/.auth/')) return signIn.handle(exchange);
    if (timer !== undefined) return runTimer(exchange, front.timers.get(timer));
    if (!path.startsWith(prefix)) return answer(response, 404);
    return http(exchange, url.pathname.slice(prefix.length), signIn?.principalOf(request) ?? {});
  };

  return (request, response) => {
    const url = urlOf(request.headers.host, request.url);
    if (!url || url.pathname.includes('%00') || !isAscii(request.rawHeaders.join(''))) return answer(response, 400);
    if (signIn && !LOOPBACK.has(url.hostname)) return answer(response, 421);
    route({ request, response, url }).catch((error: unknown) => {
      front.log(`${request.method} ${url.pathname} failed: ${error instanceof Error ? error.stack : String(error)}`);
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
  };
}

const homePage = '<!doctype html><title>Functions host</title><p>The Functions host of this machine is running.</p>';

/** Sign-in is for pages of this machine: another name that was pointed here is another site, with its own scripts. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** As in the real host: answered at once, run in the background. The JSON type keeps other sites' forms out. */
function runTimer({ request, response }: Exchange, timer: TimerListener | undefined): void {
  const known = timer !== undefined && request.method === 'POST';
  const json = request.headers['content-type']?.startsWith('application/json') ?? false;
  answer(response, known ? (json ? 202 : 415) : 404);
  if (known && json) void timer.run();
}

function urlOf(host: string | undefined, target: string | undefined): URL | undefined {
  if (!target?.startsWith('/')) return undefined;
  try {
    return new URL(`http://${host ?? '127.0.0.1'}${target}`);
  } catch {
    return undefined;
  }
}
