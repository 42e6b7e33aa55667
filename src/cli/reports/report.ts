/** What reports are about: the results of a scan, one resource after the other. Nothing here holds all of them. */

import type { Finding } from '../../domain/decisions/finding.ts';
import type { ResourceView } from '../../domain/resources/resource.ts';
import { type AnyRule, SEVERITIES, type Severity, type Verdict } from '../../domain/rules/rule.ts';
import type { ScannedResource } from '../scan/evaluate-resource.ts';

export interface Report {
  readonly version: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** ARM ids of what was scanned; empty: all subscriptions of the caller. */
  readonly scopes: readonly string[];
  readonly profile: string;
  readonly rules: readonly AnyRule[];
  /** Whether it says what autofix would write. */
  readonly plan: boolean;
  /** The subscriptions whose listing was not complete. */
  readonly incomplete: readonly string[];
  /** The results in the order of the ids. Each call begins anew. */
  resources(): Iterable<ScannedResource>;
}

export interface Unread {
  readonly resource: ResourceView;
  readonly document: string;
  readonly why: string;
}

export interface RuleTotals {
  readonly rule: string;
  readonly title: string;
  /** The highest of its violations, or that of the rule. */
  severity: Severity;
  violations: number;
  unknown: number;
  /** Resources with a violation, the first ones. */
  readonly examples: ResourceView[];
}

export interface ResourceTotals {
  readonly resource: ResourceView;
  readonly violations: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
}

export interface Summary {
  resources: number;
  /** Resources with at least one violation. */
  failing: number;
  readonly byVerdict: Record<Verdict, number>;
  /** Of violations. */
  readonly bySeverity: Record<Severity, number>;
  /** Those with a violation or an unknown verdict; the worst first. */
  readonly rules: readonly RuleTotals[];
  /** The worst ones. */
  readonly worst: readonly ResourceTotals[];
  readonly unread: UnreadTotals;
}

export interface UnreadTotals {
  documents: number;
  resources: number;
  /** The same document for the same reason. */
  readonly groups: readonly UnreadGroup[];
  /** See Report. */
  readonly incomplete: readonly string[];
}

export interface UnreadGroup {
  readonly document: string;
  readonly why: string;
  count: number;
  readonly examples: ResourceView[];
}

const MAX_EXAMPLES = 200;
const MAX_UNREAD_EXAMPLES = 5;
/** More different reasons are one group. */
const MAX_GROUPS = 100;
const MAX_WORST = 20;

/** Counts everything once. It needs memory for counts and examples only. */
export function summarize(report: Report): Summary {
  const ruleById = new Map(report.rules.map((rule) => [rule.id, rule]));
  const rules = new Map<string, RuleTotals>();
  const groups = new Map<string, UnreadGroup>();
  let worst: ResourceTotals[] = [];
  const unread = { documents: 0, resources: 0 };
  const byVerdict: Record<Verdict, number> = { compliant: 0, violation: 0, 'not-applicable': 0, unknown: 0 };
  const bySeverity = noSeverities();
  let [resources, failing] = [0, 0];
  for (const scanned of report.resources()) {
    resources += 1;
    const own = noSeverities();
    for (const found of scanned.findings) {
      byVerdict[found.verdict] += 1;
      if (found.verdict === 'violation') {
        bySeverity[found.severity] += 1;
        own[found.severity] += 1;
      }
      if (found.verdict === 'violation' || found.verdict === 'unknown') {
        countRule(rules, found, scanned.resource, ruleById.get(found.rule));
      }
    }
    const violations = Object.values(own).reduce((sum, count) => sum + count, 0);
    if (violations > 0) {
      failing += 1;
      worst.push({ resource: scanned.resource, violations, bySeverity: own });
      if (worst.length > 10 * MAX_WORST) worst = worstOf(worst);
    }
    if (scanned.unread.length > 0) unread.resources += 1;
    for (const { document, why } of scanned.unread) {
      unread.documents += 1;
      countUnread(groups, { document, why, resource: scanned.resource });
    }
  }
  return {
    ...{ resources, failing, byVerdict, bySeverity },
    rules: [...rules.values()].sort(
      (a, b) => rank(a.severity) - rank(b.severity) || b.violations - a.violations || (a.rule < b.rule ? -1 : 1),
    ),
    worst: worstOf(worst),
    unread: {
      ...unread,
      groups: [...groups.values()].sort((a, b) => b.count - a.count),
      incomplete: report.incomplete,
    },
  };
}

function noSeverities(): Record<Severity, number> {
  return { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
}

function countRule(
  rules: Map<string, RuleTotals>,
  { rule, severity, verdict }: Pick<Finding, 'rule' | 'severity' | 'verdict'>,
  resource: ResourceView,
  definition: AnyRule | undefined,
): void {
  const totals = rules.get(rule) ?? {
    ...{ rule, title: definition?.title ?? rule, severity: definition?.severity ?? severity },
    ...{ violations: 0, unknown: 0, examples: [] },
  };
  rules.set(rule, totals);
  if (verdict === 'unknown') {
    totals.unknown += 1;
    return;
  }
  totals.violations += 1;
  if (rank(severity) < rank(totals.severity)) totals.severity = severity;
  if (totals.examples.length < MAX_EXAMPLES) totals.examples.push(resource);
}

function countUnread(groups: Map<string, UnreadGroup>, { document, why: given, resource }: Unread): void {
  const why = withoutIds(given);
  const isNew = !groups.has(`${document} ${why}`) && groups.size >= MAX_GROUPS;
  const key = isNew ? '' : `${document} ${why}`;
  const group = groups.get(key) ?? {
    ...(isNew ? { document: 'others', why: 'Several reasons; the output json has each.' } : { document, why }),
    ...{ count: 0, examples: [] },
  };
  groups.set(key, group);
  group.count += 1;
  if (group.examples.length < MAX_UNREAD_EXAMPLES) group.examples.push(resource);
}

/** Azure names the resource and the time in its messages; without them, the same reason is the same text. */
function withoutIds(why: string): string {
  return why
    .replace(/\/subscriptions\/[^\s'",;)]+/gi, '…')
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '…');
}

function worstOf(all: readonly ResourceTotals[]): ResourceTotals[] {
  return [...all].sort(isWorse).slice(0, MAX_WORST);
}

function isWorse(a: ResourceTotals, b: ResourceTotals): number {
  for (const severity of SEVERITIES) {
    const difference = b.bySeverity[severity] - a.bySeverity[severity];
    if (difference !== 0) return difference;
  }
  return a.resource.id < b.resource.id ? -1 : 1;
}

/** 0 is the worst. */
export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** The findings of a resource as the service exports them. */
export function findingsOf(
  { resource, evaluatedAt, findings }: ScannedResource,
  rules: ReadonlyMap<string, AnyRule>,
): Finding[] {
  return findings.map((found) => {
    const { title = found.rule, references = [] } = rules.get(found.rule) ?? {};
    return { ...found, title, references, resource, since: evaluatedAt, evaluatedAt };
  });
}

export function rulesById({ rules }: Pick<Report, 'rules'>): ReadonlyMap<string, AnyRule> {
  return new Map(rules.map((rule) => [rule.id, rule]));
}

/** The share of compliant verdicts among those that say yes or no, in percent; null without any. */
export function complianceOf({ byVerdict: { compliant, violation } }: Pick<Summary, 'byVerdict'>): number | null {
  const judged = compliant + violation;
  // 100 only when everything is compliant.
  return judged === 0 ? null : Math.floor((compliant / judged) * 1000) / 10;
}

/** What was scanned, in words. */
export function scopeText({ scopes }: Pick<Report, 'scopes'>): string {
  if (scopes.length === 0) return 'all subscriptions of the sign-in';
  const [first = '', ...more] = scopes;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
