/** The rows of the list of rules: each one with its numbers and what the settings say of it. */
import type { FindingGroup, Rule, Settings } from '../../api/types.ts';
import type { SortValue } from '../../state/fixed-list.ts';
import { isEnabled, layersOf, type Tier } from './rule-settings.ts';

export interface RuleRow {
  readonly rule: Rule;
  readonly failing: number;
  readonly passing: number;
  readonly unknown: number;
  readonly exempt: number;
  /** Everywhere; a scope may say otherwise. */
  readonly isEnabled: boolean;
  readonly tier: Tier;
  /** How many scopes have a setting of their own. */
  readonly scopes: number;
}

export function rowsOfRules(
  rules: readonly Rule[],
  groups: readonly FindingGroup[],
  settings: Settings | undefined,
): RuleRow[] {
  const byRule = new Map(groups.map((group) => [group.key, group]));
  return rules.map((rule) => {
    const { byVerdict, exempt = 0 } = byRule.get(rule.id) ?? {};
    return {
      rule,
      failing: byVerdict?.violation ?? 0,
      passing: byVerdict?.compliant ?? 0,
      unknown: byVerdict?.unknown ?? 0,
      exempt,
      isEnabled: settings ? isEnabled(settings, rule) : rule.profile === 'baseline',
      tier: settings?.rules[rule.id]?.tier ?? rule.tier,
      scopes: settings ? layersOf(settings, rule.id).length : 0,
    };
  });
}

/** The benchmarks of a rule, each once: `MCSB`, `CIS Azure Foundations`. Versions and variants in brackets are left out. */
export function benchmarksOf({ references }: Pick<Rule, 'references'>): string[] {
  return [...new Set(references.map(({ source }) => source.replace(/( \d+(\.\d+)*| \([^)]*\))+$/, '')))];
}

export interface RuleFilters {
  readonly q: string;
  readonly severity: readonly string[];
  readonly tier: readonly string[];
  readonly profile: readonly string[];
  readonly kind: readonly string[];
  readonly benchmark: readonly string[];
  readonly state: readonly string[];
}

/** Whether a row has one of the values of each filter that is set. */
export function isShown(row: RuleRow, filters: RuleFilters): boolean {
  const { rule } = row;
  const text = `${rule.id}\n${rule.title}\n${rule.references.map(({ id }) => id).join('\n')}`.toLowerCase();
  const has = (wanted: readonly string[], values: readonly string[]) =>
    wanted.length === 0 || values.some((value) => wanted.includes(value));
  return (
    text.includes(filters.q.trim().toLowerCase()) &&
    has(filters.severity, [rule.severity]) &&
    has(filters.tier, [row.tier]) &&
    has(filters.profile, [rule.profile]) &&
    has(filters.kind, [rule.kind]) &&
    has(filters.benchmark, benchmarksOf(rule)) &&
    has(filters.state, [row.isEnabled ? 'on' : 'off', ...(row.failing > 0 ? ['failing'] : [])])
  );
}

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];
const TIERS = ['safe', 'risky', 'advice'];

/** The orders of the list. */
export const RULE_SORTS: Readonly<Record<string, (row: RuleRow) => SortValue>> = {
  rule: ({ rule }) => rule.title,
  severity: ({ rule }) => -SEVERITIES.indexOf(rule.severity),
  tier: ({ tier }) => TIERS.indexOf(tier),
  failing: ({ failing }) => failing,
  passing: ({ passing }) => passing,
  exempt: ({ exempt }) => exempt,
};
