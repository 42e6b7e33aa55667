/** docs/rules/ has all that the rules declare, and covers the guides: every recommendation has rules, or a reason. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { documentOf } from '../../../src/domain/resources/documents.ts';
import { documentationOf } from '../../../src/domain/rules/documentation.ts';
import { rules } from '../../../src/rules/index.ts';
import { uncovered } from '../../../tools/generate/benchmark-tables.ts';
import { impactOfFix } from '../../../tools/generate/fix-impact.ts';
import { CIS_APP_SERVICE } from '../../../tools/generate/guides/cis-app-service.ts';
import { GUIDES, rulesOf } from '../../../tools/generate/guides/guides.ts';
import { ruleSection } from '../../../tools/generate/rule-section.ts';
import { rulePages } from '../../../tools/generate/rules-page.ts';
import { ROOT } from '../../docs/pages.ts';

const pages = rulePages(rules);
const guides = pages['docs/rules/guides.md'] ?? '';
const benchmarks = pages['docs/rules/benchmarks.md'] ?? '';
const each = rules.map((rule) => [rule.id, rule] as const);
const named = [...new Set(GUIDES.flatMap(rulesOf))].sort();

describe('the guides', () => {
  it('name the 92 rules, and every one of them exists', () => {
    expect(named.length).toBe(92);
    expect(named.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
  });

  it('have rules or a reason for every recommendation, each in the table of coverage', () => {
    for (const { title, recommendations } of GUIDES) {
      const [section = ''] = (guides.split(`\n## ${title}\n`)[1] ?? '').split('\n## ');
      for (const { asks, rules: ids, note } of recommendations) {
        expect(ids.length > 0 || note !== undefined, asks).toBe(true);
        const cell = section.split('\n').find((line) => line.startsWith(`| ${asks} | `));
        expect(cell, asks).toBeDefined();
        for (const id of ids) expect(cell).toMatch(new RegExp(`\\[${id}\\]\\([a-z-]+\\.md#${id}\\)`));
      }
    }
  });

  it.each(CIS_APP_SERVICE)('section $section of CIS Foundations $version has rules or a reason', (section) => {
    expect(uncovered(section, rules)).toEqual(Object.keys(section.notCovered));
  });
});

describe('docs/rules/', () => {
  const sections = (text: string) => [...text.matchAll(/^## ([a-z][a-z0-9-]+)$/gm)].map(([, id]) => id);

  it('has each rule once in full, on the page of its kind, with or without a guide', () => {
    expect(Object.values(pages).flatMap(sections).sort()).toEqual(rules.map(({ id }) => id).sort());
    const [first] = rules;
    if (!first) throw new Error('there are rules');
    const more = rulePages([...rules, { ...first, id: 'webapp-of-our-own' }]);
    expect(sections(more[`docs/rules/${first.kind}.md`] ?? '')).toContain('webapp-of-our-own');
    expect(more['docs/rules/guides.md']?.split('\n## Beyond the guides\n')[1]).toContain('[webapp-of-our-own](');
    expect(guides).not.toContain('## Beyond the guides');
  });

  it('has a table with each rule once, and with the impact of its fix', () => {
    const table = (pages['docs/rules/README.md'] ?? '').split('\n').filter((line) => line.startsWith('| ['));
    expect(table).toHaveLength(rules.length);
    for (const { id, kind, severity, tier, profile } of rules) {
      const link = `| [${id}](${kind}.md#${id}) | `;
      expect(
        table.filter(
          (row) => row.startsWith(link) && row.includes(` | ${kind} | ${severity} | ${tier} | ${profile} | `),
        ),
      ).toHaveLength(1);
    }
    expect(table.find((row) => row.includes('[webapp-https-only]'))).toMatch(/ \| restart \| yes \|$/);
    expect(table.find((row) => row.includes('[webapp-health-check]'))).toMatch(/ \| – \| – \|$/);
  });

  it('has no broken link', () => {
    const anchors = Object.entries(pages).flatMap(([file, text]) =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => {
        const anchor = title.toLowerCase().replace(/[^a-z0-9 _-]/g, '');
        return `${path.posix.basename(file)}#${anchor.replaceAll(' ', '-')}`;
      }),
    );
    const links = Object.values(pages).flatMap((text) => [...text.matchAll(/\]\(([a-z-]+\.md#[^)]+)\)/g)]);
    expect(links.length).toBeGreaterThan(rules.length);
    expect(links.map(([, link]) => link).filter((link) => !anchors.includes(String(link)))).toEqual([]);
  });

  it.each(each)('%s: its documentation links to an existing section', (id, rule) => {
    const [file = '', anchor] = documentationOf(rule).split('#');
    expect(anchor).toBe(id);
    expect(readFileSync(path.join(ROOT, file), 'utf8')).toContain(`\n## ${id}\n`);
  });

  it('has the controls of each benchmark, and links definitions of Azure Policy to the portal', () => {
    const link = '[webapp-min-tls](web-app.md#webapp-min-tls)';
    expect(benchmarks).toMatch(new RegExp(`^## MCSB$[\\s\\S]*^\\| DP-3 \\| .*${literal(link)}`, 'm'));
    expect(benchmarks).toMatch(new RegExp(`^## CIS Foundations 3.0$[\\s\\S]*^\\| 9.4 \\| ${literal(link)} \\|$`, 'm'));
    const definition = 'ae44c1d1-0df2-4ca9-98fa-a3d3ae5b409d';
    const place = encodeURIComponent(`/providers/Microsoft.Authorization/policyDefinitions/${definition}`);
    expect(benchmarks).toContain(`| [${definition}](https://portal.azure.com/#blade/Microsoft_Azure_Policy`);
    expect(benchmarks).toContain(`${place}) (fix) | ${link} |`);
  });

  it.each(each)('%s has the same text as the rule', (_, rule) => {
    const section = ruleSection(rule).replaceAll('&lt;', '<');
    const { bicep, terraform } = rule.source([]);
    const said = [rule.title, rule.why, rule.risk, bicep, terraform, ...(rule.fix ? [rule.fix] : [])];
    for (const text of [...said, ...(rule.differs ? [rule.differs] : [])]) expect(section).toContain(text);
    expect(section).toContain(`Severity ${rule.severity}, tier ${rule.tier}, profile ${rule.profile}.`);
    for (const { source, id } of rule.references)
      expect(section).toMatch(new RegExp(`${literal(source)} .*${literal(id)}`));
    for (const name of rule.documents) expect(section).toContain(`\`${name}\``);
    const late = rule.documents.some((name) => documentOf(rule.kind, name)?.readOn === 'sweep');
    expect(section.includes('evaluated by the sweep only')).toBe(late);
    const parameters = rule.parameters instanceof z.ZodObject ? Object.keys(rule.parameters.shape) : [];
    // Its form, its default and its description.
    for (const name of parameters)
      expect(section).toMatch(new RegExp(`^  - \`${name}\` \\(.+ unless set\\)\\. [A-Z].+\\.$`, 'm'));
    expect(section.includes('**Rollback**')).toBe(rule.writes.length > 0);
    if (rule.writes.length > 0) expect(section.includes('`not-reversible`')).toBe(!rule.reversible);
  });
});

describe('the documented impact of a fix is the worst possible one, and no worse', () => {
  // The rule tester checks the first half for every case of every rule.
  it.each([
    ['webapp-https-only', 'restart'],
    ['webapp-min-tls', 'restart'],
    ['webapp-cors-wildcard', 'traffic'],
    ['webapp-public-network', 'traffic'],
    ['webapp-token-store', 'restart'],
    ['webapp-ftp-basic-auth', 'none'],
    ['webapp-required-tags', 'none'],
    ['webapp-diagnostics', 'restart'],
    ['containerapp-insecure-ingress', 'traffic'],
    ['containerapp-managed-identity', 'restart'],
    ['environment-diagnostics', 'cost'],
    ['webapp-health-check', null],
  ])('%s: %s', (id, impact) => {
    expect(rules.filter((rule) => rule.id === id).map(impactOfFix)).toEqual([impact]);
  });
});

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
