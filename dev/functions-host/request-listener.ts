/**
 * The HTTP listener of the host: which part answers which path. `/api` the functions, `/runtime/webhooks/EventGrid` deliveries,
 * `/.auth` the sign-in, `/admin/functions/NAME` a timer by hand, `/` a page that says so, everything else 404.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { serveEventGrid } from './http/event-grid-webhook.ts';
import { type Exchange, isAscii, sendResponse, serveHttp } from './http/http.ts';
import type { TimerListener } from './timers/timer-listener.ts';
import type { RegisteredFunction } from './worker/functions-core.ts';
import type { Invoke } from './worker/invocation.ts';

/** What stands in for Easy Auth. */
export interface SignIn {
  /** Answers a request below `/.auth/`. */
  handle(exchange: Exchange): Promise<void>;
  /** The Easy Auth headers of the request's session, or none. */
  principalOf(request: IncomingMessage): Readonly<Record<string, string>>;
}

export interface ListenerOptions {
  readonly routePrefix: string;
  /** The principal headers of callers pass through. */
  readonly trustPrincipal: boolean;
  readonly signIn: SignIn | undefined;
  /** The system key of Event Grid; absent: no key is required. */
  readonly eventKey: string | undefined;
  /** By function name in lower case. */
  readonly timers: ReadonlyMap<string, TimerListener>;
  /** Whether a setting switches a function off. */
  readonly isDisabled: (fn: RegisteredFunction) => boolean;
  readonly invoke: Invoke;
  readonly log: (line: string) => void;
}

/** The listener of the host's HTTP server. */
export function requestListener(functions: readonly RegisteredFunction[], front: ListenerOptions): RequestListener {
  const { signIn } = front;
  const http = serveHttp(functions, front);
  const eventGrid = serveEventGrid(functions, front);
  const prefix = front.routePrefix === '' ? '/' : `/${front.routePrefix.toLowerCase()}/`;

  const route = async (exchange: Exchange): Promise<void> => {
    const { request, response, url } = exchange;
    const path = url.pathname.toLowerCase();
    const timer = /^\/admin\/functions\/([^/]+)$/.exec(path)?.[1];
    if (path === '/') return sendResponse(response, 200, { 'content-type': 'text/html' }, homePage);
    if (/^\/runtime\/webhooks\/eventgrid(\/|$)/.test(path)) return eventGrid(exchange);
    if (signIn && path.startsWith('/.auth/')) return signIn.handle(exchange);
    if (timer !== undefined) return runTimer(exchange, front.timers.get(timer));
    if (!path.startsWith(prefix)) return sendResponse(response, 404);
    return http(exchange, url.pathname.slice(prefix.length), signIn?.principalOf(request) ?? {});
  };

  return (request, response) => {
    const url = urlOf(request.headers.host, request.url);
    if (!url || url.pathname.includes('%00') || !isAscii(request.rawHeaders.join('')))
      return sendResponse(response, 400);
    if (signIn && !LOOPBACK.has(url.hostname)) return sendResponse(response, 421);
    route({ request, response, url }).catch((error: unknown) => {
      front.log(`${request.method} ${url.pathname} failed: ${error instanceof Error ? error.stack : String(error)}`);
      if (response.headersSent) response.destroy();
      else sendResponse(response, 500);
    });
  };
}

const homePage = '<!doctype html><title>Functions host</title><p>The Functions host of this machine is running.</p>';

/** With a sign-in, only loopback names are served: another name that resolves to this address is another site. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** As in the real host: answered at once, run in the background. The JSON type keeps other sites' forms out. */
function runTimer({ request, response }: Exchange, timer: TimerListener | undefined): void {
  const known = timer !== undefined && request.method === 'POST';
  const json = request.headers['content-type']?.startsWith('application/json') ?? false;
  sendResponse(response, known ? (json ? 202 : 415) : 404);
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
