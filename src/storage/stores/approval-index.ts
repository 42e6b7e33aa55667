/**
 * The index of approvals: copies with the key x-<field>-<hash of the value>-<id>, written in the transaction that saves the
 * approval. So a filter becomes a range of keys, newest first, however many other approvals there are.
 */

import * as z from 'zod';
import type { Approval } from '../../domain/approvals/approval.ts';
import { type ApprovalHead, approvalHead } from '../../domain/approvals/approval-groups.ts';
import type { ApprovalQuery } from '../../workflows/ports/approvals.ts';
import { APPROVAL_PARTITION, type ListedPending } from '../counts/pending-approvals.ts';
import { type Entity, entityOf, type Row } from '../table/entity.ts';
import { GROUP_LEVEL, hashOf, scopesAt } from '../table/keys.ts';
import { MAX_TRANSACTION_BYTES, payloadOf } from '../table/limits.ts';
import { prefixFilter, type Table } from '../table/table.ts';

type Filter = Readonly<Partial<Record<keyof ApprovalQuery, string>>>;

interface IndexedField {
  /** Part of the keys. Never change it for a table that exists. */
  readonly name: string;
  /** The values for the keys; empty when the filter lacks one of them. */
  of(filter: Filter): readonly string[];
}

/** The indexed fields, the most selective first: the first that a query has completely selects the keys, the others filter columns. */
const INDEXED: readonly IndexedField[] = [
  { name: 'resource', of: ({ resource }) => levels(resource, (depth) => depth > GROUP_LEVEL) },
  { name: 'group-status', of: ({ resource, status }) => groups(resource).flatMap((group) => pairs(group, status)) },
  { name: 'rule-status', of: ({ rule, status }) => pairs(rule, status) },
  { name: 'status', of: ({ status }) => (status === undefined ? [] : [status]) },
  { name: 'group', of: ({ resource }) => groups(resource) },
  { name: 'rule', of: ({ rule }) => (rule === undefined ? [] : [rule]) },
];

/** The prefix of the keys that a query reads; null for a query of all approvals. */
export function indexPrefix(query: ApprovalQuery): string | null {
  for (const { name, of } of INDEXED) {
    const value = of(query).at(-1);
    if (value !== undefined) return prefixOf(name, value);
  }
  return null;
}

/** The keys of an approval in the index, in this status. */
export function indexKeys({ id, resource, rule }: Approval, status: string): string[] {
  const filter = { status, rule: rule.id, resource: resource.id };
  return INDEXED.flatMap(({ name, of }) => of(filter).map((value) => `${prefixOf(name, value)}${id}`));
}

/** The index rows for the row of an approval. Those of a large approval hold no copy, to fit into one transaction. */
export function indexRows(approval: Approval, row: Entity, columns: Readonly<Record<string, string>>): Entity[] {
  const keys = indexKeys(approval, approval.status);
  const isLarge = payloadOf(row) * (keys.length + 2) > MAX_TRANSACTION_BYTES;
  const copy = isLarge ? entityOf(row, null, columns) : row;
  return keys.map((rowKey) => ({ ...copy, rowKey }));
}

/** The id of the approval of an index row. */
export function indexedId({ rowKey }: Pick<Row, 'rowKey'>): string {
  return rowKey.replace(/^x-[a-z-]+-[0-9a-f]{32}-/, '');
}

/** The column of each member of a head. */
const HEAD: Readonly<Record<keyof ApprovalHead, string>> = {
  rule: 'Rule',
  resource: 'ResourceId',
  requestedAt: 'RequestedAt',
  impact: 'Impact',
};
export const HEAD_COLUMNS = Object.values(HEAD);

/** The pending approvals in brief: a request for each thousand, and not `complete` when there are more than 200,000. */
export async function listPending(table: Table): Promise<ListedPending> {
  const filter = prefixFilter(APPROVAL_PARTITION, indexPrefix({ status: 'pending' }) ?? '');
  const { rows, complete } = await table.readColumns(filter, ['RowKey', ...HEAD_COLUMNS], MAX_LIST_REQUESTS);
  const pending = rows.map((row) => ({ ...parseHead(row), id: indexedId(KEYED.parse(row)) }));
  return { pending, complete };
}

const MAX_LIST_REQUESTS = 200;
const KEYED = z.looseObject({ rowKey: z.string() });

export function parseHead(row: unknown): ApprovalHead {
  const columns = z.record(z.string(), z.unknown()).parse(row);
  return approvalHead.parse(Object.fromEntries(Object.entries(HEAD).map(([member, name]) => [member, columns[name]])));
}

function prefixOf(name: string, value: string): string {
  return `x-${name}-${hashOf(value)}-`;
}

function levels(resource: string | undefined, isOf: (depth: number) => boolean): string[] {
  return resource === undefined ? [] : scopesAt(resource, isOf);
}

function groups(resource: string | undefined): string[] {
  return levels(resource, (depth) => depth === GROUP_LEVEL);
}

function pairs(one: string | undefined, other: string | undefined): string[] {
  return one === undefined || other === undefined ? [] : [`${one}\n${other}`];
}
