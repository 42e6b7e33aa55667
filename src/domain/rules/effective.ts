/**
 * The effective settings of many resources, and where two settings documents differ. Resources of a kind in the same scopes
 * of the settings share the result, so their number does not matter.
 */
import { createHash } from 'node:crypto';
import { normalizeId, type Resource } from '../resources/resource.ts';
import { type Policy, policyFor } from './policy.ts';
import type { AnyRule } from './rule.ts';
import { type EffectiveRule, type ParameterDefaults, rulesFor, type Settings } from './settings.ts';

/** What the settings say about a resource. */
export interface EffectiveSettings {
  readonly policy: Policy;
  /** The rules that are evaluated, by their ids. */
  readonly rules: ReadonlyMap<string, EffectiveRule>;
}

export interface RuleSet {
  readonly rules: readonly AnyRule[];
  readonly defaults: ParameterDefaults;
}

/** A function from a resource to its effective settings now. It returns the same object for the same scopes. */
export function effectiveSettings(
  settings: Settings,
  { rules, defaults }: RuleSet,
  now: Date,
): (resource: Resource) => EffectiveSettings {
  const byPath = scopesByPath(settings);
  const known = new Map<string, EffectiveSettings>();
  return (resource) => {
    const paths = pathsTo(resource).filter((path) => byPath.has(path));
    const key = JSON.stringify([resource.kind, ...paths]);
    const found = known.get(key);
    if (found) return found;
    const here = { ...settings, scopes: paths.flatMap((path) => byPath.get(path) ?? []) };
    const effective = {
      policy: policyFor(here, resource, now),
      rules: new Map(rulesFor(here, rules, resource, defaults).map((one) => [one.rule.id, one])),
    };
    known.set(key, effective);
    return effective;
  };
}

/** Evaluations of a rule with the same key had the same parameters; undefined when there are none. */
export function parametersKey(parameters: unknown): string | undefined {
  const text = JSON.stringify(parameters) ?? '{}';
  if (text === '{}') return undefined;
  return text.length <= MAX_KEY ? text : createHash('sha256').update(text).digest('hex').slice(0, MAX_KEY);
}

/** Whether both mean the same evaluation and the same tier; undefined: the rule is not evaluated. */
export function isSameRule(one: EffectiveRule | undefined, other: EffectiveRule | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.tier === other.tier && parametersKey(one.parameters) === parametersKey(other.parameters);
}

/** For which scopes and rules two settings may decide differently; null: for all. Without a scope they decide the same. */
export interface Reach {
  readonly scopes: readonly string[] | null;
  readonly rules: readonly string[] | null;
  /** The rules with settings of their own that differ. */
  readonly changedRules: readonly string[];
}

export function reachOf(before: Settings, after: Settings): Reach {
  const general = !isSame(generalPart(before), generalPart(after));
  const rules = new Set(differingRules([before], [after]));
  const everywhere = general || rules.size > 0;
  let everyRule = general;
  const [old, wanted] = [scopesByPath(before), scopesByPath(after)];
  const touched: string[] = [];
  for (const path of new Set([...old.keys(), ...wanted.keys()])) {
    const [one, other] = [old.get(path) ?? [], wanted.get(path) ?? []];
    const ids = differingRules(one, other);
    const restDiffers = !isSame(one.map(withoutRules), other.map(withoutRules));
    if (ids.length === 0 && !restDiffers) continue;
    touched.push(path);
    everyRule ||= restDiffers;
    for (const id of ids) rules.add(id);
  }
  const changedRules = [...rules].sort();
  return { scopes: everywhere ? null : outermost(touched), rules: everyRule ? null : changedRules, changedRules };
}

/** Those of these scopes, in lower case, that lie in no other one. */
export function outermost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`))).sort();
}

/** What concerns every resource, beside the rules. Who may approve and how long approvals wait decides about no violation. */
function generalPart({ mode, profile, stopped, limits, approvals, rollout, tagOptDown }: Settings) {
  const { fixesPerHour, flapCount, flapHours } = limits;
  const { fromSweep } = approvals;
  return { mode, profile, stopped, fixesPerHour, flapCount, flapHours, fromSweep, rollout, tagOptDown };
}

type Scope = Settings['scopes'][number];
type WithRules = Pick<Scope, 'rules'>;

/** Entries that differ only in letters or slashes of their scope, or in their approvers, decide the same. */
function withoutRules({ rules: _, scope: __, approvers: ___, ...others }: Scope) {
  return others;
}

function differingRules(before: readonly WithRules[], after: readonly WithRules[]): string[] {
  const ids = new Set([...before, ...after].flatMap(({ rules }) => Object.keys(rules ?? {})));
  const settingsOf = (entries: readonly WithRules[], id: string) => entries.map(({ rules }) => rules?.[id] ?? null);
  return [...ids].filter((id) => !isSame(settingsOf(before, id), settingsOf(after, id)));
}

function scopesByPath({ scopes }: Settings): Map<string, Scope[]> {
  const byPath = new Map<string, Scope[]>();
  for (const one of scopes) {
    const path = normalizeId(one.scope).toLowerCase();
    byPath.set(path, [...(byPath.get(path) ?? []), one]);
  }
  return byPath;
}

/** The resource and the scopes above it, the widest first. */
function pathsTo({ key }: Resource): string[] {
  const segments = key.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 2).join('/'));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Characters. */
const MAX_KEY = 32;
