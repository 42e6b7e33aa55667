/** How many findings there are, by rule, verdict and severity, and how many resources have any. */
import type { Finding } from './finding.ts';

export interface FindingCounts {
  readonly resources: number;
  /** By label, see `findingLabel`. No count is 0. */
  readonly findings: Readonly<Record<string, number>>;
}

/** What a finding is counted as, for example `webapp-min-tls violation high`. */
export function findingLabel({ rule, verdict, severity }: Pick<Finding, 'rule' | 'verdict' | 'severity'>): string {
  return `${rule} ${verdict} ${severity}`;
}

/** The parts of a label: names of rules, verdicts and severities have no space. */
export function partsOfLabel(label: string): {
  readonly rule: string;
  readonly verdict: string;
  readonly severity: string;
} {
  const [rule = '', verdict = '', severity = ''] = label.split(' ');
  return { rule, verdict, severity };
}

/** One resource with these findings, or none. */
export function countLabels(labels: readonly string[]): FindingCounts {
  const findings: Record<string, number> = {};
  for (const label of labels) findings[label] = (findings[label] ?? 0) + 1;
  return { resources: labels.length > 0 ? 1 : 0, findings };
}

/** The sum of many. */
export function sumFindingCounts(all: Iterable<FindingCounts>): FindingCounts {
  const findings: Record<string, number> = {};
  let resources = 0;
  for (const one of all) {
    resources += one.resources;
    for (const [label, count] of Object.entries(one.findings)) findings[label] = (findings[label] ?? 0) + count;
  }
  return { resources, findings };
}
