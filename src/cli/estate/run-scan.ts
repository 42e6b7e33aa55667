/** `plumbline scan`. */
import { VERSION } from '../../api/framework/version.ts';
import { SEVERITIES, type Severity } from '../../domain/rules/rule.ts';
import type { Context, Output } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { invalidInput } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { htmlReport } from '../reports/html.ts';
import { exportLines, jsonReport } from '../reports/lines.ts';
import { markdownReport } from '../reports/markdown.ts';
import { type Report, rank, type Summary, summarize } from '../reports/report.ts';
import { sarifReport } from '../reports/sarif.ts';
import { tableReport, unreadLines } from '../reports/table.ts';
import { type Collected, collect } from '../scan/collect.ts';
import { evaluateResource, type ScannedResource, scannedResource } from '../scan/evaluate-resource.ts';
import { collectOptions } from './collect-input.ts';
import { type Connection, connect } from './connect.ts';
import type { ReportFormat, SelectionInput } from './options.ts';
import { createProgress } from './progress.ts';
import { checkOutput, writeOutput } from './write-output.ts';

export interface ScanInput extends SelectionInput {
  readonly severity: readonly string[];
  readonly output: ReportFormat;
  readonly failOn: Severity | undefined;
  readonly plan: boolean;
}

export async function run(context: Context, input: ScanInput, connection: Connection = {}): Promise<ExitCode> {
  const { stdout, stderr, clock } = context;
  if (input.plan && !WITH_PLAN.includes(input.output)) {
    throw invalidInput(`--plan is shown by the outputs ${WITH_PLAN.join(', ')}, and not by ${input.output}`);
  }
  checkOutput(input.out);
  const progress = createProgress(stderr, clock.now);
  let collected: Collected;
  try {
    const around = await connect(context, progress, connection);
    const options = { ...collectOptions('scan', input, around.rules), plan: input.plan };
    collected = await collect(options, around, (snapshot, { rulesOf, settings }, { plan }, now) =>
      evaluateResource(snapshot, { rules: rulesOf(snapshot.resource), settings, plan }, now),
    );
  } finally {
    progress.end();
  }
  const report = reportOf(collected, input.severity, clock.now());
  try {
    const summary = summarize(report);
    await writeOutput(context, input.out, piecesOf(report, input.output, stdout));
    for (const line of unreadLines(summary)) stderr.write(`${printable(line)}\n`);
    collected.spool.discard();
    return exitCodeOf(summary, input);
  } catch (error) {
    stderr.write(`What was read is kept. Go on with: plumbline scan --resume ${collected.spool.keep()}\n`);
    throw error;
  }
}

const WITH_PLAN: readonly ReportFormat[] = ['table', 'json', 'markdown', 'html'];

function piecesOf(report: Report, format: ReportFormat, stdout: Output): Iterable<string> {
  if (format === 'table') return tableReport(report, stdout);
  if (format === 'json') return jsonReport(report);
  if (format === 'sarif') return sarifReport(report);
  if (format === 'markdown') return markdownReport(report);
  if (format === 'html') return htmlReport(report);
  return exportLines(report, format);
}

function reportOf(
  { header, choice, resources, incomplete, spool }: Collected,
  severities: readonly string[],
  now: Date,
) {
  const { selection, startedAt } = header;
  const keys = resources.map(({ key }) => key);
  const named = new Set(resources.flatMap((one) => choice.rulesOf(one).map(({ rule }) => rule)));
  const isShown = ({ severity }: { readonly severity: string }) =>
    severities.length === 0 || severities.includes(severity);
  return {
    ...{ version: VERSION, startedAt, endedAt: now.toISOString(), incomplete, plan: selection.plan },
    scopes: [...selection.scopes, ...selection.resources],
    profile: choice.settings.profile,
    rules: [...named].sort((a, b) => (a.id < b.id ? -1 : 1)),
    *resources(): Generator<ScannedResource> {
      for (const item of spool.items(keys)) {
        const scanned = scannedResource.parse(item);
        yield { ...scanned, findings: scanned.findings.filter(isShown) };
      }
    },
  } satisfies Report;
}

/** A violation counts more than what could not be read: it is one whatever the rest says. */
function exitCodeOf(
  { bySeverity, unread }: Summary,
  { failOn, allowUnread }: Pick<ScanInput, 'failOn' | 'allowUnread'>,
): ExitCode {
  const isReached = (severity: Severity) =>
    failOn !== undefined && bySeverity[severity] > 0 && rank(severity) <= rank(failOn);
  if (SEVERITIES.some(isReached)) return 1;
  return unread.documents + unread.incomplete.length > 0 && !allowUnread ? 3 : 0;
}
