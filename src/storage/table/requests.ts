/**
 * All requests to the storage go through this: it reports the request, limits its time, creates a missing target on first use,
 * and turns every failure into a StorageUnavailable that names the operation, never an address or a key.
 */

import type { ContainerClient } from '@azure/storage-blob';
import * as z from 'zod';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';

export type StorageKind = 'table' | 'queue' | 'blob';

/** Called before each request; not for the SDK's own retries of a request. */
export type OnRequest = (kind: StorageKind) => void;

class Failure {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    this.status = status;
    this.code = code;
  }
}

/** The service rejected the request: the target does not exist (404), exists already (409), or has changed (412). */
export class Rejected extends Failure {}

export interface Requester {
  /** `what` ends the sentence "could not …". Throws StorageUnavailable for every failure other than a rejection. */
  attempt<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Rejected>;
  /** The same, but a rejection is a failure, too. */
  perform<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface RequestTarget {
  readonly kind: StorageKind;
  /** For messages, e.g. `table PlumblineAudit`. */
  readonly name: string;
  /** The service's code for a target that does not exist, e.g. `TableNotFound`. */
  readonly missing: string;
  create(abortSignal: AbortSignal): Promise<unknown>;
}

export function createRequester(target: RequestTarget, onRequest: OnRequest): Requester {
  let creating: Promise<unknown> | null = null;

  async function send<T>(operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Failure> {
    onRequest(target.kind);
    // A timer that is cleared costs a fraction of AbortSignal.timeout, which lives until the garbage collector finds it.
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), DEADLINE_MS);
    try {
      return await operation(deadline.signal);
    } catch (error) {
      return failureOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async function createTarget(): Promise<Failure | null> {
    // Concurrent requests wait for the same creation.
    creating ??= send((signal) => target.create(signal)).finally(() => {
      creating = null;
    });
    const answer = await creating;
    return answer instanceof Failure && answer.status !== 409 ? answer : null;
  }

  async function attempt<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T | Rejected> {
    let answer = await send(operation);
    if (answer instanceof Failure && answer.code === target.missing)
      answer = (await createTarget()) ?? (await send(operation));
    if (!(answer instanceof Failure)) return answer;
    if (REJECTED.includes(answer.status) && answer.code !== target.missing) {
      return new Rejected(answer.status, answer.code);
    }
    throw unavailable(what, answer);
  }

  async function perform<T>(what: string, operation: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const answer = await attempt(what, operation);
    if (answer instanceof Rejected) throw unavailable(what, answer);
    return answer;
  }

  function unavailable(what: string, { status, code }: { status: number; code: string }): StorageUnavailable {
    return new StorageUnavailable(`could not ${what} in ${target.name}: ${code}${status ? ` (HTTP ${status})` : ''}`);
  }

  return { attempt, perform };
}

/** The requests to a container of blobs. */
export function createContainerRequester(container: ContainerClient, onRequest: OnRequest): Requester {
  const target: RequestTarget = {
    kind: 'blob',
    name: `container ${container.containerName}`,
    missing: 'ContainerNotFound',
    create: (abortSignal) => container.create({ abortSignal }),
  };
  return createRequester(target, onRequest);
}

/** The time limit of one request with all its retries. */
const DEADLINE_MS = 10 * SECOND_MS;
const REJECTED = [404, 409, 412];

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

/** The failure that a client threw. Programming errors are thrown again. */
function failureOf(error: unknown): Failure {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) throw error;
  const { name, code, statusCode, details } = failed.parse(error);
  if (name === 'AbortError') return new Failure(0, `no answer within ${DEADLINE_MS / SECOND_MS} s`);
  return new Failure(statusCode, details?.odataError?.code ?? details?.errorCode ?? code ?? name);
}
