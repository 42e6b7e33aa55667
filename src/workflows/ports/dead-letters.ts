/** The store of dead letters. */
import type { Page, PageRequest } from './storage.ts';

/** A message that could not be handled. */
export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly queue: string;
  /** An ARM id; null when the message names none. */
  readonly resource: string | null;
  /** As JSON. */
  readonly message: string;
  /** The error of the last attempt; null when it could not be stored. */
  readonly error: string | null;
}

export interface DeadLetters {
  /** Stores why a message failed, in case that it is dead-lettered. */
  recordFailure(messageKey: string, error: string): Promise<void>;
  /** Removes the stored failure of a message that was handled later. */
  clearFailure(messageKey: string): Promise<void>;
  /** Stores a dead letter with the last stored failure. Storing it twice has no effect until it is redriven. */
  record(
    messageKey: string,
    letter: { readonly queue: string; readonly message: string; readonly resource: string | null; readonly at: string },
  ): Promise<void>;
  list(page: PageRequest): Promise<Page<DeadLetter>>;
  /** The number of dead letters; at most a few thousand. */
  count(): Promise<number>;
  /** Null when there never was one. */
  get(id: string): Promise<DeadLetter | 'released' | null>;
  /** Removes a letter from the list. Its message may be dead-lettered again. */
  markReleased(id: string): Promise<void>;
}
