/** Approvals: one row each, newest first by their ids, saved only under the version that was read. */
import * as z from 'zod';
import type { ApprovalHead } from '../domain/approval-group.ts';
import { IMPACTS } from '../domain/documents.ts';
import { type ApprovalQuery, type Approvals, StaleVersion } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { allOf, isPlainId } from './keys.ts';
import { approval } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

/** `unique` gives a text of at least twelve hex characters that was never given before. */
export function openApprovals(table: Table, unique: () => string): Approvals {
  return {
    async get(id) {
      // The claims (k-) are in this table as well, and are no approvals.
      if (!isPlainId(id) || !id.startsWith('a')) return null;
      const row = await table.get(PARTITION, id);
      return row && { value: valueIn(approval, table.name, row), version: row.etag };
    },

    newId(now) {
      return `a${(LATEST - now.getTime()).toString(36).padStart(9, '0')}${unique().replaceAll('-', '').slice(0, 12)}`;
    },

    async claim(thing, id) {
      const key = { partitionKey: PARTITION, rowKey: `k-${thing}` };
      if ((await table.insert(entityOf(key, id))) !== null) return id;
      const row = await table.get(key.partitionKey, key.rowKey);
      if (!row) throw new StaleVersion(`the approval of ${thing} was claimed and is gone`);
      return valueIn(z.string(), table.name, row);
    },

    async save(saved, version) {
      const entity = entityOf({ partitionKey: PARTITION, rowKey: saved.id }, saved, {
        Status: saved.status,
        ResourceKey: saved.resource.id.toLowerCase(),
        Rule: saved.rule.id,
        ResourceId: saved.resource.id,
        RequestedAt: saved.requestedAt,
        Impact: saved.rule.impact,
      });
      const next = version === null ? await table.insert(entity) : await table.replace(entity, version);
      if (next === null) throw new StaleVersion(`somebody else saved approval ${saved.id} first`);
      return next;
    },

    async list(query, page) {
      const { items, next } = await table.page(filterOf(query), page);
      return { items: items.map((row) => valueIn(approval, table.name, row)), next };
    },

    async heads(query) {
      const columns = ['Rule', 'ResourceId', 'RequestedAt', 'Impact'];
      const { rows, complete } = await table.columns(filterOf(query), columns, MOST_COUNTING_REQUESTS);
      return { heads: z.array(HEAD).parse(rows), complete };
    },
  };
}

function filterOf({ status, resource, rule }: ApprovalQuery): string {
  return allOf(startingWith(PARTITION, 'a'), { Status: status, Rule: rule }, resource);
}

const PARTITION = 'approval';
/** A request reads a thousand rows. */
const MOST_COUNTING_REQUESTS = 30;
/** The columns of a row that make a head. */
const HEAD = z
  .object({ Rule: z.string(), ResourceId: z.string(), RequestedAt: z.string(), Impact: z.enum(IMPACTS) })
  .transform(
    ({ Rule, ResourceId, RequestedAt, Impact }): ApprovalHead => ({
      rule: Rule,
      resource: ResourceId,
      requestedAt: RequestedAt,
      impact: Impact,
    }),
  );
/** Nine digits of base 36 hold milliseconds until the year 5188. */
const LATEST = 36 ** 9 - 1;
