/** A row with a version: it is replaced only in the version that was read. Another writer may be faster. */

import type { z } from 'zod';
import { ConflictError, StorageUnavailable, type Versioned } from '../../workflows/ports/storage.ts';
import { type Entity, type Key, parseRow } from './entity.ts';
import type { Step, Table } from './table.ts';

/** The value of a row and its version; null when there is no row. */
export async function loadVersioned<T>(
  table: Table,
  { partitionKey, rowKey }: Key,
  schema: z.ZodType<T>,
): Promise<Versioned<T> | null> {
  const row = await table.get(partitionKey, rowKey);
  return row && { value: parseRow(schema, table.name, row), version: row.etag };
}

/**
 * Saves a row and returns its new version; null when another writer was faster. `version` is the version that was read; null
 * for a row that must not exist yet.
 */
export function saveRow(table: Table, entity: Entity, version: string | null): Promise<string | null> {
  return version === null ? table.insert(entity) : table.replace(entity, version);
}

/** The step of a transaction that saves a row, as `saveRow` does. */
export function saveStep(entity: Entity, version: string | null): Step {
  return version === null ? { insert: entity } : { replace: entity, etag: version };
}

/** The same as `saveRow`, but throws ConflictError with `message` when another writer was faster. */
export async function saveVersioned(
  table: Table,
  entity: Entity,
  version: string | null,
  message: string,
): Promise<string> {
  const saved = await saveRow(table, entity, version);
  if (saved === null) throw new ConflictError(message);
  return saved;
}

export interface Attempts {
  /** 5 unless given. */
  readonly attempts?: number;
  /** Waits before attempt 1, 2, ... is repeated, long enough for another writer to finish. */
  readonly pause?: (attempt: number) => Promise<void>;
  /** The error after the last attempt; StorageUnavailable unless given. */
  readonly failure?: new (
    message: string,
  ) => Error;
}

/**
 * Repeats a step, which reads and writes, until it returns a result: it returns null when another writer was faster. Throws
 * after the last attempt; `what` ends the sentence "could not …".
 */
export async function repeatUntilWritten<T>(
  what: string,
  step: () => Promise<T | null>,
  { attempts = 5, pause, failure = StorageUnavailable }: Attempts = {},
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await pause?.(attempt);
    const result = await step();
    if (result !== null) return result;
  }
  throw new failure(`could not ${what}: other writers were faster`);
}
