/**
 * The posture as one page for a meeting: styles inside, no script, no request. Its Content-Security-Policy allows nothing
 * but these styles. Every text is escaped.
 */
import { createHash } from 'node:crypto';
import { documentationOf } from '../../domain/rules/documentation.ts';
import { SEVERITIES, type Severity } from '../../domain/rules/rule.ts';
import { printable } from '../framework/printable.ts';
import { STYLES } from './html-styles.ts';
import { PLAN_WORDS, planTotals } from './plan.ts';
import { complianceOf, type Report, type RuleTotals, type Summary, scopeText, summarize } from './report.ts';

export function* htmlReport(report: Report): Generator<string> {
  const summary = summarize(report);
  const hash = createHash('sha256').update(STYLES).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Plumbline scan, ${escaped(report.endedAt.slice(0, 10))}</title>
<style>${STYLES}</style>
</head>
<body>
<header>
<h1>Plumbline scan</h1>
<p>${escaped(scopeText(report))}</p>
<p class="dim">${escaped(report.endedAt)} · profile ${escaped(report.profile)} · Plumbline ${escaped(report.version)}</p>
</header>
<main>
`;
  yield tiles(summary);
  yield severityBars(summary);
  yield* unreadSection(summary);
  yield* ruleSection(report, summary);
  yield* worstSection(summary);
  if (report.plan) yield* planSection(report);
  yield '</main>\n</body>\n</html>\n';
}

function tiles(summary: Summary): string {
  const { resources, failing, byVerdict } = summary;
  const compliance = complianceOf(summary);
  const all = [
    [String(resources), 'resources'],
    [String(failing), 'with violations'],
    [compliance === null ? 'none' : `${compliance} %`, 'of verdicts pass'],
    [String(byVerdict.violation), 'fail'],
    [String(byVerdict.unknown), 'unknown'],
  ];
  const items = all.map(([value, name]) => `<li><b>${value}</b> ${name}</li>`).join('');
  return `<ul class="tiles">${items}</ul>\n`;
}

function severityBars({ bySeverity }: Summary): string {
  const most = Math.max(1, ...Object.values(bySeverity));
  const rows = SEVERITIES.map((severity) => {
    const width = Math.round((bySeverity[severity] / most) * 1000) / 10;
    return `<tr><th scope="row">${badge(severity)}</th><td class="number">${bySeverity[severity]}</td><td class="wide"><svg class="bar ${severity}" height="10" width="100%" aria-hidden="true"><rect width="${width}%" height="10"></rect></svg></td></tr>`;
  });
  return `<section aria-labelledby="severities"><h2 id="severities">Violations by severity</h2>
<table><thead><tr><th scope="col">Severity</th><th scope="col" class="number">Violations</th><th scope="col">Share</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></section>\n`;
}

function* unreadSection({ unread }: Summary): Generator<string> {
  const { documents, resources, groups, incomplete } = unread;
  if (documents + incomplete.length === 0) return;
  yield `<section aria-labelledby="unread" class="notice"><h2 id="unread">Not read</h2>\n<p>${documents} documents of ${resources} resources could not be read. Rules that need them are unknown.</p><ul>`;
  for (const { document, why, count, examples } of groups) {
    const names = examples.map(({ id }) => `<code>${escaped(id)}</code>`).join(', ');
    yield `<li><b>${escaped(document)}</b>, ${count}: ${escaped(why)}<br>${names}${count > examples.length ? ', …' : ''}</li>\n`;
  }
  for (const scope of incomplete) {
    yield `<li><code>${escaped(scope)}</code>: Resource Graph listed other resources than it counts; some may be missing.</li>`;
  }
  yield '</ul></section>\n';
}

function* ruleSection(report: Report, { rules, resources }: Summary): Generator<string> {
  yield '<section aria-labelledby="rules"><h2 id="rules">Rules</h2>\n';
  const failed = rules.filter(({ violations }) => violations > 0);
  if (failed.length === 0) yield '<p>No rule is violated.</p>';
  for (const totals of failed) yield ruleDetails(report, totals, resources);
  const unknown = rules.filter((one) => one.unknown > 0);
  if (unknown.length > 0) {
    const items = unknown.map((one) => `<li><code>${escaped(one.rule)}</code> ${one.unknown}</li>`).join('\n');
    yield `<h3>Unknown verdicts</h3><ul>${items}</ul>`;
  }
  yield '</section>\n';
}

function ruleDetails(report: Report, totals: RuleTotals, resources: number): string {
  const rule = report.rules.find(({ id }) => id === totals.rule);
  const examples = totals.examples.map(({ id }) => `<li><code>${escaped(id)}</code></li>`).join('\n');
  const more = totals.violations - totals.examples.length;
  return `<details><summary>${badge(totals.severity)} <b>${escaped(totals.title)}</b> <span class="count">${totals.violations} of ${resources}</span></summary>
<p>${escaped(rule?.why ?? '')}</p>
<p>${rule?.fix ? `Fix: ${escaped(rule.fix)} ` : ''}${rule?.fix ? `Risk: ${escaped(rule.risk)} ` : ''}</p>
<p class="dim"><code>${escaped(totals.rule)}</code> · ${rule ? escaped(documentationOf(rule)) : ''}</p>
<ul>${examples}</ul>${more > 0 ? `<p class="dim">and ${more} more; the outputs csv and json have every finding</p>` : ''}
</details>\n`;
}

function* worstSection({ worst }: Summary): Generator<string> {
  if (worst.length === 0) return;
  const heads = SEVERITIES.map((severity) => `<th scope="col" class="number">${severity}</th>`).join('');
  yield `<section aria-labelledby="worst"><h2 id="worst">Resources with the most severe violations</h2>\n<div class="scroll" tabindex="0" role="group" aria-labelledby="worst"><table><thead><tr><th scope="col">Resource</th>${heads}</tr></thead><tbody>`;
  for (const { resource, bySeverity } of worst) {
    const counts = SEVERITIES.map((severity) => `<td class="number">${bySeverity[severity] || ''}</td>`).join('');
    yield `<tr><th scope="row"><b>${escaped(resource.name)}</b><br><code>${escaped(resource.id)}</code></th>${counts}</tr>\n`;
  }
  yield '</tbody></table></div></section>\n';
}

function* planSection(report: Report): Generator<string> {
  const totals = planTotals(report);
  yield `<section aria-labelledby="plan"><h2 id="plan">What autofix would write</h2>\n<p>${totals.requests} requests at once and ${totals.queued} after an approval, to ${totals.resources} resources.</p>`;
  if (totals.rules.length > 0) {
    const rows = totals.rules.map(
      ({ rule, resources, action }) =>
        `<tr><th scope="row"><code>${escaped(rule)}</code></th><td class="number">${resources}</td><td>${escaped(PLAN_WORDS[action] ?? action)}</td></tr>`,
    );
    yield `<table><thead><tr><th scope="col">Rule</th><th scope="col" class="number">Resources</th><th scope="col">What happens</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
    yield list('Actions that it needs beside those for reading', totals.actions);
    if (totals.linkedActions.length > 0) yield list('On the resources that apps refer to', totals.linkedActions);
  }
  yield '</section>\n';
}

function list(title: string, names: readonly string[]): string {
  return `<h3>${title}</h3><ul>${names.map((name) => `<li><code>${escaped(name)}</code></li>`).join('')}</ul>`;
}

function badge(severity: Severity): string {
  return `<span class="badge ${severity}">${severity}</span>`;
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
