/** The list of rules: rows, filters and orders. */
import { expect, test } from 'vitest';
import { ruleView } from '../../../../src/api/endpoints/rules.ts';
import type { FindingGroup, Settings } from '../../../../src/console/api/types.ts';
import { sorted } from '../../../../src/console/state/fixed-list.ts';
import {
  benchmarksOf,
  isShown,
  RULE_SORTS,
  type RuleFilters,
  rowsOfRules,
} from '../../../../src/console/views/rules/rule-rows.ts';
import { settingsSchema } from '../../../../src/domain/rules/settings.ts';
import { rules } from '../../../../src/rules/index.ts';

const SCOPE = '/subscriptions/00000000-0000-4000-8000-000000000001';
const views = rules.map(ruleView);
const groups: readonly FindingGroup[] = [
  {
    key: 'webapp-min-tls',
    count: 7,
    byVerdict: { violation: 3, compliant: 2, unknown: 1, 'not-applicable': 1 },
    bySeverity: {},
    exempt: 1,
  },
];
const settings: Settings = {
  ...settingsSchema.parse({
    rules: { 'webapp-min-tls': { tier: 'risky' } },
    scopes: [{ scope: SCOPE, rules: { 'webapp-min-tls': { enabled: false } } }],
  }),
  stopped: null,
};
const rows = rowsOfRules(views, groups, settings);
const none: RuleFilters = { q: '', severity: [], tier: [], profile: [], kind: [], benchmark: [], state: [] };

test('a row has the numbers of its findings, and what the settings say', () => {
  const { rule, ...row } = rows.find((one) => one.rule.id === 'webapp-min-tls') ?? {};
  expect(rule?.tier).toBe('safe');
  expect(row).toEqual({ failing: 3, passing: 2, unknown: 1, exempt: 1, isEnabled: true, tier: 'risky', scopes: 1 });
});

test('a rule without findings has zeros', () => {
  expect(rowsOfRules(views.slice(0, 1), [], undefined)[0]).toMatchObject({
    failing: 0,
    passing: 0,
    exempt: 0,
    scopes: 0,
  });
});

test('benchmarks are named once, without their versions', () => {
  const references = [
    'Azure Policy (fix, slots)',
    'Azure Policy',
    'CIS Azure Foundations 2.0',
    'CIS Azure Foundations 3.0.1',
    'MCSB',
  ].map((source) => ({ source, id: '1' }));
  expect(benchmarksOf({ references })).toEqual(['Azure Policy', 'CIS Azure Foundations', 'MCSB']);
});

test('filters', () => {
  const shown = (filters: Partial<RuleFilters>) =>
    rows.filter((row) => isShown(row, { ...none, ...filters })).map(({ rule }) => rule.id);
  expect(shown({})).toHaveLength(rules.length);
  expect(shown({ state: ['failing'] })).toEqual(['webapp-min-tls']);
  expect(shown({ q: ' MIN-TLS ', kind: ['web-app'] })).toContain('webapp-min-tls');
  expect(shown({ tier: ['risky'] })).toContain('webapp-min-tls');
  expect(shown({ q: 'min-tls', tier: ['safe'] })).not.toContain('webapp-min-tls');
  const off = shown({ state: ['off'] });
  expect(off.length).toBeGreaterThan(0);
  expect(views.filter(({ id }) => off.includes(id)).every(({ profile }) => profile === 'strict')).toBe(true);
});

test('orders', () => {
  expect(sorted(rows, '-failing', RULE_SORTS)[0]?.rule.id).toBe('webapp-min-tls');
  const severities = sorted(rows, '-severity', RULE_SORTS).map(({ rule }) => rule.severity);
  expect(severities[0]).toBe(['critical', 'high'].find((one) => severities.includes(one as 'high')));
  const titles = sorted(rows, 'rule', RULE_SORTS).map(({ rule }) => rule.title.toLowerCase());
  expect(titles.at(0)).toBe(titles.toSorted((a, b) => a.localeCompare(b, 'en'))[0]);
  expect(sorted(rows, 'nothing', RULE_SORTS)).toEqual(rows);
});
