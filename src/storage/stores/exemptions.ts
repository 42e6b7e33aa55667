/** Exemptions: one row each, newest first by id, saved only in the version that was read. */

import { odata } from '@azure/data-tables';
import { exemption } from '../../domain/approvals/exemption.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Exemptions } from '../../workflows/ports/settings.ts';
import { entityOf, parseOwnRow, parseRow } from '../table/entity.ts';
import { descendingTime, isSafeId } from '../table/keys.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { saveVersioned } from '../table/versioned-row.ts';

/** `createId` returns a new unique text of at least twelve hex characters. */
export function openExemptions(table: Table, createId: () => string): Exemptions {
  return {
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
      return saveVersioned(table, entity, version, `somebody else saved exemption ${saved.id} first`);
    },

    async remove(id) {
      if (isSafeId(id)) await table.remove({ partitionKey: PARTITION, rowKey: id });
    },

    async listForResource(resource) {
      const scopes = scopesAbove(resource).map((scope) => odata`ScopeKey eq ${scope}`);
      const rows = await table.readAll(`${prefixFilter(PARTITION, 'x')} and (${scopes.join(' or ')})`);
      return rows.map((row) => parseRow(exemption, table.name, row));
    },

    async list(page) {
      const { items, next } = await table.readPage(prefixFilter(PARTITION, 'x'), page);
      return { items: items.map((row) => parseRow(exemption, table.name, row)), next };
    },
  };
}

const PARTITION = 'exemption';

/** The resource and every scope above it, up to the subscription: nine at most, which fit into a filter. */
function scopesAbove({ key }: Resource): string[] {
  const [, subscriptions, id, ...rest] = key.split('/');
  const scopes = [`/${subscriptions}/${id}`];
  for (const segment of rest) scopes.push(`${scopes.at(-1)}/${segment}`);
  return scopes;
}
