/**
 * Approvals: one row each, newest first by id, saved only in the version that was read. The same transaction writes the rows
 * of the index, and counts the approval while it is pending, see counts/pending-approvals.ts. A version begins with the
 * status that was read, so that the index rows of that status can be removed.
 */

import * as z from 'zod';
import { type Approval, approval } from '../../domain/approvals/approval.ts';
import type { ApprovalHead } from '../../domain/approvals/approval-groups.ts';
import { isInScope } from '../../domain/resources/resource.ts';
import type { ApprovalQuery, Approvals } from '../../workflows/ports/approvals.ts';
import { ConflictError, StorageUnavailable } from '../../workflows/ports/storage.ts';
import {
  APPROVAL_PARTITION,
  loadShard,
  type PendingShard,
  readPending,
  shardSteps,
} from '../counts/pending-approvals.ts';
import { entityOf, jsonOf, parseOwnRow, parseRow, type Row } from '../table/entity.ts';
import { combineFilters, isSafeId } from '../table/keys.ts';
import { Rejected } from '../table/requests.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { repeatUntilWritten, saveStep } from '../table/versioned-row.ts';
import { HEAD_COLUMNS, indexedId, indexKeys, indexPrefix, indexRows, parseHead } from './approval-index.ts';

/**
 * `createId` returns a new unique text of at least twelve hex characters. `pause` waits before attempt 1, 2, ... is repeated,
 * long enough for another writer to finish.
 */
export function openApprovals(
  table: Table,
  createId: () => string,
  pause: (attempt: number) => Promise<void>,
): Approvals {
  /** The approval of a row; one that is too large for copies is read from its own row. */
  async function readApproval(row: Row): Promise<Approval | null> {
    const isCopy = jsonOf(row) !== null;
    const complete = isCopy ? row : await table.get(APPROVAL_PARTITION, indexedId(row));
    return complete && parseRow(approval, table.name, complete);
  }

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
      const [status, etag] = version === null ? [] : version.split(VERSION_PARTS);
      const rows = indexRows(saved, row, columns);
      const present = new Set(rows.map(({ rowKey }) => rowKey));
      const stale = status === undefined ? [] : indexKeys(saved, status).filter((key) => !present.has(key));
      const commit = (shard: PendingShard | null) =>
        table.transact([
          saveStep(row, etag ?? null),
          ...rows.map((upsert) => ({ upsert })),
          ...stale.map((rowKey) => ({ remove: { partitionKey: APPROVAL_PARTITION, rowKey } })),
          ...(shard ? shardSteps(shard, saved) : []),
        ]);
      const isCounted = (status === 'pending') !== (saved.status === 'pending');
      const tryCommit = async () => {
        const shard = isCounted ? await loadShard(table, saved) : null;
        let answer = await commit(shard);
        if (isMissing(answer)) {
          // Another client has removed its rows. The stale rows are written, so that the transaction can remove them.
          for (const rowKey of stale) await table.upsert({ ...row, rowKey });
          answer = await commit(shard);
        }
        // Which of the two versions was not the expected one? The counts of others must not make this a conflict.
        const isOthers = shard && answer instanceof Rejected && (await loadShard(table, saved)).etag !== shard.etag;
        return isOthers ? null : answer;
      };
      const answer = await repeatUntilWritten(`count approval ${saved.id}`, tryCommit, { attempts: ATTEMPTS, pause });
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
      const pending = query.status === 'pending' ? await readPending(table) : null;
      if (pending) return { heads: pending.filter(isIn(query)).map(({ id: _id, ...head }) => head), complete: true };
      const { rows, complete } = await table.readColumns(filterOf(query), HEAD_COLUMNS, MAX_COUNT_REQUESTS);
      return { heads: rows.map(parseHead), complete };
    },
  };
}

/** Whether a row that should have been replaced or removed did not exist. */
function isMissing(answer: unknown): boolean {
  return answer instanceof Rejected && answer.status === 404;
}

function isIn({ resource, rule }: ApprovalQuery): (one: ApprovalHead) => boolean {
  return (one) =>
    (rule === undefined || one.rule === rule) && (resource === undefined || isInScope(one.resource, resource));
}

function filterOf(query: ApprovalQuery): string {
  const { status, resource, rule } = query;
  return combineFilters(
    prefixFilter(APPROVAL_PARTITION, indexPrefix(query) ?? 'a'),
    { Status: status, Rule: rule },
    resource,
  );
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
const ATTEMPTS = 20;

/** The id of an approval. */
const CLAIMED = z.string().regex(/^a[\w-]+$/);

/** A request reads a thousand rows. */
const MAX_COUNT_REQUESTS = 30;

/** Nine digits of base 36 hold milliseconds until the year 5188. */
const LATEST = 36 ** 9 - 1;
