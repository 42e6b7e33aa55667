/** Pages of approvals from a range of keys of the index, the latest first. */
import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { type Approval, approval } from '../../domain/approvals/approval.ts';
import { type ApprovalFilters, approvalMatcher, headOf, OPEN_STATUSES } from '../../domain/approvals/approval-list.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { jsonOf, parseDerived, parseRow, type Row } from '../table/entity.ts';
import { combineFilters } from '../table/keys.ts';
import { countComparisons, MAX_FILTER_COMPARISONS } from '../table/limits.ts';
import { keyAfterPrefix, prefixFilter, REQUESTS_PER_PAGE, rangeFilter, type Table } from '../table/table.ts';
import { APPROVAL_PARTITION, indexedId, indexPrefix } from './index-rows.ts';

/** Where a page ended: behind an approval, and then where the service stopped. */
const POSITION = z.strictObject({ id: z.string().nullable(), token: z.string().nullable() });
type Position = z.infer<typeof POSITION>;

const START: Position = { id: null, token: null };

/**
 * A page of the approvals that match. Keys and columns select by status, resource and rule. The other filters are compared
 * here, so such a page may be short although `next` is there. An approval that is too large for copies costs one more
 * request; the page ends before it when that would be too many, unless it is the first that was found.
 */
export async function listIndexed(
  table: Table,
  filters: ApprovalFilters,
  { limit, after }: PageRequest,
  most = REQUESTS_PER_PAGE,
): Promise<Page<Approval>> {
  const matches = approvalMatcher(filters);
  const items: Approval[] = [];
  let position = after === null ? START : POSITION.parse(JSON.parse(after));
  for (let requests = 0; requests < most; ) {
    const { filter, isComplete } = filterOf(filters, position.id);
    const missing = limit - items.length;
    const page = { limit: Math.min(isComplete ? missing : Math.max(missing, ROWS_COMPARED), MAX_ROWS) };
    const { items: rows, next } = await table.readPage(filter, { ...page, after: position.token }, 1);
    requests++;
    let last = position;
    for (const [index, row] of rows.entries()) {
      const isCopy = jsonOf(row) !== undefined;
      if (!isCopy && requests >= most && last !== position) return { items, next: JSON.stringify(last) };
      if (!isCopy) requests++;
      const found = isCopy ? parseRow(approval, table.name, row) : await readApproval(table, indexedId(row));
      if (found && matches(headOf(found))) items.push(found);
      last = { id: indexedId(row), token: null };
      const isEnd = index === rows.length - 1 && next === null;
      if (items.length === limit && !isEnd) return { items, next: JSON.stringify(last) };
    }
    if (next === null) return { items, next: null };
    position = { ...position, token: next };
  }
  return { items, next: JSON.stringify(position) };
}

/** The filter for the rows behind an approval; `isComplete` when all rows that it selects match. */
function filterOf(
  { status, resource, rule, ...others }: ApprovalFilters,
  after: string | null,
): { readonly filter: string; readonly isComplete: boolean } {
  const prefix = indexPrefix({ ...(status && { status }), ...(resource && { resource }), ...(rule && { rule }) });
  const first = after === null ? prefix : firstKeyAfter(prefix, after);
  const [scope, ...scopes] = resource ?? [];
  const range = rangeFilter(APPROVAL_PARTITION, first, keyAfterPrefix(prefix));
  let filter = combineFilters(range, {}, scopes.length === 0 ? scope : undefined);
  let isComplete = scopes.length === 0 && Object.values(others).every((one) => one === undefined);
  const alternatives = [
    status?.map((value) => odata`Status eq ${value}`),
    rule?.map((value) => odata`Rule eq ${value}`),
  ];
  for (const values of alternatives) {
    if (values === undefined) continue;
    const any = `(${values.join(' or ')})`;
    if (countComparisons(`${filter} and ${any}`) <= MAX_FILTER_COMPARISONS) filter = `${filter} and ${any}`;
    else isComplete = false;
  }
  return { filter, isComplete };
}

/** The character after the id is before every character of ids. */
function firstKeyAfter(prefix: string, id: string): string {
  return `${id.startsWith(prefix) ? '' : prefix}${id}!`;
}

/** All open approvals by the index, in at most so many requests; not `complete` when there are more. */
export async function readOpen(
  table: Table,
  most: number,
): Promise<{ readonly open: readonly Approval[]; readonly complete: boolean }> {
  // One whose status changes meanwhile may be found twice.
  const open = new Map<string, Approval>();
  let requests = 0;
  for (const status of OPEN_STATUSES) {
    const filter = prefixFilter(APPROVAL_PARTITION, indexPrefix({ status: [status] }));
    let after: string | null = null;
    do {
      if (requests >= most) return { open: [...open.values()], complete: false };
      const page: Page<Row> = await table.readPage(filter, { limit: MAX_ROWS, after }, 1);
      requests++;
      for (const row of page.items) {
        const found = parseDerived(approval, row) ?? (await readApproval(table, indexedId(row)));
        if (found?.status === status) open.set(found.id, found);
      }
      after = page.next;
    } while (after !== null);
  }
  return { open: [...open.values()], complete: true };
}

/** An approval from its own row; null when there is none. */
export async function readApproval(table: Table, id: string): Promise<Approval | null> {
  const row = await table.get(APPROVAL_PARTITION, id);
  return row && parseRow(approval, table.name, row);
}

/** A request reads a thousand rows at most. */
const MAX_ROWS = 1000;
/** Rows of one request whose approvals are compared: about a megabyte. */
const ROWS_COMPARED = 500;
