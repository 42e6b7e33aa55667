/** How far the Activity Log was read: one row for each subscription. */
import { type ActivityProgressStore, activityProgress } from '../../workflows/ports/azure.ts';
import { entityOf } from '../table/entity.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, saveVersioned } from '../table/versioned-row.ts';

export function openActivityProgress(table: Table): ActivityProgressStore {
  return {
    load: (subscriptionId) => loadVersioned(table, keyOf(subscriptionId), activityProgress),
    async save(subscriptionId, progress, version) {
      const entity = entityOf(keyOf(subscriptionId), progress);
      await saveVersioned(table, entity, version, 'another instance read the Activity Log at the same time');
    },
  };
}

function keyOf(subscriptionId: string) {
  return { partitionKey: 'activity-log', rowKey: subscriptionId.toLowerCase() };
}
