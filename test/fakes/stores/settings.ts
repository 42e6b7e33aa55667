/** The settings that operators stored: one row under its version. */
import type { SettingsStore, StoredSettings } from '../../../src/workflows/ports/settings.ts';
import { nextRow, type Row, versioned } from './rows.ts';

export function fakeSettings(place: { settings: Row<StoredSettings> | null }): SettingsStore {
  return {
    load: async () => versioned(place.settings ?? undefined),
    loadRecent: async () => versioned(place.settings ?? undefined)?.value ?? null,
    save: async (stored, version) => {
      place.settings = nextRow(place.settings ?? undefined, stored, version);
      return String(place.settings.version);
    },
  };
}
