/** The settings: schema, defaults, and the effective settings of one resource. */
import * as z from 'zod';
import { digestOfJson } from '../changes/change.ts';
import type { DocumentName } from '../resources/document-names.ts';
import { isObject, type Json, pointerOf, sameJson } from '../resources/json.ts';
import { MODES, type Mode } from '../resources/reasons.ts';
import { isInScope, isScope, normalizeId, type Resource } from '../resources/resource.ts';
import { type Infer, type InvalidMember, invalidMembers } from '../resources/schema.ts';
import { MAX_FIX_TIMES } from './history.ts';
import { type MaintenanceWindow, maintenanceWindow } from './maintenance-window.ts';
import { rolloutOfScope, rolloutSettings } from './rollout-settings.ts';
import { type AnyRule, PROFILES, type Profile, TIERS, type Tier } from './rule.ts';

const profile = z.enum(PROFILES);
const ruleSetting = z.strictObject({
  enabled: z.boolean().optional(),
  tier: z.enum(TIERS).optional(),
  parameters: z.record(z.string(), z.json()).optional(),
});
const rules = z.record(z.string(), ruleSetting);
const frozen = z.strictObject({ until: z.iso.datetime(), reason: z.string().trim().min(1).max(1000) });
export type Freeze = Infer<typeof frozen>;
/** A stop of a part. `automaticOnly`: what a person decided, and the rollbacks of the health gate, are still written. */
const stoppedScope = z.strictObject({
  reason: z.string().trim().min(1).max(1000),
  automaticOnly: z.literal(true).exactOptional(),
});
export type ScopeStop = Infer<typeof stoppedScope>;
/** The longest health gate. Azure keeps metrics longer. */
const MAX_GATE_MINUTES = 120;
const healthGate = z.strictObject({
  enabled: z.boolean(),
  /** How long an app is watched after a write that disturbs it. */
  minutes: z.int().min(5).max(MAX_GATE_MINUTES),
  /** Whether a fix that made its app worse is rolled back. Off: people are told. */
  rollback: z.boolean(),
  /** What becomes of automatic fixes that disturb an app and cannot be undone: they are written, or a person is asked. */
  irreversible: z.enum(['write', 'ask']),
  /** The share of failed requests (5xx) beyond which an app may be worse. */
  maximumErrorShare: z.number().min(0).max(1),
  /** More worse apps in a subscription within an hour stop its automatic writes. */
  breaker: z.int().min(0).max(1000),
});
export type GateSettings = Infer<typeof healthGate>;
const scope = z.strictObject({
  scope: z.string().refine(isScope, 'must be an ARM id of a subscription, a resource group or something below'),
  mode: z.enum(MODES).optional(),
  profile: profile.optional(),
  rules: rules.optional(),
  approvers: z.array(z.guid()).optional(),
  window: maintenanceWindow.nullable().optional(),
  frozen: frozen.nullable().optional(),
  stopped: stoppedScope.nullable().optional(),
  healthGate: healthGate.partial().optional(),
  rollout: rolloutOfScope.optional(),
});
export const MAX_SCOPES = 1000;

/** In days. Resource Graph may hide a violation until the next full read, so this bounds for how long. */
const MAX_FULL_READ_DAYS = 30;

const count = (fallback: number, minimum = 1, maximum = 100_000) => z.int().min(minimum).max(maximum).default(fallback);

export const settingsSchema = z.strictObject({
  mode: z.enum(MODES).default('audit'),
  profile: profile.default('baseline'),
  stopped: z
    .object({ reason: z.string().trim().min(1).max(1000), at: z.unknown().optional(), by: z.unknown().optional() })
    .strict()
    .transform(({ reason }) => ({ reason }))
    .nullable()
    .default(null),
  rules: rules.default({}),
  scopes: z.array(scope).max(MAX_SCOPES).default([]),
  limits: z
    .strictObject({
      fixesPerHour: count(25, 0),
      flapCount: count(3, 1, MAX_FIX_TIMES),
      flapHours: count(24),
      resumeHours: count(6),
    })
    .prefault({}),
  approvals: z
    .strictObject({
      expireHours: count(168),
      rejectedDays: count(90),
      separationOfDuties: z.boolean().default(true),
      unknownChanger: z.enum(['allow', 'refuse']).default('allow'),
      fromSweep: z.boolean().default(false),
    })
    .prefault({}),
  sweep: z
    .strictObject({
      /** Days within which every resource is read wholly from Azure Resource Manager, whatever Resource Graph says. */
      fullReadDays: count(7, 1, MAX_FULL_READ_DAYS),
      /** Whether the Activity Log is read for changes whose event was lost. */
      activityLog: z.boolean().default(true),
    })
    .prefault({}),
  healthGate: z
    .strictObject({
      enabled: healthGate.shape.enabled.default(true),
      minutes: healthGate.shape.minutes.default(10),
      rollback: healthGate.shape.rollback.default(true),
      irreversible: healthGate.shape.irreversible.default('write'),
      maximumErrorShare: healthGate.shape.maximumErrorShare.default(0.05),
      breaker: healthGate.shape.breaker.default(2),
    })
    .prefault({}),
  rollout: rolloutSettings.prefault({}),
  tagOptDown: z.boolean().default(false),
});
export type Settings = Infer<typeof settingsSchema>;

/** A rule with its settings for one resource. */
export interface EffectiveRule {
  readonly rule: AnyRule;
  readonly parameters: unknown;
  /** The tier from the settings, if any. Stricter parameters make the rule risky. */
  readonly tier: Tier | null;
}

/** Defaults for parameters of this name, from the environment. Stored values have priority. */
export type ParameterDefaults = Readonly<Record<string, string | null>>;

/** Parses a settings document. Unknown keys, unknown rules and invalid values are problems with a pointer. */
export function parseSettings(
  input: unknown,
  known: readonly AnyRule[],
): { readonly settings: Settings } | { readonly problems: InvalidMember[] } {
  const parsed = settingsSchema.safeParse(input);
  if (!parsed.success) return { problems: problemsOf(parsed.error) };
  const settings = parsed.data;
  const problems = [
    ...ruleProblems(settings.rules, '/rules', known),
    ...settings.scopes.flatMap((at, index) => ruleProblems(at.rules ?? {}, `/scopes/${index}/rules`, known)),
  ];
  return problems.length > 0 ? { problems } : { settings };
}

/** The mode of a resource: that of the most specific scope with a mode. */
export function modeFor(settings: Settings, resource: Resource): Mode {
  return scopesFor(settings, resource).reduce<Mode>((mode, at) => at.mode ?? mode, settings.mode);
}

/**
 * The object ids (lower case) of the users and groups who alone may approve changes of a resource: those of the most
 * specific scope that has any. Null: everybody with the role.
 */
export function approversFor(settings: Settings, resource: Resource): readonly string[] | null {
  const named = scopesFor(settings, resource).findLast(
    ({ approvers }) => approvers !== undefined && approvers.length > 0,
  );
  return named?.approvers?.map((id) => id.toLowerCase()) ?? null;
}

/**
 * Where somebody with these object ids may approve: in `scopes`, but not in `exceptScopes`, where the settings name others.
 * The most specific scope of both that contains a resource decides. `/` is everything.
 */
export function approverScopes(
  settings: Settings,
  ids: readonly string[],
): { readonly scopes: readonly string[]; readonly exceptScopes: readonly string[] } {
  const named = new Map<string, { readonly scope: string; readonly isOwn: boolean }>();
  for (const { scope: at, approvers = [] } of settings.scopes) {
    if (approvers.length === 0) continue;
    const isOwn = approvers.some((id) => ids.includes(id.toLowerCase()));
    named.set(normalizeId(at).toLowerCase(), { scope: normalizeId(at), isOwn });
  }
  const those = (wanted: boolean) =>
    [...named.values()].flatMap(({ scope: at, isOwn }) => (isOwn === wanted ? at : []));
  return { scopes: ['/', ...those(true)], exceptScopes: those(false) };
}

/** The health gate of a resource or a scope: each member as the most specific scope sets it. */
export function healthGateFor(settings: Settings, at: Pick<Resource, 'key'>): GateSettings {
  const layers = scopesFor(settings, at).map((one) => one.healthGate);
  return healthGate.parse(Object.assign({}, settings.healthGate, ...layers));
}

/** The stop of a scope above a resource; a stop of everything writes is `settings.stopped`. A narrower null lifts a wider one. */
export function scopeStopFor(settings: Settings, resource: Pick<Resource, 'key'>): ScopeStop | null {
  return scopesFor(settings, resource).reduce<ScopeStop | null>(
    (found, at) => (at.stopped === undefined ? found : at.stopped),
    null,
  );
}

/** The maintenance window of a resource: that of the most specific scope that sets one, or sets none with null. */
export function windowFor(settings: Settings, resource: Resource): MaintenanceWindow | null {
  return scopesFor(settings, resource).reduce<MaintenanceWindow | null>(
    (found, at) => (at.window === undefined ? found : at.window),
    null,
  );
}

/**
 * The freeze of a resource that is in force and ends last. A narrower scope adds to those above it, because an ended
 * freeze must not end another one. Only `null` lifts the freezes above.
 */
export function freezeFor(settings: Settings, resource: Resource, now: Date): Freeze | null {
  return freezeIn(scopesFor(settings, resource), now)?.frozen ?? null;
}

/** The same with the scope that states it. The scopes are those of a resource, the widest first. */
export function freezeIn(
  scopes: Settings['scopes'],
  now: Date,
): { readonly scope: string; readonly frozen: Freeze } | null {
  const lifted = scopes.findLastIndex(({ frozen: freeze }) => freeze === null);
  const applicable = scopes.slice(lifted + 1).flatMap(({ scope: at, frozen: freeze }) => {
    return freeze ? [{ scope: at, frozen: freeze }] : [];
  });
  const inForce = applicable.filter(({ frozen: { until } }) => Date.parse(until) > now.getTime());
  return inForce.sort((a, b) => Date.parse(a.frozen.until) - Date.parse(b.frozen.until)).at(-1) ?? null;
}

/** The rules to evaluate on a resource, with parameters and tier. The most specific scope has priority. */
export function rulesFor(
  settings: Settings,
  known: readonly AnyRule[],
  resource: Resource,
  defaults: ParameterDefaults,
): EffectiveRule[] {
  const scopes = scopesFor(settings, resource);
  return known
    .filter(({ kind }) => kind === resource.kind)
    .flatMap((rule) => ruleIn(settings, scopes, rule, defaults) ?? []);
}

/** The rule with the settings of these scopes, the widest first; null when it is not evaluated there. */
export function ruleIn(
  settings: Pick<Settings, 'profile' | 'rules'>,
  scopes: Settings['scopes'],
  rule: AnyRule,
  defaults: ParameterDefaults,
): EffectiveRule | null {
  const chosen = scopes.reduce<Profile>((found, at) => at.profile ?? found, settings.profile);
  const layers = [settings.rules, ...scopes.map((at) => at.rules ?? {})].flatMap((layer) => layer[rule.id] ?? []);
  const enabled = layers.reduce<boolean | undefined>((found, layer) => layer.enabled ?? found, undefined);
  return (enabled ?? (chosen === 'strict' || rule.profile === 'baseline'))
    ? parametersOf(rule, layers, defaults)
    : null;
}

/** Every rule of the kind of a resource with default parameters, for an evaluation without settings. */
export function defaultRules(
  known: readonly AnyRule[],
  resource: Resource,
  defaults: ParameterDefaults,
): EffectiveRule[] {
  return known.filter(({ kind }) => kind === resource.kind).map((rule) => parametersOf(rule, [], defaults));
}

/** The documents that rules read with their parameters, the resource always. */
export function documentsOfRules(rules: readonly EffectiveRule[]): ReadonlySet<DocumentName> {
  const named = rules.flatMap(({ rule, parameters }) => rule.requiredDocuments?.(parameters) ?? rule.documents);
  return new Set<DocumentName>(['resource', ...named]);
}

/** A rule with the settings of it that apply, the widest first. */
export function parametersOf(
  rule: AnyRule,
  layers: readonly Infer<typeof ruleSetting>[],
  defaults: ParameterDefaults,
): EffectiveRule {
  let stored: Record<string, unknown> = {};
  let stated: Tier | null = null;
  let needsPerson = false;
  for (const layer of layers) {
    stored = { ...stored, ...layer.parameters };
    // Stricter parameters need an approval, unless the same or a more specific setting gives the tier.
    if (layer.tier) [stated, needsPerson] = [layer.tier, false];
    else if (layer.parameters) needsPerson = isStricter(rule, { ...defaults, ...stored });
  }
  const parameters = rule.parameters.parse(knownParameters(rule, { ...defaults, ...stored }));
  return { rule, parameters, tier: needsPerson ? 'risky' : stated };
}

function isStricter(rule: AnyRule, parameters: Record<string, unknown>): boolean {
  return rule.isStricter?.(rule.parameters.parse(knownParameters(rule, parameters))) ?? false;
}

/** The environment offers its defaults to every rule. A rule takes those in its schema. */
function knownParameters(rule: AnyRule, offered: Record<string, unknown>): Record<string, unknown> {
  const names = rule.parameters instanceof z.ZodObject ? Object.keys(rule.parameters.shape) : [];
  return Object.fromEntries(Object.entries(offered).filter(([name]) => names.includes(name)));
}

/** The scopes that contain a resource or a scope, by its id in lower case; the widest first. */
export function scopesFor(settings: Settings, resource: Pick<Resource, 'key'>): Settings['scopes'] {
  return settings.scopes
    .filter(({ scope: at }) => isInScope(resource.key, at))
    .sort((a, b) => normalizeId(a.scope).length - normalizeId(b.scope).length);
}

function ruleProblems(stored: Infer<typeof rules>, at: string, known: readonly AnyRule[]): InvalidMember[] {
  return Object.entries(stored).flatMap(([id, setting]): InvalidMember[] => {
    const pointer = at + pointerOf([id]);
    const rule = known.find((one) => one.id === id);
    if (!rule) return [{ pointer, detail: 'is no rule; GET /api/rules lists them' }];
    if (rule.tier === 'advice' && setting.tier && setting.tier !== 'advice') {
      return [{ pointer: `${pointer}/tier`, detail: 'advice has no safe fix and cannot be promoted' }];
    }
    const names = rule.parameters instanceof z.ZodObject ? Object.keys(rule.parameters.shape) : [];
    const unknownNames = Object.keys(setting.parameters ?? {}).filter((name) => !names.includes(name));
    if (unknownNames.length > 0) {
      return unknownNames.map((name) => ({
        pointer: pointer + pointerOf(['parameters', name]),
        detail: 'is no parameter of the rule',
      }));
    }
    const parsed = rule.parameters.safeParse(setting.parameters ?? {});
    if (parsed.success) return [];
    return problemsOf(parsed.error, `${pointer}/parameters`);
  });
}

function problemsOf(error: z.ZodError, below = ''): InvalidMember[] {
  return invalidMembers(error, 'is no setting').map(({ path, detail }) => ({
    pointer: below + pointerOf(path),
    detail,
  }));
}

/**
 * Covers what was set: a member with its default is left out, so settings of a later version do not change the digest.
 */
export function settingsDigest(settings: Settings): string {
  const [stored, standard]: Json[] = JSON.parse(JSON.stringify([settings, settingsSchema.parse({})]));
  return digestOfJson(chosen(stored ?? {}, standard) ?? {});
}

function chosen(value: Json, standard: Json | undefined): Json | undefined {
  if (sameJson(value, standard)) return undefined;
  if (!isObject(value) || !isObject(standard)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, chosen(member, standard[name])] as const);
  return Object.fromEntries(members.flatMap(([name, member]) => (member === undefined ? [] : [[name, member]])));
}
