/**
 * Raw requests to Resource Manager through the pipelines of the real SDK clients. Bodies are raw both ways, because the
 * clients' models drop unknown properties and invent defaults. Nothing is retried here: the queue retries.
 */
import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { isDeeper, type Json } from '../domain/json.ts';
import type { Log } from '../workflows/ports.ts';
import { type ArmReply, failureOfError } from './errors.ts';
import type { PipelineOptions } from './pipelines.ts';

export interface ClientOptions extends PipelineOptions {
  readonly log: Log;
  readonly now: () => Date;
  /** A lease lasts 30 s and a request must have failed before; default 15 s, the token included. */
  readonly timeoutMilliseconds?: number;
  /** Told of every request, answered or not. */
  readonly onRequest?: (request: SentRequest) => void;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface SentRequest {
  readonly method: Method;
  readonly path: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly milliseconds: number;
}

export interface Client {
  /** Sends once. Rejects when no answer came in time or no token could be had; every answer is an answer. */
  send(method: Method, url: URL, body?: Json): Promise<ArmReply>;
  /** The URL of an ARM id or a path below one. Throws for anything that would leave Resource Manager. */
  urlOf(path: string, apiVersion: string, query?: Readonly<Record<string, string>>): URL;
  /** The URL that Azure itself gave for what comes next; null unless it is Resource Manager's. */
  urlFromAzure(url: string | undefined): URL | null;
}

export function createClient(options: ClientOptions): Client {
  const { endpoint, log, now, onRequest, timeoutMilliseconds = 15_000 } = options;
  let sender: Promise<ReturnType<typeof import('./pipelines.ts').createSender>> | undefined;

  const exchange = async (method: Method, url: URL, body: Json | undefined): Promise<PipelineResponse> => {
    // The SDKs are loaded with the first request, so that the bundle starts without them.
    sender ??= import('./pipelines.ts').then(({ createSender }) => createSender(options));
    const send = await sender;
    const giveUp = AbortSignal.timeout(timeoutMilliseconds);
    const sent = send({ method, url, giveUp, body: body === undefined ? undefined : JSON.stringify(body) });
    // Not every credential listens to the signal, and the request is not sent after it: so stop waiting as well.
    return Promise.race([sent, rejectionOf(giveUp, timeoutMilliseconds)]);
  };

  return {
    async send(method, url, body) {
      const started = now().getTime();
      const told = (status: number, fields: Record<string, unknown>) => {
        const sent = { method, path: url.pathname, status, milliseconds: now().getTime() - started };
        logRequest(log, sent, fields);
        onRequest?.(sent);
      };
      try {
        const { status, headers, bodyAsText } = await exchange(method, url, body);
        told(status, idsAndLimitsIn(headers.toJSON()));
        const reply = { status, path: url.pathname, body: jsonOf(bodyAsText) };
        return { ...reply, header: (name) => headers.get(name) };
      } catch (error) {
        const { code, message } = failureOfError(error);
        told(0, { code, error: message });
        throw error;
      }
    },

    urlOf(path, apiVersion, query = {}) {
      const segments = path.split('/');
      if (segments[0] !== '' || segments.slice(1).some((segment) => ['', '.', '..'].includes(segment))) {
        throw new Error(`${path} is no path of Resource Manager`);
      }
      const url = new URL(segments.map(encodeURIComponent).join('/'), endpoint);
      url.searchParams.set('api-version', apiVersion);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      // A blank as the SDKs write it: what reads a plus as one is not known of every provider.
      url.search = url.search.replaceAll('+', '%20');
      return url;
    },

    urlFromAzure(text) {
      if (!text || !URL.canParse(text, endpoint)) return null;
      const url = new URL(text, endpoint);
      return url.origin === new URL(endpoint).origin ? url : null;
    },
  };
}

function rejectionOf(signal: AbortSignal, milliseconds: number): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(new Error(`Azure did not answer within ${milliseconds / 1000} s`));
    signal.addEventListener('abort', give, { once: true });
  });
}

/**
 * One line per request, without query and body. A GET that finds nothing is an answer: many documents need not be there,
 * and a deleted resource is not. Every other refusal, and a request without an answer, is a warning.
 */
function logRequest(log: Log, sent: SentRequest, fields: Record<string, unknown>): void {
  const { method, status } = sent;
  if (status === 0) log.warn({ ...sent, ...fields }, 'no answer from Azure');
  else if (status < 400 || (status === 404 && method === 'GET')) log.debug({ ...sent, ...fields }, 'asked Azure');
  else log.warn({ ...sent, ...fields }, 'Azure refused a request');
}

/** What joins a request to Azure's own logs, and how many more are allowed. */
function idsAndLimitsIn(headers: Record<string, string>): Record<string, string> {
  const limits = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-ratelimit-remaining-'));
  const requestId = headers['x-ms-request-id'];
  const correlation = headers['x-ms-correlation-request-id'];
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(correlation === undefined ? {} : { correlation }),
    ...Object.fromEntries(limits),
  };
}

function jsonOf(text: string | null | undefined): Json | undefined {
  if (!text) return undefined;
  try {
    const body: Json = JSON.parse(text);
    // What has levels without end is none that anything here could walk through.
    return isDeeper(body) ? text : body;
  } catch {
    return text;
  }
}
