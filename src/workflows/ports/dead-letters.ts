/** The store of dead letters. */
import * as z from 'zod';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { Page, PageRequest } from './storage.ts';

/** A message that could not be handled. */
export const deadLetter = z.strictObject({
  id: z.string(),
  at: time,
  queue: z.string(),
  /** An ARM id; null when the message names none. */
  resource: z.string().nullable(),
  /** As JSON. */
  message: z.string(),
  /** The error of the last attempt; null when it could not be stored. */
  error: z.string().nullable(),
});
export type DeadLetter = Infer<typeof deadLetter>;

export interface DeadLetterQuery {
  readonly queue?: readonly string[];
  /** A text, without case, in the resource, the error or the message. */
  readonly q?: string;
  readonly total?: 'true';
}

/** Whether a dead letter matches the filters. */
export function isListed({ queue, resource, error, message }: DeadLetter, query: DeadLetterQuery): boolean {
  const text = query.q?.toLowerCase();
  const texts = [queue, resource, error, message];
  return (
    (query.queue?.includes(queue) ?? true) &&
    (text === undefined || texts.some((one) => one?.toLowerCase().includes(text)))
  );
}

export interface DeadLetters {
  /** Stores why a message failed, in case that it is dead-lettered. */
  recordFailure(messageKey: string, error: string): Promise<void>;
  /** Removes the stored failure of a message that was handled later. */
  clearFailure(messageKey: string): Promise<void>;
  /** Stores a dead letter with the last stored failure. Storing it twice has no effect until it is redriven. */
  record(messageKey: string, letter: Omit<DeadLetter, 'id' | 'error'>): Promise<void>;
  /** Newest first. `total`: how many match, when it was asked for and all could be counted. */
  list(query: DeadLetterQuery, page: PageRequest): Promise<Page<DeadLetter> & { readonly total?: number }>;
  /** The number of dead letters; at most a few thousand. */
  count(): Promise<number>;
  /** Null when there never was one. */
  get(id: string): Promise<DeadLetter | 'released' | null>;
  /** Removes a letter from the list. Its message may be dead-lettered again. */
  markReleased(id: string): Promise<void>;
}
