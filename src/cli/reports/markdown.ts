/** The posture as Markdown, for a ticket or a pull request. Text of others is escaped, so it forms no table, link or tag. */
import { printable } from '../framework/printable.ts';
import { PLAN_WORDS, plansOf, planTotals } from './plan.ts';
import { complianceOf, type Report, type Summary, scopeText, summarize } from './report.ts';

/** Requests that are shown in full; the output json has all. */
const MAX_PLANS = 50;

export function* markdownReport(report: Report): Generator<string> {
  const summary = summarize(report);
  const { resources, failing, byVerdict } = summary;
  const compliance = complianceOf(summary);
  yield `# Plumbline scan\n\n${text(scopeText(report))}, ${report.endedAt}, profile ${report.profile}.\n\n`;
  yield table(
    ['resources', 'with violations', 'fail', 'pass', 'unknown', 'compliance'],
    [
      [
        resources,
        failing,
        byVerdict.violation,
        byVerdict.compliant,
        byVerdict.unknown,
        compliance === null ? 'none judged' : `${compliance} %`,
      ],
    ],
  );
  yield* unreadSection(summary);
  yield '\n## Rules\n\n';
  if (summary.rules.length === 0) yield 'No rule is violated.\n';
  else {
    yield table(
      ['severity', 'rule', 'title', 'resources', 'unknown'],
      summary.rules.map((one) => [one.severity, code(one.rule), text(one.title), one.violations, one.unknown]),
    );
  }
  if (summary.worst.length > 0) {
    yield '\n## Resources with the most severe violations\n\n';
    yield table(
      ['resource', 'critical', 'high', 'medium', 'low', 'info'],
      summary.worst.map(({ resource, bySeverity: by }) => [
        code(resource.id),
        by.critical,
        by.high,
        by.medium,
        by.low,
        by.info,
      ]),
    );
  }
  if (report.plan) yield* planSection(report);
}

function* unreadSection({ unread }: Summary): Generator<string> {
  const { documents, resources, groups, incomplete } = unread;
  if (documents + incomplete.length === 0) return;
  yield `\n## Not read\n\n${documents} documents of ${resources} resources could not be read. Rules that need them are unknown.\n\n`;
  for (const { document, why, count, examples } of groups) {
    const names = examples.map(({ id }) => code(id)).join(', ');
    yield `- ${text(document)}: ${text(why)} (${count}; ${names}${count > examples.length ? ', …' : ''})\n`;
  }
  for (const scope of incomplete) yield `- ${code(scope)}: Resource Graph listed other resources than it counts.\n`;
}

function* planSection(report: Report): Generator<string> {
  const totals = planTotals(report);
  yield `\n## What autofix would write\n\n${totals.requests} requests at once and ${totals.queued} after an approval, to ${totals.resources} resources.\n\n`;
  if (totals.rules.length === 0) return;
  yield table(
    ['rule', 'resources', 'what happens'],
    totals.rules.map(({ rule, resources, action }) => [code(rule), resources, PLAN_WORDS[action] ?? action]),
  );
  yield `\nIt needs these actions in addition to those for reading:\n\n${totals.actions.map((action) => `- ${code(action)}\n`).join('')}`;
  if (totals.linkedActions.length > 0) {
    yield `\nAnd on the resources that apps refer to:\n\n${totals.linkedActions.map((action) => `- ${code(action)}\n`).join('')}`;
  }
  let shown = 0;
  for (const { resource, requests, queued } of plansOf(report)) {
    shown += 1;
    if (shown > MAX_PLANS) {
      yield `\n${totals.resources - MAX_PLANS} more resources are in the output json.\n`;
      return;
    }
    yield `\n### ${text(resource.id)}\n\n`;
    for (const [when, list] of [
      ['', requests],
      [' after an approval', queued],
    ] as const) {
      for (const { method, path, body } of list) {
        yield `${method} ${code(path)}${when}\n\n`;
        if (body !== undefined) yield `${fenced(JSON.stringify(body, null, 2))}\n`;
      }
    }
  }
}

function table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Text in which every mark of Markdown stands for itself. */
function text(given: string): string {
  return printable(given).replace(/[\\`*_{}[\]<>#+!|~&]/g, '\\$&');
}

/** A name as code. A backtick cannot be escaped in code, and a bar would end the cell. */
function code(given: string): string {
  return `\`${printable(given).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** A block that its content cannot end. */
function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([marks]) => marks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}json\n${content}\n${fence}\n`;
}
