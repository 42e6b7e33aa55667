/** How far the Activity Log was read: one row for each subscription, under its version. */
import type { ActivityProgress, ActivityProgressStore } from '../../../src/workflows/ports/azure.ts';
import { nextRow, type Row, versioned } from './rows.ts';

export function fakeActivityProgress(rows: Map<string, Row<ActivityProgress>>): ActivityProgressStore {
  return {
    load: async (subscriptionId) => versioned(rows.get(subscriptionId.toLowerCase())),
    save: async (subscriptionId, progress, version) => {
      const key = subscriptionId.toLowerCase();
      rows.set(key, nextRow(rows.get(key), progress, version));
    },
  };
}
