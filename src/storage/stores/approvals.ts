/**
 * Approvals: one row each, newest first by id, saved only in the version that was read. The same transaction writes the rows
 * of the index. A version begins with the status that was read, so that the index rows of that status can be removed.
 */

import * as z from 'zod';
import { type Approval, approval } from '../../domain/approvals/approval.ts';
import { type ApprovalHead, approvalHead } from '../../domain/approvals/approval-groups.ts';
import type { ApprovalQuery, Approvals } from '../../workflows/ports/approvals.ts';
import { ConflictError, StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, jsonOf, parseOwnRow, parseRow, type Row } from '../table/entity.ts';
import { combineFilters, isSafeId } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { indexedId, indexKeys, indexPrefix, indexRows } from './approval-index.ts';

/** `createId` returns a new unique text of at least twelve hex characters. */
export function openApprovals(table: Table, createId: () => string): Approvals {
  /** The approval of a row; one that is too large for copies is read from its own row. */
  async function readApproval(row: Row): Promise<Approval | null> {
    const isCopy = jsonOf(row) !== null;
    const complete = isCopy ? row : await table.get(PARTITION, indexedId(row));
    return complete && parseRow(approval, table.name, complete);
  }

  return {
    async get(id) {
      // The claims (k-) are in this table, too, and are no approvals.
      if (!isSafeId(id) || !id.startsWith('a')) return null;
      const row = await table.get(PARTITION, id);
      if (!row) return null;
      const value = parseOwnRow(approval, table.name, row);
      return { value, version: versionOf(value, row.etag) };
    },

    newId(now) {
      return `a${(LATEST - now.getTime()).toString(36).padStart(9, '0')}${createId().replaceAll('-', '').slice(0, 12)}`;
    },

    async claimId(thing, id) {
      const key = { partitionKey: PARTITION, rowKey: `k-${thing}` };
      if ((await table.insert(entityOf(key, id))) !== null) return id;
      const row = await table.get(key.partitionKey, key.rowKey);
      if (!row) throw new ConflictError(`the approval of ${thing} was claimed and is gone`);
      return parseRow(CLAIMED, table.name, row);
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
          ...rows.map((upsert) => ({ upsert })),
          ...stale.map((rowKey) => ({ remove: { partitionKey: PARTITION, rowKey } })),
        ]);
      let answer = await commit();
      if (isMissing(answer)) {
        // Another client has removed its rows. The stale rows are written, so that the transaction can remove them.
        for (const rowKey of stale) await table.upsert({ ...row, rowKey });
        answer = await commit();
      }
      // Plumbline never removes an approval: a further attempt would be rejected, too.
      if (isMissing(answer)) {
        throw new StorageUnavailable(`approval ${saved.id} cannot be saved: table ${table.name} lacks its row`);
      }
      const next = answer instanceof Rejected ? null : answer[0];
      if (!next) throw new ConflictError(`somebody else saved approval ${saved.id} first`);
      return versionOf(saved, next);
    },

    async list(query, page) {
      const { items, next } = await table.readPage(filterOf(query), page);
      const found = await Promise.all(items.map(readApproval));
      return { items: found.filter((one) => one !== null), next };
    },

    async listHeads(query) {
      const { rows, complete } = await table.readColumns(filterOf(query), Object.values(HEAD), MAX_COUNT_REQUESTS);
      return { heads: rows.map(parseHead), complete };
    },
  };
}

/** Whether a row that should have been replaced or removed did not exist. */
function isMissing(answer: unknown): boolean {
  return answer instanceof Rejected && answer.status === 404;
}

function filterOf(query: ApprovalQuery): string {
  const { status, resource, rule } = query;
  return combineFilters(prefixFilter(PARTITION, indexPrefix(query) ?? 'a'), { Status: status, Rule: rule }, resource);
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
const MAX_COUNT_REQUESTS = 30;

/** The column of each member of a head. */
const HEAD: Readonly<Record<keyof ApprovalHead, string>> = {
  rule: 'Rule',
  resource: 'ResourceId',
  requestedAt: 'RequestedAt',
  impact: 'Impact',
};

function parseHead(row: unknown): ApprovalHead {
  const columns = z.record(z.string(), z.unknown()).parse(row);
  return approvalHead.parse(Object.fromEntries(Object.entries(HEAD).map(([member, name]) => [member, columns[name]])));
}

/** Nine digits of base 36 hold milliseconds until the year 5188. */
const LATEST = 36 ** 9 - 1;
