/** What is remembered of a resource: one row, whose version is the fence of its reconcile. */
import type { Finding } from '../domain/finding.ts';
import { type Memories, StaleVersion } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { hashOf } from './keys.ts';
import { resourceMemory, type StoredMemory } from './shapes.ts';
import type { Table } from './table.ts';

export function openMemories(table: Table): Memories {
  return {
    async load(resource) {
      const row = await table.get(hashOf(resource.key), 'state');
      if (!row) return null;
      const { findings, ...memory } = valueIn(resourceMemory, table.name, row);
      const value = { ...memory, findings: findings.map((one) => ({ ...one, resource: memory.resource })) };
      return { value, version: row.etag };
    },

    async save(resource, memory, version) {
      const stored: StoredMemory = { ...memory, findings: memory.findings.map(unplaced) };
      const entity = entityOf({ partitionKey: hashOf(resource.key), rowKey: 'state' }, stored);
      const saved = version === null ? await table.insert(entity) : await table.replace(entity, version);
      if (saved === null) throw new StaleVersion(`somebody else saved ${resource.id} first`);
      return saved;
    },
  };
}

/** As it is stored: a memory says once whose findings it holds. */
export function unplaced({ resource: _resource, ...finding }: Finding): Omit<Finding, 'resource'> {
  return finding;
}
