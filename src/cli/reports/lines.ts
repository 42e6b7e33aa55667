/** Reports for other programs: one JSON document, and the formats of the service's own export of findings. */
import { FINDINGS_CSV_HEADER, formatFindings } from '../../api/endpoints/findings/export-formats.ts';
import type { ExportFormat } from '../../api/formats/export-format.ts';
import { plansOf, planTotals } from './plan.ts';
import { complianceOf, findingsOf, type Report, rulesById, summarize } from './report.ts';

/** A finding a line, in one of the formats of the export. */
export function* exportLines(report: Report, format: ExportFormat): Generator<string> {
  const rules = rulesById(report);
  if (format === 'csv') yield FINDINGS_CSV_HEADER;
  for (const scanned of report.resources()) yield formatFindings(format, findingsOf(scanned, rules), report.rules);
}

/** One JSON document. Its lists have an element a line, so that a large one can be read line by line. */
export function* jsonReport(report: Report): Generator<string> {
  const { version, startedAt, endedAt, scopes, profile, incomplete } = report;
  const { rules, worst: _, unread, ...totals } = summarize(report);
  const summary = {
    ...totals,
    compliance: complianceOf(totals),
    byRule: rules.map(({ examples: __, ...rest }) => rest),
    unread: { documents: unread.documents, resources: unread.resources, incomplete },
  };
  const head = { plumbline: version, startedAt, endedAt, scopes, profile, summary };
  yield `${JSON.stringify(head).slice(0, -1)},\n"unread":[`;
  yield* elements(asLines(unreadOf(report)));
  yield `],\n"findings":[`;
  yield* elements(findingLines(report));
  if (report.plan) {
    yield `],\n"plan":${JSON.stringify(planTotals(report)).slice(0, -1)},\n"byResource":[`;
    yield* elements(asLines(plansOf(report)));
    yield ']}}\n';
  } else yield ']}\n';
}

/** As the export has them: with their documentation, and without ceilings. */
function* findingLines(report: Report): Generator<string> {
  const rules = rulesById(report);
  for (const scanned of report.resources()) {
    yield* formatFindings('jsonl', findingsOf(scanned, rules), report.rules)
      .split('\n')
      .filter((line) => line !== '');
  }
}

/** Every document that was not read, with its resource. */
export function* unreadOf(report: Report) {
  for (const { resource, unread } of report.resources()) {
    for (const { document, why } of unread) yield { resource, document, why };
  }
}

function* elements(lines: Iterable<string>): Generator<string> {
  let separator = '\n';
  for (const line of lines) {
    yield `${separator}${line}`;
    separator = ',\n';
  }
}

function* asLines(items: Iterable<object>): Generator<string> {
  for (const item of items) yield JSON.stringify(item);
}
