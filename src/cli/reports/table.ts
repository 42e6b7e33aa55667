/** The posture for a terminal. */
import type { Severity } from '../../domain/rules/rule.ts';
import type { Output } from '../framework/context.ts';
import { printable } from '../framework/printable.ts';
import { tableOf } from '../framework/table.ts';
import { PLAN_WORDS, plansOf, planTotals } from './plan.ts';
import { complianceOf, type Report, type Summary, scopeText, summarize } from './report.ts';

const MAX_PLANS = 20;

export function* tableReport(report: Report, output: Output): Generator<string> {
  const summary = summarize(report);
  const { colors } = output;
  const { resources, failing, byVerdict, bySeverity } = summary;
  const compliance = complianceOf(summary);
  yield `${printable(scopeText(report))}, profile ${report.profile}\n`;
  yield `${resources} resources, ${failing} with violations; ${byVerdict.violation} fail, ${byVerdict.compliant} pass, ${byVerdict.unknown} unknown`;
  yield compliance === null ? '\n' : ` (${compliance} % pass)\n`;
  if (byVerdict.violation > 0) {
    const counts = Object.entries(bySeverity).filter(([, count]) => count > 0);
    yield `${counts.map(([severity, count]) => `${count} ${severity}`).join(', ')}\n`;
  }
  if (summary.rules.length > 0) {
    yield '\n';
    yield tableOf(
      output,
      [
        {
          title: 'SEVERITY',
          value: (row) => row.severity,
          color: (shown, row) => painted(output, row.severity, shown),
        },
        { title: 'FAIL', value: (row) => row.violations, align: 'right' },
        { title: 'UNKNOWN', value: (row) => row.unknown || '', align: 'right' },
        { title: 'RULE', value: (row) => row.rule },
        { title: 'TITLE', value: (row) => row.title },
      ],
      summary.rules,
    );
  }
  if (summary.worst.length > 0) {
    yield '\n';
    yield tableOf(
      output,
      [
        { title: 'CRITICAL', value: (row) => row.bySeverity.critical || '', align: 'right' },
        { title: 'HIGH', value: (row) => row.bySeverity.high || '', align: 'right' },
        { title: 'MEDIUM', value: (row) => row.bySeverity.medium || '', align: 'right' },
        { title: 'LOW', value: (row) => row.bySeverity.low || '', align: 'right' },
        { title: 'RESOURCE', value: (row) => row.resource.name },
        { title: 'ID', value: (row) => row.resource.id },
      ],
      summary.worst,
    );
    const more = failing - summary.worst.length;
    if (more > 0) yield colors.dim(`and ${more} more; --output csv or json has every finding\n`);
  }
  if (report.plan) yield* planLines(report, output);
}

/** What could not be read, for stderr; nothing when all was read. */
export function unreadLines({ unread }: Summary): string[] {
  const { documents, resources, groups, incomplete } = unread;
  if (documents + incomplete.length === 0) return [];
  return [
    `Not read: ${documents} documents of ${resources} resources. Rules that need them are unknown.`,
    ...groups.map(({ document, why, count, examples }) => {
      const names = examples.map(({ name }) => name).join(', ');
      return `  ${count} × ${document}: ${why} (${names}${count > examples.length ? ', …' : ''})`;
    }),
    ...incomplete.map(
      (scope) => `  ${scope}: Resource Graph listed other resources than it counts; some may be missing.`,
    ),
  ];
}

function painted({ colors }: Output, severity: Severity, shown: string): string {
  if (severity === 'critical' || severity === 'high') return colors.red(shown);
  return severity === 'medium' ? colors.yellow(shown) : colors.dim(shown);
}

function* planLines(report: Report, output: Output): Generator<string> {
  const totals = planTotals(report);
  yield `\nAutofix would send ${totals.requests} requests at once and ${totals.queued} after an approval, to ${totals.resources} resources.\n`;
  if (totals.rules.length === 0) return;
  yield '\n';
  yield tableOf(
    output,
    [
      { title: 'RESOURCES', value: (row) => row.resources, align: 'right' },
      { title: 'RULE', value: (row) => row.rule },
      { title: 'WHAT HAPPENS', value: (row) => PLAN_WORDS[row.action] ?? row.action },
    ],
    totals.rules,
  );
  yield `\nActions that it needs beside those for reading:\n${totals.actions.map((action) => `  ${action}\n`).join('')}`;
  if (totals.linkedActions.length > 0) {
    yield `On the resources that apps refer to:\n${totals.linkedActions.map((action) => `  ${action}\n`).join('')}`;
  }
  yield '\nRequests:\n';
  let shown = 0;
  for (const { resource, requests, queued } of plansOf(report)) {
    shown += 1;
    if (shown > MAX_PLANS) {
      yield output.colors.dim(`and those of ${totals.resources - MAX_PLANS} more resources; --output json has all\n`);
      return;
    }
    yield `${printable(resource.name)}\n`;
    for (const [when, list] of [
      ['', requests],
      ['after an approval: ', queued],
    ] as const) {
      for (const { method, path, body } of list) {
        const content = body === undefined ? '' : ` ${JSON.stringify(body)}`;
        yield `  ${when}${printable(`${method} ${path}${content}`)}\n`;
      }
    }
  }
}
