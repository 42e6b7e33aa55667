/** Exemptions: one row each, newest first by id, saved only in the version that was read. */

import { odata } from '@azure/data-tables';
import {
  type EndedExemption,
  type Exemption,
  endedExemption,
  exemption,
  isInForce,
  matchesFilter,
} from '../../domain/approvals/exemption.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { ExemptionSearch, Exemptions, FoundPage } from '../../workflows/ports/settings.ts';
import { type Page, type PageRequest, StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, parseOwnRow, parseRow, type Row } from '../table/entity.ts';
import { descendingTime, isSafeId } from '../table/keys.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { createMemory, forgetting, type MemoryOptions } from '../table/memory.ts';
import { type SearchRange, searchPage, sortedPage } from '../table/search.ts';
import { prefixFilter, rangeFilter, type Table } from '../table/table.ts';
import { saveVersioned } from '../table/versioned-row.ts';

/** `createId` returns a new unique text of at least twelve hex characters. */
export function openExemptions(table: Table, createId: () => string, remember: MemoryOptions): Exemptions {
  const memory = createMemory<readonly Exemption[] | null>(remember);

  async function list(page: PageRequest): Promise<Page<Exemption>> {
    const { items, next } = await table.readPage(prefixFilter(PARTITION, 'x'), page);
    return { items: items.map((row) => parseRow(exemption, table.name, row)), next };
  }

  async function query(resource: Resource): Promise<Exemption[]> {
    const scopes = scopesAbove(resource).map((scope) => odata`ScopeKey eq ${scope}`);
    const rows = await table.readAll(`${prefixFilter(PARTITION, 'x')} and (${scopes.join(' or ')})`);
    return rows.map((row) => parseRow(exemption, table.name, row));
  }

  /** Null when these are not all, or when one of them cannot be read, which must not concern the other resources. */
  async function listAll(): Promise<readonly Exemption[] | null> {
    try {
      const { items, next } = await list({ limit: MAX_REMEMBERED, after: null });
      return next === null ? items : null;
    } catch (error) {
      if (error instanceof StorageUnavailable) throw error;
      return null;
    }
  }

  function find<T extends Exemption | EndedExemption>(
    range: SearchRange,
    { sort, ...filter }: ExemptionSearch,
    page: PageRequest,
    parse: (row: Row) => T | null,
  ): Promise<FoundPage<T>> {
    const choose = (row: Row) => {
      const found = parse(row);
      return found !== null && matchesFilter(found, filter) ? found : null;
    };
    if (sort === undefined) return searchPage(table, range, page, choose);
    const member = sort.endsWith('created') ? 'createdAt' : 'expires';
    return sortedPage(table, range, page, {
      choose,
      textOf: (one) => `${one[member]} ${one.id}`,
      descending: sort.startsWith('-'),
    });
  }

  return {
    list,

    async get(id) {
      const row = isSafeId(id) ? await table.get(PARTITION, id) : null;
      return row && { value: parseOwnRow(exemption, table.name, row), version: row.etag };
    },

    newId(now) {
      return `x${descendingTime(now)}${createId().replaceAll('-', '').slice(0, 12)}`;
    },

    async save(saved, version) {
      const key = { partitionKey: PARTITION, rowKey: saved.id };
      const entity = entityOf(key, saved, { ScopeKey: saved.scope.toLowerCase(), Rule: saved.rule });
      return forgetting(memory, () =>
        saveVersioned(table, entity, version, `somebody else saved exemption ${saved.id} first`),
      );
    },

    async remove(id) {
      if (isSafeId(id)) await forgetting(memory, () => table.remove({ partitionKey: PARTITION, rowKey: id }));
    },

    search: (search, page, now) =>
      find({ partition: PARTITION, prefix: 'x' }, search, page, (row) => {
        const found = parseRow(exemption, table.name, row);
        return isInForce(found, now) ? found : null;
      }),

    searchEnded: (search, page) =>
      find({ partition: ENDED, prefix: 'e' }, search, page, (row) => parseRow(endedExemption, table.name, row)),

    archive: (ended) => table.upsert(entityOf({ partitionKey: ENDED, rowKey: endedKey(ended) }, ended)),

    async removeEnded(before) {
      const range = rangeFilter(ENDED, `e${descendingTime(before)}`, 'f');
      const { items } = await table.readPage(range, { limit: MAX_TRANSACTION_STEPS, after: null }, 1, []);
      for (const { partitionKey, rowKey } of items) await table.remove({ partitionKey, rowKey });
    },

    // What is remembered may be older than this answer.
    listForResource: (resource) => forgetting(memory, () => query(resource)),

    async listRecentForResource(resource) {
      const all = await memory.recall('all', listAll);
      if (all === null) return query(resource);
      const scopes = scopesAbove(resource);
      return all.filter(({ scope }) => scopes.includes(scope.toLowerCase()));
    },
  };
}

const PARTITION = 'exemption';
const ENDED = 'ended';

/** The latest end first. An exemption ends once. */
function endedKey({ endedAt, id }: EndedExemption): string {
  return `e${descendingTime(endedAt)}-${id}`;
}

/** One request reads them. */
const MAX_REMEMBERED = 1000;

/** The resource and every scope above it, up to the subscription: nine at most, which fit into a filter. */
function scopesAbove({ key }: Resource): string[] {
  const [, subscriptions, id, ...rest] = key.split('/');
  const scopes = [`/${subscriptions}/${id}`];
  for (const segment of rest) scopes.push(`${scopes.at(-1)}/${segment}`);
  return scopes;
}
