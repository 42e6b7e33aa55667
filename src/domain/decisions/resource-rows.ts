/** A row for each resource: its findings in numbers, its mode, and when it was read. */
import * as z from 'zod';
import { MODES, type Mode } from '../resources/reasons.ts';
import {
  isInScope,
  parseResourceId,
  RESOURCE_KINDS,
  resourceScope,
  resourceView,
  viewOf,
} from '../resources/resource.ts';
import { type Infer, several, time } from '../resources/schema.ts';
import { SEVERITIES, VERDICTS } from '../rules/rule.ts';
import { countsOf, placeOf, zerosOf } from './find-findings.ts';
import type { ResourceBrief } from './finding-briefs.ts';
import type { SortKey } from './top-items.ts';

export const resourceRow = z
  .strictObject({
    key: z.string().describe('Identifies the resource in `/resources/{key}`'),
    resource: resourceView,
    kind: z.enum(RESOURCE_KINDS),
    subscription: z.string().describe('The ARM id of its subscription'),
    resourceGroup: z.string().nullable().describe('The ARM id of its resource group; null for a subscription'),
    mode: z.enum(MODES).describe('By the settings. A tag of the resource may lower it, see `tagOptDown`'),
    failing: z.int().describe('The number of violations, exempt ones too'),
    byVerdict: countsOf(VERDICTS),
    bySeverity: countsOf(SEVERITIES).describe('Of violations'),
    pendingApprovals: z.int().describe('Violations with an open approval, when it was last read'),
    exemptions: z.int().describe('Violations under an exemption, when it was last read'),
    evaluatedAt: time.describe('When it was last read'),
    fullyEvaluatedAt: time.nullable().describe('When it was last read for every rule; null when that is not known'),
  })
  .meta({ id: 'ResourceRow' });
export type ResourceRow = Infer<typeof resourceRow>;

/** A row without its key, which is made by a store. */
export type KeylessRow = Omit<ResourceRow, 'key'>;

const MINIMUM = 'must be a whole number from 0 to 1000';

/** The filters of the list, as requests give them. A resource matches with one of the values of each filter that is there. */
export const resourceFilters = z.strictObject({
  resource: several(resourceScope)
    .exactOptional()
    .describe('ARM ids of resources, or scopes above them by whole segments, separated by commas.'),
  kind: several(z.enum(RESOURCE_KINDS)).exactOptional().describe('Kinds, separated by commas.'),
  mode: several(z.enum(MODES)).exactOptional().describe('Modes by the settings, separated by commas.'),
  severity: several(z.enum(SEVERITIES))
    .exactOptional()
    .describe('Only resources with a violation of one of these severities, separated by commas.'),
  failing: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : text),
      z.int(MINIMUM).min(0, MINIMUM).max(1000, MINIMUM),
    )
    .exactOptional()
    .describe('Only resources with at least so many violations; with `severity`, of these severities.'),
});

export interface ResourceFilters extends Infer<typeof resourceFilters> {
  /** A part of the id, without case. */
  readonly q?: string;
}

/** `modeOf`: the mode of the resource with this id. Null when the id is none of a supported kind. */
export function rowOf(brief: ResourceBrief, modeOf: (id: string) => Mode): KeylessRow | null {
  const resource = parseResourceId(brief.id);
  if (!resource) return null;
  const byVerdict = zerosOf(VERDICTS);
  const bySeverity = zerosOf(SEVERITIES);
  let [failing, pendingApprovals, exemptions] = [0, 0, 0];
  for (const { label } of brief.findings) {
    byVerdict[label.verdict] = (byVerdict[label.verdict] ?? 0) + 1;
    if (label.verdict !== 'violation') continue;
    failing++;
    bySeverity[label.severity] = (bySeverity[label.severity] ?? 0) + 1;
    if (label.hasApproval) pendingApprovals++;
    if (label.action === 'exempt') exemptions++;
  }
  return {
    ...{ resource: viewOf(resource), kind: resource.kind, subscription: placeOf('subscription', resource.id) },
    resourceGroup: resource.kind === 'subscription' ? null : placeOf('resourceGroup', resource.id),
    ...{ mode: modeOf(resource.id), failing, byVerdict, bySeverity, pendingApprovals, exemptions },
    ...{ evaluatedAt: brief.evaluatedAt, fullyEvaluatedAt: brief.fullyEvaluatedAt },
  };
}

/** Whether the id alone excludes a resource, before its findings are counted. */
export function mayMatch(id: string, { resource, q }: ResourceFilters): boolean {
  const isInside = resource?.some((scope) => isInScope(id, scope)) ?? true;
  return isInside && (q === undefined || id.toLowerCase().includes(q.toLowerCase()));
}

/** Whether a row, whose id may match, does match. */
export function isMatch({ kind, mode, bySeverity, failing }: KeylessRow, filters: ResourceFilters): boolean {
  const { severity } = filters;
  const counted = severity?.reduce((sum, one) => sum + (bySeverity[one] ?? 0), 0) ?? failing;
  return (
    (filters.kind?.includes(kind) ?? true) &&
    (filters.mode?.includes(mode) ?? true) &&
    counted >= (filters.failing ?? (severity === undefined ? 0 : 1))
  );
}

export const RESOURCE_SORTS = [
  'name',
  '-name',
  '-severity',
  'severity',
  '-failing',
  'failing',
  '-pendingApprovals',
  'pendingApprovals',
  '-exemptions',
  'exemptions',
  '-evaluatedAt',
  'evaluatedAt',
  '-fullyEvaluatedAt',
  'fullyEvaluatedAt',
] as const;
export type ResourceSort = (typeof RESOURCE_SORTS)[number];

/** The place of a row in an order: the field, then the id. By severity: more critical violations, then more high ones, ... */
export function resourceSortKey(sort: ResourceSort, row: KeylessRow): SortKey {
  return [fieldOf(sort.replace('-', ''), row), row.resource.id.toLowerCase()];
}

function fieldOf(field: string, row: KeylessRow): string | number {
  switch (field) {
    case 'severity':
      return SEVERITIES.map((one) => String(row.bySeverity[one] ?? 0).padStart(4, '0')).join('');
    case 'failing':
    case 'pendingApprovals':
    case 'exemptions':
      return row[field];
    case 'evaluatedAt':
    case 'fullyEvaluatedAt':
      return row[field] ?? '';
    default:
      return row.resource.name.toLowerCase();
  }
}
