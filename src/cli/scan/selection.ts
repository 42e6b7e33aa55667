/** What a scan is about: where it looks, and by which rules. It is in the resume file, so it has a schema. */
import * as z from 'zod';
import { isScope, normalizeId, parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import type { Infer } from '../../domain/resources/schema.ts';
import { benchmarksOf, rulesMatching } from '../../domain/rules/benchmark.ts';
import { type AnyRule, PROFILES } from '../../domain/rules/rule.ts';
import {
  defaultRules,
  type EffectiveRule,
  type ParameterDefaults,
  parseSettings,
  rulesFor,
  type Settings,
} from '../../domain/rules/settings.ts';
import { invalidInput } from '../framework/failure.ts';

/** Where to look. Without any of these: in all subscriptions that the sign-in sees. */
export interface PlaceOptions {
  readonly subscription: readonly string[];
  readonly resourceGroup: readonly string[];
  readonly resource: readonly string[];
}

export const selection = z.strictObject({
  /** Subscriptions and resource groups by their ARM ids; empty with `resources`: all subscriptions. */
  scopes: z.array(z.string()),
  /** Single resources by their ARM ids. */
  resources: z.array(z.string()),
  /** The document of the settings; null: every rule of the profile with default parameters. */
  settings: z.unknown(),
  profile: z.enum(PROFILES).nullable(),
  /** Ids of rules; null: all. */
  rules: z.array(z.string()).nullable(),
  plan: z.boolean(),
});
export type Selection = Infer<typeof selection>;

/** The scopes and resources that were named. Throws CommandFailure for what is none. */
export function placesOf({
  subscription,
  resourceGroup,
  resource,
}: PlaceOptions): Pick<Selection, 'scopes' | 'resources'> {
  const subscriptions = subscription.map(subscriptionScope);
  const groups = resourceGroup.map((given) => groupScope(given, subscriptions));
  const resources = resource.map((given) => {
    const found = parseResourceId(given);
    if (!found) throw invalidInput(`--resource ${given} is not the ARM id of a resource that Plumbline knows`);
    return found.id;
  });
  return { scopes: groups.length > 0 ? groups : resources.length > 0 ? [] : subscriptions, resources };
}

function subscriptionScope(given: string): string {
  const id = given.replace(/^\/subscriptions\//i, '').replace(/\/$/, '');
  if (!z.guid().safeParse(id).success) {
    throw invalidInput(`--subscription ${given} is not the id of a subscription; az account list shows the ids`);
  }
  return `/subscriptions/${id.toLowerCase()}`;
}

function groupScope(given: string, subscriptions: readonly string[]): string {
  const [subscription, second] = subscriptions;
  const isId = given.startsWith('/');
  if (!isId && (subscription === undefined || second !== undefined)) {
    throw invalidInput(`--resource-group ${given} needs exactly one --subscription, or the ARM id of the group`);
  }
  const scope = normalizeId(isId ? given : `${subscription}/resourceGroups/${given}`);
  if (!isScope(scope) || !/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(scope)) {
    throw invalidInput(`--resource-group ${given} is not a resource group`);
  }
  return scope;
}

/** The ids of the rules that both filters leave; null without a filter. Throws CommandFailure for unknown ones. */
export function ruleFilter(
  { rule, benchmark }: { readonly rule: readonly string[]; readonly benchmark: readonly string[] },
  known: readonly AnyRule[],
): string[] | null {
  const unknown = rule.find((id) => !known.some((one) => one.id === id));
  if (unknown !== undefined) throw invalidInput(`--rule ${unknown} is no rule; docs/rules/README.md lists them`);
  const matching = benchmark.map((query) => {
    const ids = rulesMatching(query, known);
    if (ids.length > 0) return ids;
    throw invalidInput(`--benchmark ${query} is in no rule; there are ${benchmarksOf(known).join(', ')}`);
  });
  if (rule.length === 0 && matching.length === 0) return null;
  const inBenchmarks = new Set(matching.flat());
  return known
    .map(({ id }) => id)
    .filter((id) => rule.length === 0 || rule.includes(id))
    .filter((id) => matching.length === 0 || inBenchmarks.has(id));
}

export interface RuleChoice {
  /** The settings with the profile that was asked for. */
  readonly settings: Settings;
  rulesOf(resource: Resource): readonly EffectiveRule[];
}

/** The rules for each resource. A profile that was asked for takes the place of those of the settings. */
export function chooseRules(
  { settings, profile, rules }: Pick<Selection, 'settings' | 'profile' | 'rules'>,
  known: readonly AnyRule[],
  defaults: ParameterDefaults,
): RuleChoice {
  const stated = profile === null ? {} : { profile };
  const parsed = parseSettings(settings ?? {}, known);
  if ('problems' in parsed) {
    const problems = parsed.problems.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
    throw invalidInput(`the settings are not valid: ${problems.join('; ')}`);
  }
  const scopes = parsed.settings.scopes.map((scope) => (profile === null ? scope : withoutProfile(scope)));
  const chosen = { ...parsed.settings, ...stated, scopes };
  const wanted = rules === null ? null : new Set(rules);
  return {
    settings: chosen,
    rulesOf: (resource) => {
      // A rule that was named is evaluated, whatever the profile is; what the settings say of it applies.
      const all = rulesFor(chosen, known, resource, defaults);
      if (wanted === null) return all;
      const own = new Map(all.map((one) => [one.rule.id, one]));
      return defaultRules(known, resource, defaults)
        .filter(({ rule }) => wanted.has(rule.id))
        .map((one) => own.get(one.rule.id) ?? one);
    },
  };
}

type Scope = Settings['scopes'][number];

function withoutProfile({ profile: _, ...scope }: Scope): Scope {
  return scope;
}
