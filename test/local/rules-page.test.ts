/** docs/rules.md says all that the rules say, and covers the guides: every recommendation has rules, or a reason. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { uncovered } from '../../local/benchmark-tables.ts';
import { impactOfFix } from '../../local/fix-impact.ts';
import { rulesPage } from '../../local/generated-rules.ts';
import { CIS_APP_SERVICE } from '../../local/guides/cis-app-service.ts';
import { GUIDES, rulesOf } from '../../local/guides/guides.ts';
import { ruleSection } from '../../local/rule-section.ts';
import { documentOf } from '../../src/domain/documents.ts';
import { rules } from '../../src/rules/index.ts';

const page = rulesPage(rules);
const each = rules.map((rule) => [rule.id, rule] as const);
const named = [...new Set(GUIDES.flatMap(rulesOf))].sort();

describe('the guides', () => {
  it('name the 92 rules of the catalogue, and every one of them exists', () => {
    expect(named.length).toBe(92);
    expect(named.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
  });

  it('have rules or a reason for everything that they recommend, and each is in the table of what is covered', () => {
    for (const { recommendations } of GUIDES) {
      for (const { asks, rules: ids, note } of recommendations) {
        expect(ids.length > 0 || note !== undefined, asks).toBe(true);
        const cell = page.split('\n').find((line) => line.startsWith(`| ${asks} | `));
        expect(cell, asks).toBeDefined();
        for (const id of ids) expect(page).toContain(`[${id}](#${id})`);
      }
    }
  });

  it.each(CIS_APP_SERVICE)('section $section of CIS Foundations $version has rules or a reason', (section) => {
    expect(uncovered(section, rules)).toEqual(Object.keys(section.notCovered));
  });
});

describe('docs/rules.md', () => {
  it('has each rule once in full, whether a guide asks for it or not', () => {
    const sections = (text: string) => [...text.matchAll(/^### ([a-z][a-z0-9-]+)$/gm)].map(([, id]) => id);
    expect(sections(page).sort()).toEqual(rules.map(({ id }) => id).sort());
    const [first] = rules;
    if (!first) throw new Error('there are rules');
    const more = rulesPage([...rules, { ...first, id: 'webapp-of-our-own' }]);
    expect(sections(more.slice(more.indexOf('\n## Beyond the guides\n')))).toContain('webapp-of-our-own');
    expect(page).not.toContain('## Beyond the guides');
  });

  it('leads nowhere in vain', () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 _-]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !anchors.includes(String(anchor)))).toEqual([]);
  });

  it('has the controls of each benchmark, and definitions of Azure Policy lead to the portal', () => {
    expect(page).toMatch(/^### MCSB$[\s\S]*^\| DP-3 \| .*\[webapp-min-tls\]\(#webapp-min-tls\)/m);
    expect(page).toMatch(/^### CIS Foundations 3.0$[\s\S]*^\| 9.4 \| \[webapp-min-tls\]\(#webapp-min-tls\) \|$/m);
    const definition = 'ae44c1d1-0df2-4ca9-98fa-a3d3ae5b409d';
    const place = encodeURIComponent(`/providers/Microsoft.Authorization/policyDefinitions/${definition}`);
    expect(page).toContain(`| [${definition}](https://portal.azure.com/#blade/Microsoft_Azure_Policy`);
    expect(page).toContain(`${place}) (fix) | [webapp-min-tls](#webapp-min-tls) |`);
  });

  it.each(each)('%s says what the rule says', (_, rule) => {
    const section = ruleSection(rule).replaceAll('&lt;', '<');
    const { bicep, terraform } = rule.source([]);
    const said = [rule.title, rule.why, rule.risk, bicep, terraform, ...(rule.fix ? [rule.fix] : [])];
    for (const text of [...said, ...(rule.differs ? [rule.differs] : [])]) expect(section).toContain(text);
    expect(section).toContain(`Severity ${rule.severity}, tier ${rule.tier}, profile ${rule.profile}.`);
    for (const { source, id } of rule.references)
      expect(section).toMatch(new RegExp(`${literal(source)} .*${literal(id)}`));
    for (const name of rule.documents) expect(section).toContain(`\`${name}\``);
    const late = rule.documents.some((name) => documentOf(rule.kind, name)?.when === 'sweep');
    expect(section.includes('judged by the sweep only')).toBe(late);
    const parameters = rule.parameters instanceof z.ZodObject ? Object.keys(rule.parameters.shape) : [];
    // What it is, what it is when nothing is set, and what it is for.
    for (const name of parameters)
      expect(section).toMatch(new RegExp(`^  - \`${name}\` \\(.+ unless set\\)\\. [A-Z].+\\.$`, 'm'));
    expect(section.includes('**Undo**')).toBe(rule.writes.length > 0);
    if (rule.writes.length > 0) expect(section.includes('`not-reversible`')).toBe(!rule.reversible);
  });
});

describe('the impact of a fix is told as bad as it may be, and no worse', () => {
  // The tester of the rules holds the first half for every case of every rule.
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
