/**
 * Roll-outs: one row each, newest first by id, saved only in the version that was read. Those that hold or release apps have
 * the column `Open`: every reconcile reads them while the settings have stages.
 */
import { odata } from '@azure/data-tables';
import { type Rollout, rollout } from '../../domain/approvals/rollout.ts';
import type { Rollouts } from '../../workflows/ports/guards.ts';
import type { Versioned } from '../../workflows/ports/storage.ts';
import { type Entity, entityOf, parseOwnRow } from '../table/entity.ts';
import { anyOf, descendingTime, hashOf, isSafeId } from '../table/keys.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { createMemory, forgetting, type MemoryOptions } from '../table/memory.ts';
import { prefixFilter, rangeFilter, type Table } from '../table/table.ts';
import { saveVersioned } from '../table/versioned-row.ts';

export function openRollouts(table: Table, remember: MemoryOptions): Rollouts {
  const memory = createMemory<readonly Versioned<Rollout>[]>(remember);

  async function readOpen(): Promise<readonly Versioned<Rollout>[]> {
    const rows = await table.readAll(`${ALL} and Open eq true`);
    return rows.map((row) => ({ value: parseOwnRow(rollout, table.name, row), version: row.etag }));
  }

  return {
    idOf: ({ at, revision, rule, scope }) =>
      `${PREFIX}${descendingTime(at)}${hashOf(`${revision} ${rule} ${scope}`).slice(0, 12)}`,

    async get(id) {
      const row = isSafeId(id) ? await table.get(PARTITION, id) : null;
      return row && { value: parseOwnRow(rollout, table.name, row), version: row.etag };
    },

    save: (one, version) =>
      forgetting(memory, () =>
        saveVersioned(table, entityOfRollout(one), version, `somebody else saved roll-out ${one.id} first`),
      ),

    async remove(id) {
      if (isSafeId(id)) await forgetting(memory, () => table.remove({ partitionKey: PARTITION, rowKey: id }));
    },

    listOpen: () => memory.refresh('open', readOpen),
    listRecentOpen: () => memory.recall('open', readOpen),

    async list(statuses, page) {
      const filter = statuses === null ? ALL : `${ALL} and ${anyOf('Status', statuses)}`;
      const { items, next } = await table.readPage(filter, page);
      return { items: items.map((row) => parseOwnRow(rollout, table.name, row)), next };
    },

    async removeBefore(at) {
      const older = `${rangeFilter(PARTITION, `${PREFIX}${descendingTime(at)}`, AFTER)} and ${odata`Open eq ${false}`}`;
      const { items } = await table.readPage(older, { limit: MAX_TRANSACTION_STEPS, after: null }, 1, ['RowKey']);
      for (const { partitionKey, rowKey } of items) await table.remove({ partitionKey, rowKey });
    },
  };
}

function entityOfRollout(one: Rollout): Entity {
  const isOpen = !one.isReleased || one.outbox.length > 0;
  return entityOf({ partitionKey: PARTITION, rowKey: one.id }, one, { Status: one.status, Open: isOpen });
}

const PARTITION = 'rollout';
const PREFIX = 'r';
const AFTER = 's';
const ALL = prefixFilter(PARTITION, PREFIX);
