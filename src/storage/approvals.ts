/** Approvals: one row each, newest first by their ids, saved only under the version that was read. */
import { type Approvals, StaleVersion } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { allOf, isPlainId } from './keys.ts';
import { approval } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

/** `unique` gives a text of at least twelve hex characters that was never given before. */
export function openApprovals(table: Table, unique: () => string): Approvals {
  return {
    async get(id) {
      if (!isPlainId(id)) return null;
      const row = await table.get(PARTITION, id);
      return row && { value: valueIn(approval, table.name, row), version: row.etag };
    },

    newId(now) {
      return `a${(LATEST - now.getTime()).toString(36).padStart(9, '0')}${unique().replaceAll('-', '').slice(0, 12)}`;
    },

    async save(saved, version) {
      const entity = entityOf({ partitionKey: PARTITION, rowKey: saved.id }, saved, {
        Status: saved.status,
        ResourceKey: saved.resource.id.toLowerCase(),
        Rule: saved.rule.id,
      });
      const next = version === null ? await table.insert(entity) : await table.replace(entity, version);
      if (next === null) throw new StaleVersion(`somebody else saved approval ${saved.id} first`);
      return next;
    },

    async list({ status, resource, rule }, page) {
      const filter = allOf(startingWith(PARTITION, 'a'), { Status: status, Rule: rule }, resource);
      const { items, next } = await table.page(filter, page);
      return { items: items.map((row) => valueIn(approval, table.name, row)), next };
    },
  };
}

const PARTITION = 'approval';
/** Nine digits of base 36 hold milliseconds until the year 5188. */
const LATEST = 36 ** 9 - 1;
