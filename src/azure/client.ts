/**
 * Raw requests to Resource Manager through the pipelines of the SDK clients. Bodies are raw JSON in both directions, because
 * the models of the clients drop unknown properties and add defaults. Nothing is retried here: the queue retries. While Azure
 * throttles a subscription, its requests are not sent: they get the answer that Azure would give.
 */
import type { HttpHeaders, PipelineResponse } from '@azure/core-rest-pipeline';
import { SECOND_MS } from '../domain/resources/durations.ts';
import { exceedsDepth, type Json } from '../domain/resources/json.ts';
import type { Metrics } from '../workflows/ports/metrics.ts';
import type { Log } from '../workflows/ports/runtime.ts';
import { armFailureOf, type HttpResponse, transientFailureOf } from './errors.ts';
import type { PipelineOptions } from './pipelines.ts';
import { notAsked, subscriptionOf, type Throttling } from './throttling.ts';

export interface ClientOptions extends PipelineOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** Null for a tool without the storage of the service. */
  readonly throttling: Pick<Throttling, 'secondsLeft' | 'follow'> | null;
  /** The time limit of a request with its token. It must be shorter than a lease (30 s); default 15 s. */
  readonly timeoutMilliseconds?: number;
  /** Called for every request, answered or not. */
  readonly onRequest?: (request: SentRequest) => void;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface SentRequest {
  readonly method: Method;
  readonly path: string;
  /** 0 without an answer. */
  readonly status: number;
  readonly milliseconds: number;
}

export interface Client {
  /**
   * Sends once. Rejects without an answer in time or without a token; an answer of any status resolves. A request to a
   * throttled subscription is answered 429 without being sent. Throws StorageUnavailable.
   */
  send(method: Method, url: URL, body?: Json): Promise<HttpResponse>;
  /** The URL of an ARM id or a path below one. Throws for a path that would leave Resource Manager. */
  urlOf(path: string, apiVersion: string, query?: Readonly<Record<string, string>>): URL;
  /** The URL that Azure returned for the next request; null unless it is a URL of Resource Manager. */
  urlFromAzure(url: string | undefined): URL | null;
}

export function createClient(options: ClientOptions): Client {
  const { endpoint, log, metrics, now, onRequest, throttling, timeoutMilliseconds = 15_000 } = options;
  let sender: Promise<ReturnType<typeof import('./pipelines.ts').createSender>> | undefined;

  const exchange = async (method: Method, url: URL, body: Json | undefined): Promise<PipelineResponse> => {
    // The SDKs are loaded with the first request, so that the bundle starts without them.
    sender ??= import('./pipelines.ts').then(({ createSender }) => createSender(options));
    const send = await sender;
    const stop = new AbortController();
    const sent = send({
      method,
      url,
      abortSignal: stop.signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    // Not every credential observes the signal, so waiting is stopped here, too. No request is sent after the signal.
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop.abort();
        reject(new Error(`Azure did not answer within ${timeoutMilliseconds / SECOND_MS} s`));
      }, timeoutMilliseconds);
      sent.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  };

  async function sendNow(method: Method, url: URL, body: Json | undefined): Promise<HttpResponse> {
    const started = now().getTime();
    const logResult = (status: number, fields: Record<string, unknown>) => {
      const sent = { method, path: url.pathname, status, milliseconds: now().getTime() - started };
      logRequest(log, sent, fields);
      onRequest?.(sent);
    };
    try {
      const { status, headers, bodyAsText } = await exchange(method, url, body);
      const limits = limitsIn(headers);
      logResult(status, { ...idsIn(headers), ...limits });
      countLimits(url, limits);
      const reply = { status, path: url.pathname, body: jsonOf(bodyAsText) };
      return { ...reply, header: (name) => headers.get(name) };
    } catch (error) {
      const { code, message } = transientFailureOf(error);
      logResult(0, { code, error: message });
      throw error;
    }
  }

  /** Azure returns what is left of a subscription with each response about it. The response of a listing names none. */
  function countLimits(url: URL, limits: Readonly<Record<string, string>>): void {
    const subscriptionId = subscriptionOf(url);
    if (subscriptionId === null) return;
    for (const [name, text] of Object.entries(limits)) {
      const requests = Number(text);
      const limit = name.slice(REMAINING.length);
      if (Number.isFinite(requests)) metrics.setRequestsLeft({ subscriptionId, limit }, requests);
    }
  }

  return {
    async send(method, url, body) {
      const subscription = subscriptionOf(url);
      if (throttling === null || subscription === null) return sendNow(method, url, body);
      const waitSeconds = await throttling.secondsLeft(subscription);
      if (waitSeconds > 0) return notAsked(url, waitSeconds);
      const reply = await sendNow(method, url, body);
      const failure = reply.status < 400 ? null : armFailureOf(reply, now());
      if (failure?.kind === 'throttled') await throttling.follow(subscription, failure.retryAfter);
      return reply;
    },

    urlOf(path, apiVersion, query = {}) {
      const segments = path.split('/');
      if (segments[0] !== '' || segments.slice(1).some((segment) => ['', '.', '..'].includes(segment))) {
        throw new Error(`${path} is no path of Resource Manager`);
      }
      // Blanks become %20, as the SDKs encode them: not every provider is known to decode a plus as a blank.
      const parts = Object.entries({ 'api-version': apiVersion, ...query }).map((part) =>
        part.map(encodeURIComponent).join('='),
      );
      return new URL(`${segments.map(encodeURIComponent).join('/')}?${parts.join('&')}`, endpoint);
    },

    urlFromAzure(text) {
      if (!text || !URL.canParse(text, endpoint)) return null;
      const url = new URL(text, endpoint);
      return url.origin === new URL(endpoint).origin ? url : null;
    },
  };
}

/**
 * One line per request, without query and body. A GET with 404 is normal: many documents are optional, and resources are
 * deleted. Every other refusal, and a request without an answer, is a warning.
 */
function logRequest(log: Log, sent: SentRequest, fields: Record<string, unknown>): void {
  const { method, status } = sent;
  if (status === 0) log.warn({ ...sent, ...fields }, 'no answer from Azure');
  else if (status < 400 || (status === 404 && method === 'GET')) log.debug({ ...sent, ...fields }, 'asked Azure');
  else log.warn({ ...sent, ...fields }, 'Azure refused a request');
}

const REMAINING = 'x-ms-ratelimit-remaining-';

/** The headers with the remaining requests of each limit. */
function limitsIn(headers: HttpHeaders): Record<string, string> {
  const limits: Record<string, string> = {};
  for (const [name, value] of headers) if (name.startsWith(REMAINING)) limits[name] = value;
  return limits;
}

/** The ids that find the request in Azure's own logs. */
function idsIn(headers: HttpHeaders): Record<string, string> {
  const requestId = headers.get('x-ms-request-id');
  const correlation = headers.get('x-ms-correlation-request-id');
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(correlation === undefined ? {} : { correlation }),
  };
}

function jsonOf(text: string | null | undefined): Json | undefined {
  if (!text) return undefined;
  try {
    const body: Json = JSON.parse(text);
    // A body that is nested too deeply stays text: no code can traverse it.
    return exceedsDepth(body) ? text : body;
  } catch {
    return text;
  }
}
