/** A row with a version: it is replaced only in the version that was read. */

import type { z } from 'zod';
import { ConflictError, type Versioned } from '../../workflows/ports/storage.ts';
import { type Entity, type Key, parseRow } from './entity.ts';
import type { Table } from './table.ts';

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
 * Saves a row and returns its new version. `version` is the version that was read; null for a row that must not exist yet.
 * Throws ConflictError with `message` when the row has another version.
 */
export async function saveVersioned(
  table: Table,
  entity: Entity,
  version: string | null,
  message: string,
): Promise<string> {
  const saved = version === null ? await table.insert(entity) : await table.replace(entity, version);
  if (saved === null) throw new ConflictError(message);
  return saved;
}
