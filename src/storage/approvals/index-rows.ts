/**
 * The index of approvals: copies with the key x-<field>-<hash of the value>-<id>, written in the transaction that saves the
 * approval. So a filter becomes a range of keys, newest first, however many other approvals there are.
 */

import type { Approval } from '../../domain/approvals/approval.ts';
import type { ApprovalFilters } from '../../domain/approvals/approval-list.ts';
import { type Entity, entityOf, type Row } from '../table/entity.ts';
import { GROUP_LEVEL, hashOf, scopesAt } from '../table/keys.ts';
import { MAX_TRANSACTION_BYTES, payloadOf } from '../table/limits.ts';

export const APPROVAL_PARTITION = 'approval';

/** The filters that the index has, each with one value. */
type Filter = Readonly<Partial<Record<'status' | 'resource' | 'rule', string>>>;

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

/** The prefix of the keys that a query reads: that of the ids for a query of all approvals. */
export function indexPrefix({ status, resource, rule }: Pick<ApprovalFilters, keyof Filter>): string {
  const filter = { ...single('status', status), ...single('resource', resource), ...single('rule', rule) };
  for (const { name, of } of INDEXED) {
    const value = of(filter).at(-1);
    if (value !== undefined) return prefixOf(name, value);
  }
  return 'a';
}

/** A filter with several values selects no keys. */
function single(name: keyof Filter, values: readonly string[] | undefined): Filter {
  const [value, ...others] = values ?? [];
  return value === undefined || others.length > 0 ? {} : { [name]: value };
}

/** Whether the keys and columns alone serve a query: each of its filters has one value, and a scope has keys of its own. */
export function isIndexed({ status, resource, rule, ...others }: ApprovalFilters): boolean {
  const [scope, ...scopes] = resource ?? [];
  const isLevel = scope === undefined || levels(scope, (depth) => depth >= GROUP_LEVEL).at(-1) === scope.toLowerCase();
  const isSingle = scopes.length === 0 && (status?.length ?? 0) <= 1 && (rule?.length ?? 0) <= 1;
  return isLevel && isSingle && Object.values(others).every((one) => one === undefined);
}

/** The keys of an approval in the index, in this status. */
export function indexKeys({ id, resource, rule }: Approval, status: string): string[] {
  const filter = { status, rule: rule.id, resource: resource.id };
  return INDEXED.flatMap(({ name, of }) => of(filter).map((value) => `${prefixOf(name, value)}${id}`));
}

/** The index rows for the row of an approval. Those of a large approval hold no copy, to fit into one transaction. */
export function indexRows(approval: Approval, row: Entity, columns: Readonly<Record<string, string>>): Entity[] {
  const keys = indexKeys(approval, approval.status);
  const isLarge = payloadOf(row) * (keys.length + 1) + MAX_SHARD_BYTES > MAX_TRANSACTION_BYTES;
  const copy = isLarge ? entityOf(row, null, columns) : row;
  return keys.map((rowKey) => ({ ...copy, rowKey }));
}

/** The id of the approval of an index row. */
export function indexedId({ rowKey }: Pick<Row, 'rowKey'>): string {
  return rowKey.replace(/^x-[a-z-]+-[0-9a-f]{32}-/, '');
}

/** A row with the packed approvals of a shard may be in the same transaction. */
const MAX_SHARD_BYTES = 540_000;

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
