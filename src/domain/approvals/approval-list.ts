/** What lists of approvals filter, search and sort by. It needs only part of each approval: its head. */
import * as z from 'zod';
import { purpose } from '../changes/change.ts';
import { IMPACTS } from '../resources/documents.ts';
import { caller } from '../resources/principal.ts';
import { isInScope, resourceScope } from '../resources/resource.ts';
import { type Infer, id, time } from '../resources/schema.ts';
import { SEVERITIES } from '../rules/rule.ts';
import { APPROVAL_STATUSES, type Approval, type ApprovalStatus, isDecided } from './approval.ts';

export const approvalHead = z.strictObject({
  id: z.string(),
  status: z.enum(APPROVAL_STATUSES),
  purpose,
  /** The id of the rule. */
  rule: z.string(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  impact: z.enum(IMPACTS),
  /** The id of the resource. */
  resource: z.string(),
  /** The name of the resource. */
  name: z.string(),
  changedBy: caller.nullable(),
  requestedAt: time,
  expiresAt: time,
});
export type ApprovalHead = Infer<typeof approvalHead>;

export function headOf(approval: Omit<Approval, 'source' | 'outbox'>): ApprovalHead {
  const { status, purpose: why, rule, resource, changedBy, requestedAt, expiresAt } = approval;
  return {
    id: approval.id,
    status,
    purpose: why,
    rule: rule.id,
    title: rule.title,
    severity: rule.severity,
    impact: rule.impact,
    resource: resource.id,
    name: resource.name,
    changedBy,
    requestedAt,
    expiresAt,
  };
}

/** One value of each filter. */
export const approvalFilter = z.strictObject({
  status: approvalHead.shape.status,
  resource: resourceScope,
  rule: id,
  severity: approvalHead.shape.severity,
  impact: approvalHead.shape.impact,
  purpose,
  changedBy: z
    .string()
    .trim()
    .min(1, 'must be an object id or a name')
    .max(256)
    .describe('The object id or the whole name of the changer, case-insensitive'),
});
type FilterName = keyof z.infer<typeof approvalFilter>;

/** An approval matches a filter with any of its values, and all filters that are there. */
export type ApprovalFilters = { readonly [Name in FilterName]?: readonly Infer<typeof approvalFilter>[Name][] } & {
  /** A part of the rule's id or title, the resource's name or id, or the changer's name; case-insensitive. */
  readonly q?: string;
  /** Requested at this time or later. */
  readonly requestedFrom?: string;
  /** Requested before this time. */
  readonly requestedTo?: string;
  /** Expires before this time. */
  readonly expiresBefore?: string;
};

/** Whether an approval matches the filters. */
export function approvalMatcher(filters: ApprovalFilters): (head: ApprovalHead) => boolean {
  const { resource: scopes } = filters;
  const is = <T>(wanted: readonly T[] | undefined, found: T) => wanted === undefined || wanted.includes(found);
  const changers = filters.changedBy?.map((one) => one.toLowerCase());
  const text = filters.q?.toLowerCase();
  const { requestedFrom = '', requestedTo = LAST, expiresBefore = LAST } = filters;
  return (head) =>
    head.requestedAt >= requestedFrom &&
    head.requestedAt < requestedTo &&
    head.expiresAt < expiresBefore &&
    is(filters.status, head.status) &&
    is(filters.rule, head.rule) &&
    is(filters.severity, head.severity) &&
    is(filters.impact, head.impact) &&
    is(filters.purpose, head.purpose) &&
    (scopes === undefined || scopes.some((scope) => isInScope(head.resource, scope))) &&
    (changers === undefined || namesOf(head.changedBy).some((name) => changers.includes(name))) &&
    (text === undefined || searchedTexts(head).some((one) => one.toLowerCase().includes(text)));
}

/** After every time. */
const LAST = '~';

function namesOf(changer: ApprovalHead['changedBy']): string[] {
  return changer === null ? [] : [changer.objectId, changer.name ?? ''].map((one) => one.toLowerCase());
}

function searchedTexts({ rule, title, name, resource, changedBy }: ApprovalHead): string[] {
  return [rule, title, name, resource, changedBy?.name ?? ''];
}

/** Statuses that are not final. Their approvals are kept together, so any filter, order and total of them is cheap. */
export const OPEN_STATUSES: readonly ApprovalStatus[] = APPROVAL_STATUSES.filter(
  (status) => status === 'pending' || isDecided(status),
);

/** Whether these filters match open approvals only. */
export function isOpenOnly({ status }: { readonly status?: readonly ApprovalStatus[] | undefined }): boolean {
  return status?.every((one) => OPEN_STATUSES.includes(one)) ?? false;
}

/**
 * The orders of the list: the latest first, the oldest first, the next to expire, the worst severity, the worst impact, by
 * the rule's id, by the resource's id. Approvals that are equal are ordered by their ids: the latest first.
 */
export const APPROVAL_SORTS = ['-requested', 'requested', 'expires', 'severity', 'impact', 'rule', 'resource'] as const;
export type ApprovalSort = (typeof APPROVAL_SORTS)[number];

/** Where an approval is in an order. */
export interface SortPosition {
  readonly key: string;
  readonly id: string;
}

export function sortPosition(head: ApprovalHead, sort: ApprovalSort): SortPosition {
  return { key: SORT_KEYS[sort](head), id: head.id };
}

/** Below zero when the first position comes first. */
export function comparePositions(a: SortPosition, b: SortPosition, sort: ApprovalSort): number {
  const order = compareTexts(a.key, b.key) || compareTexts(a.id, b.id);
  return sort === 'requested' ? -order : order;
}

/** Ids begin with the time, so that the latest is the first. */
const SORT_KEYS: Readonly<Record<ApprovalSort, (head: ApprovalHead) => string>> = {
  '-requested': () => '',
  requested: () => '',
  expires: ({ expiresAt }) => expiresAt,
  severity: ({ severity }) => String(SEVERITIES.indexOf(severity)),
  impact: ({ impact }) => String(IMPACTS.indexOf(impact)),
  rule: ({ rule }) => rule,
  resource: ({ resource }) => resource.toLowerCase(),
};

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
