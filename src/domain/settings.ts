/** What operators choose: the stored document, its defaults, and what of it holds for one resource. */
import * as z from 'zod';
import { KEPT_TIMES } from './history.ts';
import { pointerOf } from './json.ts';
import { idForm, isScope, isWithin, type Resource } from './resource.ts';
import { type AnyRule, TIERS, type Tier } from './rule.ts';
import { DAYS, isTimeZone, type MaintenanceWindow } from './window.ts';

export const MODES = ['audit', 'approve', 'autofix'] as const;
export type Mode = (typeof MODES)[number];

const profile = z.enum(['baseline', 'strict']);
const ruleSetting = z.strictObject({
  enabled: z.boolean().optional(),
  tier: z.enum(TIERS).optional(),
  parameters: z.record(z.string(), z.json()).optional(),
});
const rules = z.record(z.string(), ruleSetting);
const frozen = z.strictObject({ until: z.iso.datetime(), reason: z.string().trim().min(1).max(1000) });
export type Freeze = z.infer<typeof frozen>;
const window = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1, 'must name at least one day; leave the window out to have none'),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 22:00'),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 04:00'),
  timeZone: z.string().refine(isTimeZone, 'must be the IANA name of a time zone, like Europe/Berlin'),
});
const scope = z.strictObject({
  scope: z.string().refine(isScope, 'must be an ARM id of a subscription, a resource group or something below'),
  mode: z.enum(MODES).optional(),
  profile: profile.optional(),
  rules: rules.optional(),
  approvers: z.array(z.guid()).optional(),
  window: window.nullable().optional(),
  frozen: frozen.nullable().optional(),
});
const count = (fallback: number, least = 1, most = 100_000) => z.int().min(least).max(most).default(fallback);

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
  scopes: z.array(scope).max(1000).default([]),
  limits: z
    .strictObject({
      fixesPerHour: count(25, 0),
      flapCount: count(3, 1, KEPT_TIMES),
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
  tagOptDown: z.boolean().default(false),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A problem of a settings document, at a JSON Pointer in it. */
export interface SettingsProblem {
  readonly pointer: string;
  readonly message: string;
}

/** A rule with what the settings say of it for one resource. */
export interface EffectiveRule {
  readonly rule: AnyRule;
  readonly parameters: unknown;
  /** The tier that the settings give it, if any; stricter parameters make it risky. */
  readonly tier: Tier | null;
}

/** Values that the environment gives to parameters of this name, under those that are stored. */
export type ParameterDefaults = Readonly<Record<string, string | null>>;

/** Parses a whole settings document; unknown keys, unknown rules and values out of place are problems with a pointer. */
export function parseSettings(
  input: unknown,
  known: readonly AnyRule[],
): { readonly settings: Settings } | { readonly problems: SettingsProblem[] } {
  const parsed = settingsSchema.safeParse(input);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(problemsOf) };
  const settings = parsed.data;
  const problems = [
    ...ruleProblems(settings.rules, '/rules', known),
    ...settings.scopes.flatMap((at, index) => ruleProblems(at.rules ?? {}, `/scopes/${index}/rules`, known)),
  ];
  return problems.length > 0 ? { problems } : { settings };
}

/** The mode for a resource: the most specific scope that says one. */
export function modeFor(settings: Settings, resource: Resource): Mode {
  return scopesFor(settings, resource).reduce<Mode>((mode, at) => at.mode ?? mode, settings.mode);
}

/**
 * The object ids (lower case) of the users and groups who alone may approve changes of a resource: those of the most
 * specific scope that names any. null: whoever has the role.
 */
export function approversFor(settings: Settings, resource: Resource): readonly string[] | null {
  const named = scopesFor(settings, resource).findLast(
    ({ approvers }) => approvers !== undefined && approvers.length > 0,
  );
  return named?.approvers?.map((id) => id.toLowerCase()) ?? null;
}

/** The maintenance window of a resource: that of the most specific scope that says one, or says that there is none. */
export function windowFor(settings: Settings, resource: Resource): MaintenanceWindow | null {
  return scopesFor(settings, resource).reduce<MaintenanceWindow | null>(
    (found, at) => (at.window === undefined ? found : at.window),
    null,
  );
}

/**
 * The freeze of a resource that is in force and ends last. A narrower scope adds to those above it, because a freeze that is
 * over must not end one that is not; only `null` lifts them.
 */
export function freezeFor(settings: Settings, resource: Resource, now: Date): Freeze | null {
  const stated = scopesFor(settings, resource).map((at) => at.frozen);
  const standing = stated.slice(stated.lastIndexOf(null) + 1).flatMap((freeze) => freeze ?? []);
  const inForce = standing.filter(({ until }) => Date.parse(until) > now.getTime());
  return inForce.sort((a, b) => Date.parse(a.until) - Date.parse(b.until)).at(-1) ?? null;
}

/** The rules to evaluate on a resource, with parameters and tier; the widest scope first, the most specific wins. */
export function rulesFor(
  settings: Settings,
  known: readonly AnyRule[],
  resource: Resource,
  defaults: ParameterDefaults,
): EffectiveRule[] {
  const scopes = scopesFor(settings, resource);
  const chosen = scopes.reduce<'baseline' | 'strict'>((found, at) => at.profile ?? found, settings.profile);
  return known
    .filter(({ kind }) => kind === resource.kind)
    .flatMap((rule) => {
      const layers = [settings.rules, ...scopes.map((at) => at.rules ?? {})].flatMap((layer) => layer[rule.id] ?? []);
      const enabled = layers.reduce<boolean | undefined>((found, layer) => layer.enabled ?? found, undefined);
      if (!(enabled ?? (chosen === 'strict' || rule.profile === 'baseline'))) return [];
      return [effective(rule, layers, defaults)];
    });
}

/** Every rule of a resource's kind with its default parameters: what `evaluate` uses without settings. */
export function defaultRules(
  known: readonly AnyRule[],
  resource: Resource,
  defaults: ParameterDefaults,
): EffectiveRule[] {
  return known.filter(({ kind }) => kind === resource.kind).map((rule) => effective(rule, [], defaults));
}

function effective(
  rule: AnyRule,
  layers: readonly z.infer<typeof ruleSetting>[],
  defaults: ParameterDefaults,
): EffectiveRule {
  let stored: Record<string, unknown> = {};
  let stated: Tier | null = null;
  let needsPerson = false;
  for (const layer of layers) {
    stored = { ...stored, ...layer.parameters };
    // Stricter parameters need a person unless the same setting, or a more specific one, says the tier.
    if (layer.tier) [stated, needsPerson] = [layer.tier, false];
    else if (layer.parameters) needsPerson = isStricter(rule, { ...defaults, ...stored });
  }
  const parameters = rule.parameters.parse(taken(rule, { ...defaults, ...stored }));
  return { rule, parameters, tier: needsPerson ? 'risky' : stated };
}

function isStricter(rule: AnyRule, parameters: Record<string, unknown>): boolean {
  return rule.stricter?.(rule.parameters.parse(taken(rule, parameters))) ?? false;
}

/** The environment offers its defaults to every rule; a rule takes those that its schema names. */
function taken(rule: AnyRule, offered: Record<string, unknown>): Record<string, unknown> {
  const names = rule.parameters instanceof z.ZodObject ? Object.keys(rule.parameters.shape) : [];
  return Object.fromEntries(Object.entries(offered).filter(([name]) => names.includes(name)));
}

function scopesFor(settings: Settings, resource: Resource) {
  return settings.scopes
    .filter(({ scope: at }) => isWithin(resource.key, at))
    .sort((a, b) => idForm(a.scope).length - idForm(b.scope).length);
}

function ruleProblems(stored: z.infer<typeof rules>, at: string, known: readonly AnyRule[]): SettingsProblem[] {
  return Object.entries(stored).flatMap(([id, setting]): SettingsProblem[] => {
    const pointer = at + pointerOf([id]);
    const rule = known.find((one) => one.id === id);
    if (!rule) return [{ pointer, message: 'is no rule; GET /api/rules lists them' }];
    if (rule.tier === 'advice' && setting.tier && setting.tier !== 'advice') {
      return [{ pointer: `${pointer}/tier`, message: 'advice has no safe fix and cannot be promoted' }];
    }
    const names = rule.parameters instanceof z.ZodObject ? Object.keys(rule.parameters.shape) : [];
    const strange = Object.keys(setting.parameters ?? {}).filter((name) => !names.includes(name));
    if (strange.length > 0) {
      return strange.map((name) => ({
        pointer: pointer + pointerOf(['parameters', name]),
        message: 'is no parameter of the rule',
      }));
    }
    const parsed = rule.parameters.safeParse(setting.parameters ?? {});
    if (parsed.success) return [];
    return parsed.error.issues.flatMap(problemsOf).map((problem) => ({
      pointer: `${pointer}/parameters${problem.pointer}`,
      message: problem.message,
    }));
  });
}

function problemsOf(issue: z.core.$ZodIssue): SettingsProblem[] {
  const at = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: at + pointerOf([key]), message: 'is no setting' }));
  }
  return [{ pointer: at, message: issue.message }];
}
