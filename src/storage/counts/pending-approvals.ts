/**
 * The pending approvals in brief, in the partition of the approvals: c-<shard> has the rule, time and impact of those of a
 * 256th of all resources. So one request reads what is needed to count and group them, and two writers seldom meet. A row
 * changes in the transaction that saves the approval.
 */

import * as z from 'zod';
import type { Approval } from '../../domain/approvals/approval.ts';
import { type ApprovalHead, approvalHead } from '../../domain/approvals/approval-groups.ts';
import type { WrongCount } from '../../workflows/ports/metrics.ts';
import { type Entity, entityOf, type Key, parseDerived, type Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { prefixFilter, type Step, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';
import { correct, READY_KEY } from './counter-rows.ts';

export const APPROVAL_PARTITION = 'approval';

/** An approval with what counting needs of it. */
export interface PendingApproval extends ApprovalHead {
  readonly id: string;
}

/** The pending approvals of a shard by id: grouped by resource, because its id is the longest part. */
type Shard = Readonly<Record<string, Readonly<Record<string, readonly [rule: string, at: string, impact: Impact]>>>>;
type Impact = ApprovalHead['impact'];

/** A shard as it was read before an approval is saved. */
export interface PendingShard {
  readonly key: Key;
  readonly value: Shard;
  readonly etag: string | null;
}

export async function loadShard(table: Table, { resource }: Approval): Promise<PendingShard> {
  const key = shardKeyOf(resource.id);
  const row = await table.get(key.partitionKey, key.rowKey);
  return { key, value: row ? shardIn(row) : {}, etag: row?.etag ?? null };
}

/** The steps that count an approval while it is pending, and no longer; none when nothing changes. */
export function shardSteps({ key, value, etag }: PendingShard, approval: Approval): Step[] {
  const { id, status, resource, rule, requestedAt } = approval;
  const isCounted = value[resource.id]?.[id] !== undefined;
  if (isCounted === (status === 'pending')) return [];
  const row = entityOf(
    key,
    isCounted
      ? without(value, resource.id, id)
      : withPending(value, { id, rule: rule.id, resource: resource.id, requestedAt, impact: rule.impact }),
  );
  return [saveStep(row, etag)];
}

/** All pending approvals, newest first, by one request; null when some are not counted yet. */
export async function readPending(table: Table): Promise<PendingApproval[] | null> {
  const rows = await table.readAll(prefixFilter(APPROVAL_PARTITION, 'c-'));
  if (!rows.some(({ rowKey }) => rowKey === READY_KEY)) return null;
  return rows
    .flatMap((row) => (row.rowKey === READY_KEY ? [] : pendingIn(shardIn(row))))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export interface PendingRecount {
  /** What was wrong, and is corrected. */
  readonly wrong: readonly WrongCount[];
  /** Whether all pending approvals were compared, and no writer was faster. */
  readonly complete: boolean;
}

/** The pending approvals of the index; not `complete` when there are more. */
export interface ListedPending {
  readonly pending: readonly PendingApproval[];
  readonly complete: boolean;
}

/**
 * Compares the shards with the index of pending approvals. An approval and its shard change in one transaction. So when a
 * shard still has the version from before the index was read, the difference is exact, and replacing that version corrects
 * it. One request for the shards, those of `listPending`, and one for each shard that is wrong.
 */
export async function recountPending(table: Table, listPending: () => Promise<ListedPending>): Promise<PendingRecount> {
  const kept = new Map<string, Row>();
  for (const row of await table.readAll(prefixFilter(APPROVAL_PARTITION, 'c-'))) {
    if (row.rowKey !== READY_KEY) kept.set(row.rowKey, row);
  }
  const { pending, complete } = await listPending();
  if (!complete) return { wrong: [], complete };
  const truth = shardsOf(pending);
  const results = [];
  for (const rowKey of new Set([...kept.keys(), ...truth.keys()])) {
    const row = kept.get(rowKey);
    const [before, after] = [row ? shardIn(row) : {}, truth.get(rowKey) ?? {}];
    results.push(
      await correct(table, {
        what: `pending approvals, row ${rowKey}`,
        row: shardRow(rowKey, after),
        etag: row?.etag ?? null,
        kept: numbersOf(before),
        counted: numbersOf(after),
      }),
    );
  }
  return { wrong: results.filter((one) => typeof one === 'object'), complete: !results.includes('busy') };
}

/** The rows that count these approvals, and the one that says that all are counted. */
export function shardRows(pending: readonly PendingApproval[]): Entity[] {
  const rows = [...shardsOf(pending)].map(([rowKey, shard]) => shardRow(rowKey, shard));
  return [...rows, entityOf({ partitionKey: APPROVAL_PARTITION, rowKey: READY_KEY }, {})];
}

function shardsOf(pending: readonly PendingApproval[]): Map<string, Shard> {
  const shards = new Map<string, Shard>();
  for (const one of pending) {
    const { rowKey } = shardKeyOf(one.resource);
    shards.set(rowKey, withPending(shards.get(rowKey) ?? {}, one));
  }
  return shards;
}

function shardRow(rowKey: string, shard: Shard): Entity {
  return entityOf({ partitionKey: APPROVAL_PARTITION, rowKey }, shard);
}

const SHARD = z.record(
  z.string(),
  z.record(z.string(), z.tuple([z.string(), approvalHead.shape.requestedAt, approvalHead.shape.impact])),
);

function shardKeyOf(resourceId: string): Key {
  return { partitionKey: APPROVAL_PARTITION, rowKey: `c-${hashOf(resourceId.toLowerCase()).slice(0, 2)}` };
}

/** An unreadable shard counts as empty: it must not keep anybody from deciding, and the repair corrects it. */
function shardIn(row: Row): Shard {
  return parseDerived(SHARD, row) ?? {};
}

function withPending(shard: Shard, { id, rule, resource, requestedAt, impact }: PendingApproval): Shard {
  return { ...shard, [resource]: { ...shard[resource], [id]: [rule, requestedAt, impact] } };
}

function without(shard: Shard, resource: string, id: string): Shard {
  const { [resource]: approvals = {}, ...others } = shard;
  const { [id]: _gone, ...rest } = approvals;
  return Object.keys(rest).length === 0 ? others : { ...others, [resource]: rest };
}

function pendingIn(shard: Shard): PendingApproval[] {
  return Object.entries(shard).flatMap(([resource, approvals]) =>
    Object.entries(approvals).map(([id, [rule, requestedAt, impact]]) => ({ id, rule, resource, requestedAt, impact })),
  );
}

/** Each approval with all that is kept of it, as a number that can be compared. */
function numbersOf(shard: Shard): Readonly<Record<string, number>> {
  return Object.fromEntries(
    pendingIn(shard).map(({ id, rule, resource, requestedAt, impact }) => [
      `${id}: ${rule} of ${resource}, ${impact}, ${requestedAt}`,
      1,
    ]),
  );
}
