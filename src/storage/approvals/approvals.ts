/**
 * Approvals: one row each, newest first by id, saved only in the version that was read. The same transaction writes the rows
 * of the index, and packs the approval while it is open, see open-rows.ts. A version begins with the status that was read, so
 * that the index rows of that status can be removed, and with a mark of what was packed.
 */

import * as z from 'zod';
import { type Approval, approval } from '../../domain/approvals/approval.ts';
import { headOf, isOpenOnly } from '../../domain/approvals/approval-list.ts';
import type { Approvals } from '../../workflows/ports/approvals.ts';
import { ConflictError, StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, parseOwnRow, parseRow } from '../table/entity.ts';
import { isSafeId } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { REQUESTS_PER_PAGE, type Table } from '../table/table.ts';
import { repeatUntilWritten, saveStep } from '../table/versioned-row.ts';
import { listIndexed } from './index-pages.ts';
import { APPROVAL_PARTITION, indexKeys, indexRows, isIndexed } from './index-rows.ts';
import { listOpen, listOpenHeads, loadShard, type OpenShard, shardSteps } from './open-rows.ts';
import { markOf } from './packing.ts';

/**
 * `createId` returns a new unique text of at least twelve hex characters. `pause` waits before attempt 1, 2, ... is repeated,
 * long enough for another writer to finish.
 */
export function openApprovals(
  table: Table,
  createId: () => string,
  pause: (attempt: number) => Promise<void>,
): Approvals {
  return {
    async get(id) {
      // The claims (k-) are in this table, too, and are no approvals.
      if (!isSafeId(id) || !id.startsWith('a')) return null;
      const row = await table.get(APPROVAL_PARTITION, id);
      if (!row) return null;
      const value = parseOwnRow(approval, table.name, row);
      return { value, version: versionOf(value, row.etag) };
    },

    newId(now) {
      return `a${(LATEST - now.getTime()).toString(36).padStart(9, '0')}${createId().replaceAll('-', '').slice(0, 12)}`;
    },

    async claimedId(thing) {
      const row = await table.get(APPROVAL_PARTITION, `k-${thing}`);
      return row && parseRow(CLAIMED, table.name, row);
    },

    async claimId(thing, id) {
      const key = { partitionKey: APPROVAL_PARTITION, rowKey: `k-${thing}` };
      if ((await table.insert(entityOf(key, id))) !== null) return id;
      const row = await table.get(key.partitionKey, key.rowKey);
      if (!row) throw new ConflictError(`the approval of ${thing} was claimed and is gone`);
      return parseRow(CLAIMED, table.name, row);
    },

    async save(saved, version) {
      const columns = columnsOf(saved);
      const row = entityOf({ partitionKey: APPROVAL_PARTITION, rowKey: saved.id }, saved, columns);
      const [status, mark = NO_MARK, ...tag] = version === null ? [] : version.split(' ');
      const etag = version === null ? null : tag.join(' ');
      const rows = indexRows(saved, row, columns);
      const present = new Set(rows.map(({ rowKey }) => rowKey));
      const stale = status === undefined ? [] : indexKeys(saved, status).filter((key) => !present.has(key));
      const commit = (shard: OpenShard | null) =>
        table.transact([
          saveStep(row, etag),
          ...rows.map((upsert) => ({ upsert })),
          ...stale.map((rowKey) => ({ remove: { partitionKey: APPROVAL_PARTITION, rowKey } })),
          ...(shard ? shardSteps(shard, saved) : []),
        ]);
      const isPacked = mark !== (markOf(saved) ?? NO_MARK);
      const tryCommit = async () => {
        const shard = isPacked ? await loadShard(table, saved) : null;
        let answer = await commit(shard);
        if (isMissing(answer)) {
          // Another client has removed its rows. The stale rows are written, so that the transaction can remove them.
          for (const rowKey of stale) await table.upsert({ ...row, rowKey });
          answer = await commit(shard);
        }
        // Which of the two versions was not the expected one? The approvals of others must not make this a conflict.
        const isOthers = shard && answer instanceof Rejected && (await loadShard(table, saved)).etag !== shard.etag;
        return isOthers ? null : answer;
      };
      const answer = await repeatUntilWritten(`pack approval ${saved.id}`, tryCommit, { attempts: ATTEMPTS, pause });
      // Plumbline never removes an approval: a further attempt would be rejected, too.
      if (isMissing(answer)) {
        throw new StorageUnavailable(`approval ${saved.id} cannot be saved: table ${table.name} lacks its row`);
      }
      const next = answer instanceof Rejected ? null : answer[0];
      if (!next) throw new ConflictError(`somebody else saved approval ${saved.id} first`);
      return versionOf(saved, next);
    },

    async list(query, page) {
      const { sort = '-requested', total = false, accepts, ...filters } = query;
      const isPlain = sort === '-requested' && !total && accepts === undefined;
      if (isOpenOnly(filters) && !(isPlain && isIndexed(filters))) return listOpen(table, query, page);
      if (!isPlain) throw new Error('only open approvals have an order, a total and a choice');
      const mayBePending = filters.status === undefined || filters.status.includes('pending');
      // The settings, which say who may decide what is pending, are one of the requests.
      const most = mayBePending ? REQUESTS_PER_PAGE - 1 : REQUESTS_PER_PAGE;
      return { ...(await listIndexed(table, filters, page, most)), total: null };
    },

    async listHeads(filters) {
      if (isOpenOnly(filters)) return { heads: await listOpenHeads(table, filters), complete: true };
      const page = { limit: Number.POSITIVE_INFINITY, after: null };
      const { items, next } = await listIndexed(table, filters, page);
      return { heads: items.map(headOf), complete: next === null };
    },
  };
}

/** Whether a row that should have been replaced or removed did not exist. */
function isMissing(answer: unknown): boolean {
  return answer instanceof Rejected && answer.status === 404;
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

/** Status and mark have no space; an ETag may. */
function versionOf(of: Approval, etag: string): string {
  return `${of.status} ${markOf(of) ?? NO_MARK} ${etag}`;
}

const NO_MARK = '-';
const ATTEMPTS = 20;

/** The id of an approval. */
const CLAIMED = z.string().regex(/^a[\w-]+$/);

/** Nine digits of base 36 hold milliseconds until the year 5188. */
const LATEST = 36 ** 9 - 1;
