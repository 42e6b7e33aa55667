/**
 * The open approvals, packed: o-<shard> has those of a 256th of all resources. So one request reads what is needed to filter,
 * sort, group and count all of them, and two writers seldom meet. A row changes in the transaction that saves the approval.
 */
import * as z from 'zod';
import type { Approval } from '../../domain/approvals/approval.ts';
import {
  type ApprovalFilters,
  type ApprovalHead,
  approvalMatcher,
  comparePositions,
  headOf,
  sortPosition,
} from '../../domain/approvals/approval-list.ts';
import type { ApprovalPage, ApprovalQuery, ListedApproval } from '../../workflows/ports/approvals.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { type Entity, entityOf, type Key, type Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { prefixFilter, REQUESTS_PER_PAGE, type Step, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';
import { readApproval, readOpen } from './index-pages.ts';
import { APPROVAL_PARTITION } from './index-rows.ts';
import {
  bodiesIn,
  HEAD_COLUMNS,
  headsIn,
  markOf,
  type PackedApproval,
  packed,
  packedIn,
  packedRow,
  unpacked,
} from './packing.ts';

/** The row that says that the approvals of an earlier version are packed. It is behind the other rows. */
export const OPEN_READY: Key = { partitionKey: APPROVAL_PARTITION, rowKey: 'o-ready' };

export const OPEN_FILTER = prefixFilter(APPROVAL_PARTITION, 'o-');

/** A shard as it was read before an approval is saved. */
export interface OpenShard {
  readonly key: Key;
  readonly approvals: readonly PackedApproval[];
  readonly etag: string | null;
}

export async function loadShard(table: Table, { resource }: Pick<Approval, 'resource'>): Promise<OpenShard> {
  const key = shardKeyOf(resource.id);
  const row = await table.get(key.partitionKey, key.rowKey);
  return { key, approvals: row ? packedIn(row) : [], etag: row?.etag ?? null };
}

/** The steps that pack an approval while it is open, and no longer; none when nothing changes. */
export function shardSteps({ key, approvals, etag }: OpenShard, approval: Approval): Step[] {
  const others = approvals.filter(({ head }) => head.id !== approval.id);
  const isOpen = markOf(approval) !== null;
  if (!isOpen && others.length === approvals.length) return [];
  return [saveStep(packedRow(key, isOpen ? [...others, packed(approval)] : others), etag)];
}

export function shardKeyOf(resourceId: string): Key {
  return { partitionKey: APPROVAL_PARTITION, rowKey: `o-${hashOf(resourceId.toLowerCase()).slice(0, 2)}` };
}

/** The rows that pack these approvals, and the one that says that all are packed. */
export function openRows(open: readonly Approval[]): Entity[] {
  return [...shardsOf(open)]
    .map(([rowKey, approvals]) => packedRow({ partitionKey: APPROVAL_PARTITION, rowKey }, approvals))
    .concat(entityOf(OPEN_READY, {}));
}

/** By row key, what packs these approvals. */
export function shardsOf(open: readonly Approval[]): ReadonlyMap<string, readonly PackedApproval[]> {
  const shards = new Map<string, PackedApproval[]>();
  for (const one of open) {
    const { rowKey } = shardKeyOf(one.resource.id);
    const found = shards.get(rowKey);
    if (found) found.push(packed(one));
    else shards.set(rowKey, [packed(one)]);
  }
  return shards;
}

/** The heads of the open approvals that match, the latest first. One request; the rows of an earlier version cost more. */
export async function listOpenHeads(table: Table, filters: ApprovalFilters): Promise<ApprovalHead[]> {
  const matches = approvalMatcher(filters);
  const { heads } = await readHeads(table, HEAD_COLUMNS);
  return heads
    .filter(({ head }) => matches(head))
    .map(({ head }) => head)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * A page of the open approvals that match, in any order. One request for about 25,000 approvals. The page ends before an
 * approval that is too large to be packed, and that one more request would be too many for.
 */
export async function listOpen(
  table: Table,
  query: ApprovalQuery,
  { limit, after }: PageRequest,
): Promise<ApprovalPage> {
  const { sort = '-requested', accepts } = query;
  const matches = approvalMatcher(query);
  const { heads, requests } = await readHeads(table);
  const isAccepted = (one: ListedApproval) => accepts === undefined || accepts(one);
  // A whole approval is parsed only where somebody chooses. One that is not packed is read, and asked about, below.
  const mayBeAccepted = (whole: () => ListedApproval | null) => {
    const one = accepts === undefined ? null : whole();
    return one === null || isAccepted(one);
  };
  const found = heads
    .filter(({ head, whole }) => matches(head) && mayBeAccepted(whole))
    .map((one) => ({ ...one, position: sortPosition(one.head, sort) }));
  const start = after === null ? null : POSITION.parse(JSON.parse(after));
  const rest = found
    .filter(({ position }) => start === null || comparePositions(position, start, sort) > 0)
    .sort((a, b) => comparePositions(a.position, b.position, sort));
  const items: ListedApproval[] = [];
  let left = REQUESTS_PER_PAGE - 1 - requests;
  let last = start;
  for (const { head, position, whole } of rest.slice(0, limit)) {
    const packedOne = whole();
    if (!packedOne && left <= 0 && last !== start) break;
    if (!packedOne) left -= 1;
    const item = packedOne ?? (await readApproval(table, head.id));
    if (item && isAccepted(item)) items.push(item);
    last = position;
  }
  const end = rest.at(-1)?.position;
  const isEnd = end === undefined || (last !== null && comparePositions(last, end, sort) >= 0);
  return { items, next: isEnd ? null : JSON.stringify(last), total: query.total ? found.length : null };
}

const POSITION = z.strictObject({ key: z.string(), id: z.string() });

interface FoundHead {
  readonly head: ApprovalHead;
  /** The whole approval; null when its row has no room for it. */
  whole(): ListedApproval | null;
}

/** All heads, and the requests that they cost. `columns`: only these of the rows. */
async function readHeads(
  table: Table,
  columns?: readonly string[],
): Promise<{ readonly heads: readonly FoundHead[]; readonly requests: number }> {
  const rows: Row[] = [];
  let requests = 0;
  for (let after: string | null = null; after !== null || requests === 0; requests++) {
    const page: Page<Row> = await table.readPage(OPEN_FILTER, { limit: MAX_ROWS, after }, 1, columns);
    rows.push(...page.items);
    after = page.next;
  }
  const heads = rows.some(({ rowKey }) => rowKey === OPEN_READY.rowKey)
    ? rows.flatMap(headsOfRow)
    : (await readOpen(table, MAX_REQUESTS)).open.map((one) => ({ head: headOf(one), whole: () => one }));
  return { heads, requests };
}

function headsOfRow(row: Row): FoundHead[] {
  let bodies: ReturnType<typeof bodiesIn> | null = null;
  return headsIn(row).map((head) => ({
    head,
    whole() {
      bodies ??= bodiesIn(row);
      const body = bodies.get(head.id);
      return body ? unpacked(head, body) : null;
    },
  }));
}

/** There are 257 rows. */
const MAX_ROWS = 1000;
/** Enough for 200,000 open approvals of an earlier version. */
const MAX_REQUESTS = 200;
