/** The findings of a resource in brief: what lists need to filter, sort, count and group them without reading each finding. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ACTIONS, type Action, REASON_CODES, type ReasonCode } from '../resources/reasons.ts';
import { SEVERITIES, type Severity, VERDICTS, type Verdict } from '../rules/rule.ts';
import type { Finding } from './finding.ts';
import { type FindingCounts, findingLabel } from './finding-counts.ts';

/** What many findings have in common. Findings of a list share these objects. */
export interface FindingLabel {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** Null unless the verdict is violation. */
  readonly action: Action | null;
  /** The first reason that decides the action; null as well in rows of an earlier version. */
  readonly reason: ReasonCode | null;
  /** Whether an approval for it is open. */
  readonly hasApproval: boolean;
}

export interface FindingBrief {
  readonly label: FindingLabel;
  /** When the verdict changed to this one, in milliseconds since 1970: a list has many of them, and shows few. */
  readonly since: number;
}

export interface ResourceBrief {
  /** The ARM id as it came. */
  readonly id: string;
  /** When any rule was last evaluated. */
  readonly evaluatedAt: string;
  /** When every rule was last evaluated; null when it is not known. */
  readonly fullyEvaluatedAt: string | null;
  /** At least one. */
  readonly findings: readonly FindingBrief[];
}

/**
 * Identifies a resource in paths of the API and in keys of the storage: no character of it needs an escape. Never change it:
 * the rows that are there have it.
 */
export function resourceKeyOf(id: string): string {
  return createHash('sha256').update(id.toLowerCase()).digest('hex').slice(0, 32);
}

/** A label as text, for example `webapp-min-tls violation high queue mode-approve approval`. */
export function textOfLabel({ rule, verdict, severity, action, reason, hasApproval }: FindingLabel): string {
  const words = [rule, verdict, severity, action, reason, hasApproval ? APPROVAL : null];
  return words.filter((one) => one !== null).join(' ');
}

/** The label of a text from `textOfLabel`; null for any other text. The same text gives the same object. */
export function labelOfText(text: string): FindingLabel | null {
  const known = labels.get(text);
  if (known !== undefined) return known;
  if (labels.size >= MAX_LABELS) labels.clear();
  const label = parseLabel(text);
  labels.set(text, label);
  return label;
}

function parseLabel(text: string): FindingLabel | null {
  const [rule, verdict, severity, action = null, ...rest] = text.split(' ');
  const reason = rest.find((word) => word !== APPROVAL) ?? null;
  const label = { rule, verdict, severity, action, reason, hasApproval: rest.includes(APPROVAL) };
  return LABEL.safeParse(label).data ?? null;
}

export function labelOf({ rule, verdict, severity, decision }: Finding): FindingLabel {
  const action = decision?.action ?? null;
  const reason = decision?.ceilings.find(({ at }) => at === action)?.code ?? null;
  const hasApproval = action === 'queue' && decision?.approvalId !== undefined;
  return { rule, verdict, severity, action, reason, hasApproval };
}

/** The findings of a resource in brief; null when there are none. */
export function briefOf(
  id: string,
  findings: readonly Finding[],
  fullyEvaluatedAt: string | null,
): ResourceBrief | null {
  const evaluatedAt = lastEvaluation(findings);
  if (evaluatedAt === null) return null;
  const brief = findings.map((one) => ({ label: labelOf(one), since: Date.parse(one.since) }));
  return { id, evaluatedAt, fullyEvaluatedAt, findings: brief };
}

/** When any of these findings was last evaluated. */
export function lastEvaluation(findings: readonly Pick<Finding, 'evaluatedAt'>[]): string | null {
  return findings.map(({ evaluatedAt }) => evaluatedAt).reduce<string | null>(later, null);
}

/** By subscription, in lower case. */
export function countBriefs(briefs: Iterable<ResourceBrief>): Readonly<Record<string, FindingCounts>> {
  const counts: Record<string, { resources: number; findings: Record<string, number> }> = {};
  for (const { id, findings } of briefs) {
    const subscription = id.toLowerCase().split('/')[2] ?? '';
    const sum = counts[subscription] ?? { resources: 0, findings: {} };
    counts[subscription] = sum;
    sum.resources++;
    for (const { label } of findings) {
      const text = findingLabel(label);
      sum.findings[text] = (sum.findings[text] ?? 0) + 1;
    }
  }
  return counts;
}

function later(a: string | null, b: string): string {
  return a === null || a < b ? b : a;
}

const APPROVAL = 'approval';
/** Parsing costs more than the rest of reading a list, and an estate has few different labels. */
const labels = new Map<string, FindingLabel | null>();
const MAX_LABELS = 20_000;
const LABEL = z.object({
  rule: z.string().min(1),
  verdict: z.enum(VERDICTS),
  severity: z.enum(SEVERITIES),
  action: z.enum(ACTIONS).nullable(),
  reason: z.enum(REASON_CODES).nullable(),
  hasApproval: z.boolean(),
});
