/** How many findings there are, by rule, verdict and severity, and how many resources have any. */
import type { Finding } from './finding.ts';

export interface FindingCounts {
  readonly resources: number;
  /** By label, see `findingLabel`. No count is 0. */
  readonly findings: Readonly<Record<string, number>>;
}

export const NO_FINDINGS: FindingCounts = { resources: 0, findings: {} };

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

/** The sum of both; with `sign` -1 the difference. */
export function addFindingCounts(one: FindingCounts, other: FindingCounts, sign: 1 | -1 = 1): FindingCounts {
  const findings: Record<string, number> = { ...one.findings };
  for (const [label, count] of Object.entries(other.findings)) {
    const sum = (findings[label] ?? 0) + sign * count;
    if (sum === 0) delete findings[label];
    else findings[label] = sum;
  }
  return { resources: one.resources + sign * other.resources, findings };
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

export function isNothing({ resources, findings }: FindingCounts): boolean {
  return resources === 0 && Object.keys(findings).length === 0;
}
