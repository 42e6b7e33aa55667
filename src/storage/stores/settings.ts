/** The settings that operators stored: one row. */
import { type SettingsStore, type StoredSettings, storedSettings } from '../../workflows/ports/settings.ts';
import type { Versioned } from '../../workflows/ports/storage.ts';
import { entityOf } from '../table/entity.ts';
import { createMemory, forgetting, type MemoryOptions } from '../table/memory.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, saveVersioned } from '../table/versioned-row.ts';

export function openSettingsStore(table: Table, remember: MemoryOptions): SettingsStore {
  const memory = createMemory<Versioned<StoredSettings> | null>(remember);
  const read = () => loadVersioned(table, KEY, storedSettings);
  return {
    load: () => memory.refresh(KEY.rowKey, read),

    async loadRecent() {
      return (await memory.recall(KEY.rowKey, read))?.value ?? null;
    },

    save: (stored, version) =>
      forgetting(memory, () =>
        saveVersioned(table, entityOf(KEY, stored), version, 'somebody else changed the settings first'),
      ),
  };
}

const KEY = { partitionKey: 'settings', rowKey: 'current' };
