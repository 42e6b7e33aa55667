/** The settings that operators stored: one row, always read from the store. */
import { type SettingsStore, StaleVersion } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { storedSettings } from './shapes.ts';
import type { Table } from './table.ts';

export function openSettingsStore(table: Table): SettingsStore {
  return {
    async load() {
      const row = await table.get(KEY.partitionKey, KEY.rowKey);
      return row && { value: valueIn(storedSettings, table.name, row), version: row.etag };
    },

    async save(stored, version) {
      const entity = entityOf(KEY, stored);
      const saved = version === null ? await table.insert(entity) : await table.replace(entity, version);
      if (saved === null) throw new StaleVersion('somebody else changed the settings first');
      return saved;
    },
  };
}

const KEY = { partitionKey: 'settings', rowKey: 'current' };
