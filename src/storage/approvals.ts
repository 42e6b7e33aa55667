/**
 * Approvals: one row each, newest first by their ids, saved only under the version that was read, and in the same
 * transaction where lists find it. A version begins with the status that was read: what the index has of it goes.
 */
import * as z from 'zod';
import type { Approval } from '../domain/approval.ts';
import type { ApprovalHead } from '../domain/approval-group.ts';
import { IMPACTS } from '../domain/documents.ts';
import { type ApprovalQuery, type Approvals, StaleVersion, StorageUnavailable } from '../workflows/ports.ts';
import { indexedId, indexKeys, indexRows, prefixFor } from './approval-index.ts';
import { entityOf, jsonOf, ownIn, type Row, valueIn } from './entity.ts';
import { allOf, isPlainId } from './keys.ts';
import { Declined } from './requests.ts';
import { approval } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

/** `unique` gives a text of at least twelve hex characters that was never given before. */
export function openApprovals(table: Table, unique: () => string): Approvals {
  /** The approval of a row; one that is too large for copies is read where it is. */
  async function approvalIn(row: Row): Promise<Approval | null> {
    const isCopy = jsonOf(row) !== null;
    const whole = isCopy ? row : await table.get(PARTITION, indexedId(row));
    return whole && valueIn(approval, table.name, whole);
  }

  return {
    async get(id) {
      // The claims (k-) are in this table as well, and are no approvals.
      if (!isPlainId(id) || !id.startsWith('a')) return null;
      const row = await table.get(PARTITION, id);
      if (!row) return null;
      const value = ownIn(approval, table.name, row);
      return { value, version: versionOf(value, row.etag) };
    },

    newId(now) {
      return `a${(LATEST - now.getTime()).toString(36).padStart(9, '0')}${unique().replaceAll('-', '').slice(0, 12)}`;
    },

    async claim(thing, id) {
      const key = { partitionKey: PARTITION, rowKey: `k-${thing}` };
      if ((await table.insert(entityOf(key, id))) !== null) return id;
      const row = await table.get(key.partitionKey, key.rowKey);
      if (!row) throw new StaleVersion(`the approval of ${thing} was claimed and is gone`);
      return valueIn(CLAIMED, table.name, row);
    },

    async save(saved, version) {
      const columns = columnsOf(saved);
      const row = entityOf({ partitionKey: PARTITION, rowKey: saved.id }, saved, columns);
      const [status, etag] = version === null ? [] : version.split(VERSION_PARTS);
      const rows = indexRows(saved, row, columns);
      const present = new Set(rows.map(({ rowKey }) => rowKey));
      const stale = status === undefined ? [] : indexKeys(saved, status).filter((key) => !present.has(key));
      const commit = () =>
        table.transact([
          etag === undefined ? { insert: row } : { replace: row, etag },
          ...rows.map((put) => ({ put })),
          ...stale.map((rowKey) => ({ remove: { partitionKey: PARTITION, rowKey } })),
        ]);
      let answer = await commit();
      if (isLacking(answer)) {
        // Somebody has changed its rows. Copies are made from it: what should go is put there, and then goes.
        for (const rowKey of stale) await table.put({ ...row, rowKey });
        answer = await commit();
      }
      // Nothing ever removes an approval: read again, it would be declined again.
      if (isLacking(answer)) {
        throw new StorageUnavailable(`approval ${saved.id} cannot be saved: table ${table.name} lacks its row`);
      }
      const next = answer instanceof Declined ? null : answer[0];
      if (!next) throw new StaleVersion(`somebody else saved approval ${saved.id} first`);
      return versionOf(saved, next);
    },

    async list(query, page) {
      const { items, next } = await table.page(filterOf(query), page);
      const found = await Promise.all(items.map(approvalIn));
      return { items: found.filter((one) => one !== null), next };
    },

    async heads(query) {
      const columns = ['Rule', 'ResourceId', 'RequestedAt', 'Impact'];
      const { rows, complete } = await table.columns(filterOf(query), columns, MOST_COUNTING_REQUESTS);
      return { heads: z.array(HEAD).parse(rows), complete };
    },
  };
}

/** Whether a row was not there that should have been replaced or removed. */
function isLacking(answer: unknown): boolean {
  return answer instanceof Declined && answer.status === 404;
}

function filterOf(query: ApprovalQuery): string {
  const { status, resource, rule } = query;
  return allOf(startingWith(PARTITION, prefixFor(query) ?? 'a'), { Status: status, Rule: rule }, resource);
}

function columnsOf({ status, resource, rule, requestedAt }: Approval): Readonly<Record<string, string>> {
  return {
    Status: status,
    ResourceKey: resource.id.toLowerCase(),
    Rule: rule.id,
    ResourceId: resource.id,
    RequestedAt: requestedAt,
    Impact: rule.impact,
  };
}

function versionOf({ status }: Approval, etag: string): string {
  return `${status} ${etag}`;
}

/** The status has no space; an ETag may. */
const VERSION_PARTS = /(?<=^\S+) /;
const PARTITION = 'approval';
/** The id of an approval. */
const CLAIMED = z.string().regex(/^a[\w-]+$/);
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
