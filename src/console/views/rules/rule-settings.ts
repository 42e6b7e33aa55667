/** What the settings say of one rule: everywhere, or in a scope. */
import type { Rule, Settings } from '../../api/types.ts';
import type { Draft, DraftProblem } from '../../ui/schema-form/draft.ts';
import { draftOf, readDraft } from '../../ui/schema-form/draft.ts';
import { isJson, type Json, type Member } from '../../ui/schema-form/field.ts';

export type Tier = Rule['tier'];
export type RuleSetting = NonNullable<Settings['rules'][string]>;

/** null is everywhere; else the id of a scope of the settings. */
export type Layer = string | null;

/** What a layer says of a rule; empty when it says nothing. */
export function settingIn(settings: Settings, layer: Layer, rule: string): RuleSetting {
  return rulesIn(settings, layer)?.[rule] ?? {};
}

/** The settings with another setting of a rule in a layer. An empty one is removed; a scope that is not there is added. */
export function withSetting(settings: Settings, layer: Layer, rule: string, setting: RuleSetting): Settings {
  const change = (rules: Settings['rules'] = {}): Settings['rules'] => {
    const { [rule]: _, ...others } = rules;
    return isEmpty(setting) ? others : { ...others, [rule]: setting };
  };
  if (layer === null) return { ...settings, rules: change(settings.rules) };
  const isLayer = ({ scope }: { scope: string }) => isSame(scope, layer);
  if (!settings.scopes.some(isLayer)) {
    return { ...settings, scopes: [...settings.scopes, { scope: layer, rules: change() }] };
  }
  return {
    ...settings,
    scopes: settings.scopes.map((at) => (isLayer(at) ? { ...at, rules: change(at.rules) } : at)),
  };
}

/** The scopes that say something of a rule. */
export function layersOf(settings: Settings, rule: string): readonly string[] {
  return settings.scopes.flatMap(({ scope, rules }) => (rules?.[rule] === undefined ? [] : [scope]));
}

/** Whether a rule is evaluated where no scope says otherwise. */
export function isEnabled(settings: Settings, { id, profile }: Pick<Rule, 'id' | 'profile'>): boolean {
  return settings.rules[id]?.enabled ?? (profile === 'baseline' || settings.profile === 'strict');
}

/** What a rule has where the layer says nothing: the defaults of the rule, and what is stored for everything. */
export function valuesAbove(settings: Settings, layer: Layer, rule: Rule): Readonly<Record<string, Json>> {
  const stored = layer === null ? {} : (settings.rules[rule.id]?.parameters ?? {});
  return jsonMembers({ ...rule.defaults, ...stored });
}

/** The form of a rule in a layer. Three states each: as above, or one of two or three values. */
export interface RuleDraft {
  readonly enabled: 'inherit' | 'on' | 'off';
  readonly tier: 'inherit' | Tier;
  /** By name; a parameter that is not there is as above. */
  readonly parameters: Readonly<Record<string, Draft>>;
}

export function draftOfSetting(setting: RuleSetting, members: readonly Member[]): RuleDraft {
  const { enabled, tier, parameters = {} } = setting;
  const given = members.flatMap(({ name, field }) => {
    const value: unknown = parameters[name];
    return value !== undefined && isJson(value) ? [[name, draftOf(field, value)] as const] : [];
  });
  return {
    enabled: enabled === undefined ? 'inherit' : enabled ? 'on' : 'off',
    tier: tier ?? 'inherit',
    parameters: Object.fromEntries(given),
  };
}

/** The setting of a draft, or what is wrong: the pointers begin with the name of the parameter. */
export function readRuleDraft(
  { enabled, tier, parameters }: RuleDraft,
  members: readonly Member[],
): { readonly setting: RuleSetting } | { readonly problems: readonly DraftProblem[] } {
  const problems: DraftProblem[] = [];
  const values: Record<string, Json> = {};
  for (const { name, field } of members) {
    const draft = parameters[name];
    if (draft === undefined) continue;
    const read = readDraft(field, draft);
    if ('value' in read) values[name] = read.value;
    else problems.push(...read.problems.map((one) => ({ ...one, pointer: `/${name}${one.pointer}` })));
  }
  if (problems.length > 0) return { problems };
  const setting = {
    ...(enabled === 'inherit' ? {} : { enabled: enabled === 'on' }),
    ...(tier === 'inherit' ? {} : { tier }),
    ...(Object.keys(values).length === 0 ? {} : { parameters: values }),
  };
  return { setting };
}

/** Tiers that a setting may give. What has no fix stays advice. */
export function tiersFor({ tier }: Pick<Rule, 'tier'>): readonly Tier[] {
  return tier === 'advice' ? ['advice'] : ['safe', 'risky', 'advice'];
}

function rulesIn(settings: Settings, layer: Layer): Settings['rules'] | undefined {
  if (layer === null) return settings.rules;
  return settings.scopes.find(({ scope }) => isSame(scope, layer))?.rules;
}

function jsonMembers(values: Readonly<Record<string, unknown>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (isJson(value) ? [[name, value]] : [])));
}

function isEmpty(setting: RuleSetting): boolean {
  return Object.values(setting).every((value) => value === undefined);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
