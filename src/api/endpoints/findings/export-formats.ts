/** Findings for other programs: as lines of JSON, as comma-separated values, and as events of the Open Cybersecurity Schema Framework. */
import { createHash } from 'node:crypto';
import type { Finding } from '../../../domain/decisions/finding.ts';
import { benchmarkOf } from '../../../domain/rules/benchmark.ts';
import { documentationById } from '../../../domain/rules/documentation.ts';
import type { AnyRule } from '../../../domain/rules/rule.ts';
import { type Columns, csvHeader, csvLines } from '../../formats/csv.ts';
import type { ExportFormat } from '../../formats/export-format.ts';
import {
  COMPLIANCE_FINDING,
  classified,
  cloudOf,
  INFORMATIONAL,
  metadataOf,
  type Named,
  ocsfLines,
  resourceDetails,
  SEVERITY,
} from '../../formats/ocsf.ts';

/** The lines of these findings, without the line of names. */
export function formatFindings(format: ExportFormat, findings: readonly Finding[], rules: readonly AnyRule[]): string {
  const exported = findings.map((finding) => exportedOf(finding, rules));
  if (format === 'csv') return csvLines(COLUMNS, exported);
  if (format === 'ocsf') return ocsfLines(exported, complianceOf);
  return exported.map(({ fix: _, ...finding }) => `${JSON.stringify(finding)}\n`).join('');
}

/** A finding as the list shows it, and what the fix of its rule writes. */
function exportedOf({ decision, basis: _, ...finding }: Finding, rules: readonly AnyRule[]) {
  return {
    ...finding,
    decision: decision && withoutCeilings(decision),
    documentation: documentationById(finding.rule, rules),
    fix: rules.find(({ id }) => id === finding.rule)?.fix ?? null,
  };
}

function withoutCeilings({ ceilings: _, ...decision }: NonNullable<Finding['decision']>) {
  return decision;
}

type Exported = ReturnType<typeof exportedOf>;

const COLUMNS: Columns<Exported> = [
  ['rule', ({ rule }) => rule],
  ['title', ({ title }) => title],
  ['severity', ({ severity }) => severity],
  ['tier', ({ tier }) => tier],
  ['verdict', ({ verdict }) => verdict],
  ['reason', ({ reason }) => reason],
  ['resource', ({ resource }) => resource.id],
  ['resourceType', ({ resource }) => resource.type],
  ['resourceName', ({ resource }) => resource.name],
  ['references', ({ references }) => references.map(({ source, id }) => `${source} ${id}`).join('; ')],
  ['since', ({ since }) => since],
  ['evaluatedAt', ({ evaluatedAt }) => evaluatedAt],
  ['decision', ({ decision }) => decision?.action],
  ['until', ({ decision }) => decision?.until],
  ['reasons', ({ decision }) => decision?.reasons.map(({ code }) => code).join(' ')],
  ['approvalId', ({ decision }) => decision?.approvalId],
  ['changes', ({ changes }) => JSON.stringify(changes)],
  ['documentation', ({ documentation }) => documentation],
];

export const FINDINGS_CSV_HEADER = csvHeader(COLUMNS);

/** One event of class Compliance Finding (2003). What the class has no place for is in `unmapped`. */
function complianceOf(finding: Exported) {
  const { rule, title, severity, verdict, reason, resource, references, since, evaluatedAt, fix, ...rest } = finding;
  const [status, statusName] = lifecycleOf(finding);
  const [result, resultName] = resultOf(finding);
  const [severityId, severityName] = verdict === 'violation' ? SEVERITY[severity] : INFORMATIONAL;
  return {
    ...classified(COMPLIANCE_FINDING, activityOf(finding)),
    time: Date.parse(evaluatedAt),
    severity_id: severityId,
    severity: severityName,
    status_id: status,
    status: statusName,
    message: reason,
    metadata: metadataOf({ uid: hexOf(resource.id, rule, evaluatedAt), event_code: rule, original_time: evaluatedAt }),
    cloud: cloudOf(resource),
    compliance: {
      control: rule,
      desc: title,
      requirements: references.map(({ source, id }) => `${source} ${id}`),
      standards: [...new Set(references.map(benchmarkOf))],
      status_id: result,
      status: resultName,
      status_details: [reason],
    },
    finding_info: {
      uid: hexOf(resource.id, rule),
      title,
      desc: reason,
      created_time: Date.parse(since),
      first_seen_time: Date.parse(since),
      last_seen_time: Date.parse(evaluatedAt),
      types: [rest.tier],
    },
    resources: [resourceDetails(resource)],
    ...(verdict === 'violation' && fix !== null ? { remediation: { desc: fix } } : {}),
    unmapped: { verdict, references, ...rest },
  };
}

function activityOf({ verdict, since, evaluatedAt }: Exported): Named {
  if (verdict === 'compliant' || verdict === 'not-applicable') return [3, 'Close'];
  return since === evaluatedAt ? [1, 'Create'] : [2, 'Update'];
}

function lifecycleOf({ verdict, decision }: Exported): Named {
  if (verdict === 'compliant' || verdict === 'not-applicable') return [4, 'Resolved'];
  if (decision?.action === 'exempt') return [3, 'Suppressed'];
  return decision && decision.action !== 'report' ? [2, 'In Progress'] : [1, 'New'];
}

/** A violation that is exempt is known and accepted. */
function resultOf({ verdict, decision }: Exported): Named {
  if (verdict === 'compliant') return [1, 'Pass'];
  if (verdict === 'violation') return decision?.action === 'exempt' ? [2, 'Warning'] : [3, 'Fail'];
  return verdict === 'unknown' ? [0, 'Unknown'] : [99, 'Not Applicable'];
}

/** An id of these texts, without case. */
function hexOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n').toLowerCase()).digest('hex').slice(0, 32);
}
