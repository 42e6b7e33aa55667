/** Requests to the API of the origin that the page came from. */
import type { Problem } from './types.ts';

/** An error that the API answered, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  /** Empty without an answer of the API. */
  readonly code: string;
  readonly title: string;
  readonly problem: Partial<Problem>;
  /** Seconds, as the API asked to wait. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Partial<Problem>, retryAfter: number | null = null) {
    super(problem.detail ?? 'Check the connection and try again.');
    this.status = status;
    this.code = problem.code ?? '';
    this.title = problem.title ?? (status === 0 ? 'The service did not answer' : `HTTP ${status}`);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly etag: string | null;
  readonly location: string | null;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

type Listener = (error: ApiError | null) => void;
const listeners = new Set<Listener>();

/** Calls `listener` after each answer: with null when the service answered as it should, else with the error. */
export function onAnswer(listener: Listener): void {
  listeners.add(listener);
}

/**
 * Calls `/api` + path. The body of an answer is what the schemas of this version describe; `GET /state` tells when the
 * service has another version. Throws ApiError; an abort throws the DOMException of fetch.
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<Answer<T>> {
  try {
    const answer = await send<T>(path, options);
    for (const listener of listeners) listener(null);
    return answer;
  } catch (error) {
    if (error instanceof ApiError) for (const listener of listeners) listener(error);
    throw error;
  }
}

/** The body of `GET /api` + path. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>(path, signal ? { signal } : {})).body;
}

/** `path?a=1&b=2`, without what is null, undefined or empty. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

async function send<T>(path: string, { method = 'GET', body, headers = {}, signal }: CallOptions): Promise<Answer<T>> {
  const init: RequestInit = {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    credentials: 'same-origin',
    cache: 'no-store',
    // A sign-in page of another origin is no answer of the API.
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  };
  const response = await fetch(`/api${path}`, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, {});
  });
  if (response.type === 'opaqueredirect') throw new ApiError(401, { code: 'unauthenticated', title: 'Signed out' });
  const content = await readBody(response);
  if (!response.ok && response.status !== 304) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new ApiError(response.status, content ?? {}, Number.isFinite(seconds) ? seconds : null);
  }
  return {
    status: response.status,
    body: content as T,
    etag: response.headers.get('etag'),
    location: response.headers.get('location'),
  };
}

/** JSON or plain text; an answer without a body, or with anything else, is null. */
async function readBody(response: Response) {
  const text = await response.text().catch(() => '');
  if (response.ok && response.headers.get('content-type')?.startsWith('text/plain')) return text;
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
