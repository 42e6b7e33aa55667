/** The settings that operators stored: one row, always read from the table. */
import { type SettingsStore, storedSettings } from '../../workflows/ports/settings.ts';
import { entityOf } from '../table/entity.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, saveVersioned } from '../table/versioned-row.ts';

export function openSettingsStore(table: Table): SettingsStore {
  return {
    load: () => loadVersioned(table, KEY, storedSettings),
    save: (stored, version) =>
      saveVersioned(table, entityOf(KEY, stored), version, 'somebody else changed the settings first'),
  };
}

const KEY = { partitionKey: 'settings', rowKey: 'current' };
