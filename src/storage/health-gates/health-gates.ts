/** Health gates in one partition: open ones by their id, then those that have ended, the latest first. */
import { type HealthGate, healthGate } from '../../domain/health/gate.ts';
import type { GateQuery, HealthGates } from '../../workflows/ports/health-gates.ts';
import { entityOf, parseRow } from '../table/entity.ts';
import { anyOf, combineFilters, descendingTime, hashOf } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { keyAfterPrefix, prefixFilter, rangeFilter, type Table } from '../table/table.ts';
import { loadVersioned, saveVersioned } from '../table/versioned-row.ts';

export function openHealthGates(table: Table): HealthGates {
  return {
    get: (id) => loadVersioned(table, openKey(id), healthGate),

    save: (gate, version) =>
      saveVersioned(table, entityOf(openKey(gate.id), gate, columnsOf(gate)), version, `gate ${gate.id} was saved`),

    async discard(id) {
      await table.remove(openKey(id));
    },

    async archive(gate) {
      const ended = entityOf(endedKey(gate), gate, columnsOf(gate));
      const moved = await table.transact([{ upsert: ended }, { remove: openKey(gate.id) }]);
      // Another instance has moved it.
      if (moved instanceof Rejected) await table.upsert(ended);
    },

    async list(query, page) {
      const { items, next } = await table.readPage(filterOf(query), page);
      return { items: items.map((row) => parseRow(healthGate, table.name, row)), next };
    },

    async listDue(before, limit) {
      const filter = `${prefixFilter(PARTITION, OPEN)} and NextAt lt '${before.toISOString()}'`;
      const { items } = await table.readPage(filter, { limit, after: null });
      return items.map((row) => parseRow(healthGate, table.name, row));
    },

    async removeEnded(before) {
      const from = ENDED + descendingTime(before);
      const filter = rangeFilter(PARTITION, from, keyAfterPrefix(ENDED));
      const { items } = await table.readPage(filter, { limit: MOST_REMOVED, after: null }, 1, []);
      for (const { partitionKey, rowKey } of items) await table.remove({ partitionKey, rowKey });
    },
  };
}

const PARTITION = 'gate';
const ENDED = 'e-';
const OPEN = 'o-';
/** The next run removes the rest. */
const MOST_REMOVED = 100;

function openKey(id: string) {
  return { partitionKey: PARTITION, rowKey: OPEN + hashOf(id) };
}

function endedKey({ id, endedAt, startedAt }: HealthGate) {
  return { partitionKey: PARTITION, rowKey: `${ENDED}${descendingTime(endedAt ?? startedAt)}-${hashOf(id)}` };
}

/** A gate whose end is not complete is due at once. */
function columnsOf({ status, resource, next, startedAt }: HealthGate) {
  return { Status: status, ResourceKey: resource.id.toLowerCase(), NextAt: next?.at ?? startedAt };
}

function filterOf({ scope, status, endedSince }: GateQuery): string {
  const range =
    endedSince !== undefined
      ? rangeFilter(PARTITION, ENDED, `${ENDED}${descendingTime(endedSince)}~`)
      : rangeFilter(PARTITION, ENDED, keyAfterPrefix(OPEN));
  const wanted = status === undefined ? range : `${range} and ${anyOf('Status', status)}`;
  return combineFilters(wanted, {}, scope);
}
