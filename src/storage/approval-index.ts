/**
 * Where lists of approvals look: copies under x-<field>-<hash of the value>-<id>, in the transaction that saves the approval,
 * so that what a filter asks for is a range of keys, newest first, whatever has piled up beside it.
 */
import type { Approval } from '../domain/approval.ts';
import type { ApprovalQuery } from '../workflows/ports.ts';
import { type Entity, entityOf, type Row } from './entity.ts';
import { hashOf, levelsOf } from './keys.ts';
import { LARGEST_PAYLOAD, payloadOf } from './limits.ts';

interface Asked {
  readonly status?: string | undefined;
  readonly rule?: string | undefined;
  readonly resource?: string | undefined;
}

interface IndexedField {
  /** Part of the keys: never change it for a table that exists. */
  readonly name: string;
  /** What is looked for together; empty when something of it was not asked for. */
  of(asked: Asked): readonly string[];
}

/** What is indexed, the most selective first: the first that a query has all of chooses the keys, the rest are columns. */
const INDEXED: readonly IndexedField[] = [
  { name: 'resource', of: ({ resource }) => levels(resource, (depth) => depth > GROUP) },
  { name: 'group-status', of: ({ resource, status }) => groups(resource).flatMap((group) => pairs(group, status)) },
  { name: 'rule-status', of: ({ rule, status }) => pairs(rule, status) },
  { name: 'status', of: ({ status }) => (status === undefined ? [] : [status]) },
  { name: 'group', of: ({ resource }) => groups(resource) },
  { name: 'rule', of: ({ rule }) => (rule === undefined ? [] : [rule]) },
];

/** What the keys begin with that a query looks at; null when it asks for all approvals. */
export function prefixFor(query: ApprovalQuery): string | null {
  for (const { name, of } of INDEXED) {
    const value = of(query).at(-1);
    if (value !== undefined) return prefixOf(name, value);
  }
  return null;
}

/** The keys of an approval in the index, in this status. */
export function indexKeys({ id, resource, rule }: Approval, status: string): string[] {
  const asked = { status, rule: rule.id, resource: resource.id };
  return INDEXED.flatMap(({ name, of }) => of(asked).map((value) => `${prefixOf(name, value)}${id}`));
}

/** The rows of the index for the row of an approval. Those of a large one hold no copy, to fit into one transaction. */
export function indexRows(approval: Approval, row: Entity, columns: Readonly<Record<string, string>>): Entity[] {
  const keys = indexKeys(approval, approval.status);
  const isLarge = payloadOf(row) * (keys.length + 2) > LARGEST_PAYLOAD;
  const copy = isLarge ? entityOf(row, null, columns) : row;
  return keys.map((rowKey) => ({ ...copy, rowKey }));
}

/** The id of the approval that a row of the index stands for. */
export function indexedId({ rowKey }: Row): string {
  return rowKey.replace(/^x-[a-z-]+-[0-9a-f]{32}-/, '');
}

/** Levels: 1 is the subscription, 2 the resource group, 4 and more a resource and what is in it. */
const GROUP = 2;

function prefixOf(name: string, value: string): string {
  return `x-${name}-${hashOf(value)}-`;
}

function levels(resource: string | undefined, isOf: (depth: number) => boolean): string[] {
  if (resource === undefined) return [];
  return levelsOf(resource).filter((path) => isOf((path.split('/').length - 1) / 2));
}

function groups(resource: string | undefined): string[] {
  return levels(resource, (depth) => depth === GROUP);
}

function pairs(one: string | undefined, other: string | undefined): string[] {
  return one === undefined || other === undefined ? [] : [`${one}\n${other}`];
}
