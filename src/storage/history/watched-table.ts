/** A table that tells which rows were changed through it. */
import { ConflictError } from '../../workflows/ports/storage.ts';
import type { Key } from '../table/entity.ts';
import { Rejected } from '../table/requests.ts';
import type { Step, Table } from '../table/table.ts';

/**
 * The same table; `onChange` is called with the keys of the rows after each change, also when its answer was lost. What the
 * service rejected has changed nothing.
 */
export function watchedTable(table: Table, onChange: (keys: readonly Key[]) => void): Table {
  async function watch<T>(keys: readonly Key[], change: Promise<T>): Promise<T> {
    try {
      const answer = await change;
      if (answer !== null && !(answer instanceof Rejected)) onChange(keys);
      return answer;
    } catch (error) {
      if (!(error instanceof ConflictError)) onChange(keys);
      throw error;
    }
  }
  return {
    ...table,
    insert: (entity) => watch([entity], table.insert(entity)),
    replace: (entity, etag) => watch([entity], table.replace(entity, etag)),
    upsert: (entity) => watch([entity], table.upsert(entity)),
    remove: (key) => watch([key], table.remove(key)),
    transact: (steps) => watch(steps.map(keyOf), table.transact(steps)),
  };
}

function keyOf(step: Step): Key {
  if ('insert' in step) return step.insert;
  if ('upsert' in step) return step.upsert;
  return 'replace' in step ? step.replace : step.remove;
}
