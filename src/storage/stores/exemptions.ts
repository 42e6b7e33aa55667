/** Exemptions: one row each, newest first by id, saved only in the version that was read. */

import { odata } from '@azure/data-tables';
import { type Exemption, exemption } from '../../domain/approvals/exemption.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Exemptions } from '../../workflows/ports/settings.ts';
import { type Page, type PageRequest, StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, parseOwnRow, parseRow } from '../table/entity.ts';
import { descendingTime, isSafeId } from '../table/keys.ts';
import { createMemory, forgetting, type MemoryOptions } from '../table/memory.ts';
import { prefixFilter, type Table } from '../table/table.ts';
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

/** One request reads them. */
const MAX_REMEMBERED = 1000;

/** The resource and every scope above it, up to the subscription: nine at most, which fit into a filter. */
function scopesAbove({ key }: Resource): string[] {
  const [, subscriptions, id, ...rest] = key.split('/');
  const scopes = [`/${subscriptions}/${id}`];
  for (const segment of rest) scopes.push(`${scopes.at(-1)}/${segment}`);
  return scopes;
}
