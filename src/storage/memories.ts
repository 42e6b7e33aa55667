/** What is remembered of a resource: one row, whose version is the fence of its reconcile. */
import { type Memories, StaleVersion } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { hashOf } from './keys.ts';
import { resourceMemory } from './shapes.ts';
import type { Table } from './table.ts';

export function openMemories(table: Table): Memories {
  return {
    async load(resource) {
      const row = await table.get(hashOf(resource.key), 'state');
      return row && { value: valueIn(resourceMemory, table.name, row), version: row.etag };
    },

    async save(resource, memory, version) {
      const entity = entityOf({ partitionKey: hashOf(resource.key), rowKey: 'state' }, memory);
      const saved = version === null ? await table.insert(entity) : await table.replace(entity, version);
      if (saved === null) throw new StaleVersion(`somebody else saved ${resource.id} first`);
      return saved;
    },
  };
}
