/**
 * The one way to ask the storage: counts the request, bounds its time, creates what is missing on first use, and makes
 * every failure a StorageUnavailable that names what was asked, never an address or a key.
 */
import * as z from 'zod';
import { StorageUnavailable } from '../workflows/ports.ts';

export type StorageKind = 'table' | 'queue' | 'blob';
/** Told of each request, before it is sent; the SDK's own retries of one request are not told. */
export type OnRequest = (kind: StorageKind) => void;

/** An answer that the service gave on purpose: it is not there (404), it is there already (409), it moved (412). */
export class Declined {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    this.status = status;
    this.code = code;
  }
}

export interface Requests {
  /** `what` ends the sentence "could not …". Throws StorageUnavailable for all but a declined request. */
  may<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Declined>;
  /** The same, where being declined is a failure too. */
  must<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface Target {
  readonly kind: StorageKind;
  /** For messages, e.g. `table PlumblineAudit`. */
  readonly name: string;
  /** The service's code for a target that is not there, e.g. `TableNotFound`. */
  readonly missing: string;
  create(abortSignal: AbortSignal): Promise<unknown>;
}

export function requestsTo(target: Target, onRequest: OnRequest): Requests {
  let creating: Promise<unknown> | null = null;

  async function send<T>(operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Failure> {
    onRequest(target.kind);
    try {
      return await operation(AbortSignal.timeout(DEADLINE_MS));
    } catch (error) {
      return failureOf(error);
    }
  }

  async function created(): Promise<Failure | null> {
    // Whoever finds it missing meanwhile waits for the same creation.
    creating ??= send((signal) => target.create(signal)).finally(() => {
      creating = null;
    });
    const answer = await creating;
    return answer instanceof Failure && answer.status !== 409 ? answer : null;
  }

  async function may<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Declined> {
    let answer = await send(operation);
    if (answer instanceof Failure && answer.code === target.missing)
      answer = (await created()) ?? (await send(operation));
    if (!(answer instanceof Failure)) return answer;
    if (DECLINED.includes(answer.status) && answer.code !== target.missing) {
      return new Declined(answer.status, answer.code);
    }
    throw unavailable(what, answer);
  }

  async function must<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const answer = await may(what, operation);
    if (answer instanceof Declined) throw unavailable(what, answer);
    return answer;
  }

  function unavailable(what: string, { status, code }: { status: number; code: string }): StorageUnavailable {
    return new StorageUnavailable(`could not ${what} in ${target.name}: ${code}${status ? ` (HTTP ${status})` : ''}`);
  }

  return { may, must };
}

/** Bounds one request with all its retries. */
const DEADLINE_MS = 10_000;
const DECLINED = [404, 409, 412];

class Failure {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    this.status = status;
    this.code = code;
  }
}

// The three SDKs put the service's code in three places; network failures have a code of Node's.
const failed = z.object({
  name: z.string().catch('Error'),
  code: z.string().optional().catch(undefined),
  statusCode: z.number().catch(0),
  details: z
    .object({
      errorCode: z.string().optional().catch(undefined),
      odataError: z.object({ code: z.string().optional() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** What a client threw; an error that is no answer of a service or a network is a mistake of ours and passes. */
function failureOf(error: unknown): Failure {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) throw error;
  const { name, code, statusCode, details } = failed.parse(error);
  if (name === 'AbortError') return new Failure(0, `no answer within ${DEADLINE_MS / 1000} s`);
  return new Failure(statusCode, details?.odataError?.code ?? details?.errorCode ?? code ?? name);
}
