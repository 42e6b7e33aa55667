/** Filters, orders and groups of findings in brief. */
import * as z from 'zod';
import { ACTIONS } from '../resources/reasons.ts';
import { isInScope, resourceScope } from '../resources/resource.ts';
import { type Infer, id, several } from '../resources/schema.ts';
import { SEVERITIES, VERDICTS } from '../rules/rule.ts';
import type { FindingBrief, FindingLabel, ResourceBrief } from './finding-briefs.ts';
import type { SortKey } from './top-items.ts';

/** The filters of the list, as requests give them. A finding matches with one of the values of each filter that is there. */
export const findingFilters = z.strictObject({
  verdict: several(z.enum(VERDICTS)).exactOptional().describe('Verdicts, separated by commas.'),
  resource: several(resourceScope)
    .exactOptional()
    .describe('ARM ids of resources, or scopes above them by whole segments, separated by commas.'),
  rule: several(id).exactOptional().describe('Ids of rules, separated by commas.'),
  severity: several(z.enum(SEVERITIES)).exactOptional().describe('Severities, separated by commas.'),
  decision: several(z.enum(ACTIONS)).exactOptional().describe('Actions, separated by commas.'),
});

export interface FindingFilters extends Infer<typeof findingFilters> {
  /** Rules that another filter leaves. */
  readonly rules?: readonly string[];
  /** A part of the resource's id, of the rule's id or of its title, without case. */
  readonly q?: string;
}

/** Whether findings match. Both answers belong together: `findings` is asked for resources that `hasResource` takes. */
export interface FindingMatcher {
  hasResource(id: string): boolean;
  findingsOf(brief: ResourceBrief): readonly FindingBrief[];
}

/** `titleOf`: the title of a rule. */
export function findingMatcher(filters: FindingFilters, titleOf: (rule: string) => string): FindingMatcher {
  const text = filters.q?.toLowerCase();
  const named = new Map<string, boolean>();
  const isNamed = (rule: string, wanted: string) => {
    const known = named.get(rule) ?? `${rule}\n${titleOf(rule)}`.toLowerCase().includes(wanted);
    named.set(rule, known);
    return known;
  };
  const fits = ({ rule, verdict, severity, action }: FindingLabel) =>
    isOneOf(filters.verdict, verdict) &&
    isOneOf(filters.severity, severity) &&
    isOneOf(filters.decision, action) &&
    isOneOf(filters.rule, rule) &&
    isOneOf(filters.rules, rule);
  return {
    hasResource: (id) => filters.resource?.some((scope) => isInScope(id, scope)) ?? true,
    findingsOf({ id, findings }) {
      const isFound = text === undefined || id.toLowerCase().includes(text);
      return findings.filter(({ label }) => fits(label) && (isFound || isNamed(label.rule, text)));
    },
  };
}

export const FINDING_SORTS = [
  '-since',
  'since',
  '-severity',
  'severity',
  'rule',
  '-rule',
  'resource',
  '-resource',
] as const;
export type FindingSort = (typeof FINDING_SORTS)[number];

/** The place of a finding in an order: the field, then the newest first. */
export function findingSortKey(sort: FindingSort, id: string, { label, since }: FindingBrief): SortKey {
  const rest = [id.toLowerCase(), label.rule];
  if (sort === 'since' || sort === '-since') return [since, ...rest];
  if (sort === 'severity' || sort === '-severity') return [-SEVERITIES.indexOf(label.severity), -since, ...rest];
  if (sort === 'rule' || sort === '-rule') return [label.rule, -since, ...rest];
  return [id.toLowerCase(), -since, ...rest];
}

export function isDescending(sort: string): boolean {
  return sort.startsWith('-');
}

export const FINDING_GROUPINGS = [
  'rule',
  'resource',
  'resourceGroup',
  'subscription',
  'severity',
  'benchmark',
] as const;
export type FindingGrouping = (typeof FINDING_GROUPINGS)[number];

/** A count under each name: properties and no record, because that is where linters and client generators look for names. */
export function countsOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  const counts: Record<string, z.ZodInt> = {};
  for (const name of names) counts[name] = z.int();
  return z.strictObject(counts);
}

export const findingGroup = z.strictObject({
  key: z
    .string()
    .describe(
      'The id of the rule, resource, resource group or subscription, the severity, or the control of a benchmark',
    ),
  count: z.int().describe('Of all findings in the group'),
  byVerdict: countsOf(VERDICTS),
  bySeverity: countsOf(SEVERITIES).describe('Of violations'),
  exempt: z.int().describe('Violations under an exemption'),
});
export type FindingGroup = Infer<typeof findingGroup>;

export interface FindingGroups {
  /** Counts these findings of a resource. */
  add(id: string, findings: readonly FindingBrief[]): void;
  /** The groups with the most violations first, then by size and key; at most so many. */
  result(limit: number): { readonly items: FindingGroup[]; readonly complete: boolean };
}

/** `controlsOf`: the controls of benchmarks that a rule refers to. A finding is in the group of each. */
export function findingGroups(by: FindingGrouping, controlsOf: (rule: string) => readonly string[]): FindingGroups {
  const groups = new Map<string, Tally>();

  function tallyOf(key: string): Tally {
    const known = groups.get(key.toLowerCase());
    if (known) return known;
    const made = { key, count: 0, exempt: 0, byVerdict: zerosOf(VERDICTS), bySeverity: zerosOf(SEVERITIES) };
    groups.set(key.toLowerCase(), made);
    return made;
  }

  function keysOf({ rule, severity }: FindingLabel, ofResource: string): readonly string[] {
    if (by === 'rule') return [rule];
    if (by === 'severity') return [severity];
    return by === 'benchmark' ? controlsOf(rule) : [ofResource];
  }

  return {
    add(id, findings) {
      const ofResource = placeOf(by, id);
      for (const { label } of findings) {
        for (const key of keysOf(label, ofResource)) count(tallyOf(key), label);
      }
    },
    result(limit) {
      const all = [...groups.values()].sort(
        (a, b) => violationsIn(b) - violationsIn(a) || b.count - a.count || (a.key < b.key ? -1 : 1),
      );
      return { items: all.slice(0, limit), complete: all.length <= limit };
    },
  };
}

/** The id of what a resource is grouped by: itself, its resource group or its subscription. A subscription is its own group. */
export function placeOf(by: string, id: string): string {
  if (by === 'subscription') return id.split('/').slice(0, 3).join('/');
  return by === 'resourceGroup' ? id.split('/').slice(0, 5).join('/') : id;
}

interface Tally {
  readonly key: string;
  count: number;
  exempt: number;
  readonly byVerdict: Record<string, number>;
  readonly bySeverity: Record<string, number>;
}

function count(tally: Tally, { verdict, severity, action }: FindingLabel): void {
  tally.count++;
  increase(tally.byVerdict, verdict);
  if (verdict === 'violation') increase(tally.bySeverity, severity);
  if (action === 'exempt') tally.exempt++;
}

function increase(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function violationsIn({ byVerdict }: Tally): number {
  return byVerdict.violation ?? 0;
}

export function zerosOf(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

function isOneOf<T>(wanted: readonly T[] | undefined, found: T | null): boolean {
  return wanted === undefined || (found !== null && wanted.includes(found));
}
