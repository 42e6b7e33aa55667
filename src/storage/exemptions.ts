/** Exemptions: one row each, newest first by their ids, saved only under the version that was read. */
import { odata } from '@azure/data-tables';
import type { Resource } from '../domain/resource.ts';
import { type Exemptions, StaleVersion } from '../workflows/ports.ts';
import { entityOf, ownIn, valueIn } from './entity.ts';
import { isPlainId, newestFirst } from './keys.ts';
import { exemption } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

/** `unique` gives a text of at least twelve hex characters that was never given before. */
export function openExemptions(table: Table, unique: () => string): Exemptions {
  return {
    async get(id) {
      const row = isPlainId(id) ? await table.get(PARTITION, id) : null;
      return row && { value: ownIn(exemption, table.name, row), version: row.etag };
    },

    newId(now) {
      return `x${newestFirst(now)}${unique().replaceAll('-', '').slice(0, 12)}`;
    },

    async save(saved, version) {
      const key = { partitionKey: PARTITION, rowKey: saved.id };
      const entity = entityOf(key, saved, { ScopeKey: saved.scope.toLowerCase(), Rule: saved.rule });
      const next = version === null ? await table.insert(entity) : await table.replace(entity, version);
      if (next === null) throw new StaleVersion(`somebody else saved exemption ${saved.id} first`);
      return next;
    },

    async remove(id) {
      if (isPlainId(id)) await table.remove({ partitionKey: PARTITION, rowKey: id });
    },

    async above(resource) {
      const scopes = scopesAbove(resource).map((scope) => odata`ScopeKey eq ${scope}`);
      const rows = await table.all(`${startingWith(PARTITION, 'x')} and (${scopes.join(' or ')})`);
      return rows.map((row) => valueIn(exemption, table.name, row));
    },

    async list(page) {
      const { items, next } = await table.page(startingWith(PARTITION, 'x'), page);
      return { items: items.map((row) => valueIn(exemption, table.name, row)), next };
    },
  };
}

const PARTITION = 'exemption';

/** The resource itself and every scope above it, down to the subscription: nine at most, as many as a filter may hold. */
function scopesAbove({ key }: Resource): string[] {
  const [, subscriptions, id, ...rest] = key.split('/');
  const scopes = [`/${subscriptions}/${id}`];
  for (const segment of rest) scopes.push(`${scopes.at(-1)}/${segment}`);
  return scopes;
}
