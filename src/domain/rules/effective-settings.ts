/** Which settings apply to a scope, and where each value comes from. */
import * as z from 'zod';
import { isObject, type Json } from '../resources/json.ts';
import { MODES, type Mode } from '../resources/reasons.ts';
import { normalizeId, parseResourceId, RESOURCE_KINDS } from '../resources/resource.ts';
import type { Infer } from '../resources/schema.ts';
import { maintenanceWindow } from './maintenance-window.ts';
import { type AnyRule, PROFILES, type Profile, TIERS, type Tier } from './rule.ts';
import {
  freezeIn,
  type ParameterDefaults,
  parametersOf,
  type Settings,
  scopesFor,
  settingsSchema,
} from './settings.ts';

/** Where a value comes from. */
const from = z
  .string()
  .describe(
    '`default`; `settings`: stored for everything; the scope that sets it; or the app setting that does, such as `PLUMBLINE_MODE`. A stored value that equals the default is `default`',
  );
const sourced = <T extends z.ZodType>(value: T) => z.strictObject({ value, from });
const { limits, approvals, sweep, healthGate, rollout } = settingsSchema.shape;
const sourcedMembers = (schema: z.ZodType) =>
  z.record(z.string(), sourced(z.json())).describe(`By name: ${namesOf(schema).join(', ')}`);

export const effectiveSettings = z
  .strictObject({
    scope: z.string().describe('The scope that was asked for'),
    stopped: sourced(
      z
        .strictObject({
          reason: z.string(),
          automaticOnly: z.literal(true).exactOptional().describe('Only automatic writes are stopped'),
        })
        .nullable(),
    ),
    mode: sourced(z.enum(MODES)),
    profile: sourced(z.enum(PROFILES)),
    approvers: sourced(z.array(z.string()).nullable()).describe('null: everybody with the role'),
    window: sourced(maintenanceWindow.nullable()),
    frozen: sourced(z.strictObject({ until: z.string(), reason: z.string() }).nullable()).describe(
      'The freeze that is in force and ends last',
    ),
    tagOptDown: sourced(z.boolean()),
    limits: sourcedMembers(limits),
    approvals: sourcedMembers(approvals),
    sweep: sourcedMembers(sweep),
    healthGate: sourcedMembers(healthGate),
    rollout: sourcedMembers(rollout),
    rules: z
      .array(
        z.strictObject({
          rule: z.string(),
          kind: z.enum(RESOURCE_KINDS),
          enabled: sourced(z.boolean()),
          tier: sourced(z.enum(TIERS)).describe('Before what the rule itself says of a resource'),
          parameters: z.record(z.string(), sourced(z.json())),
        }),
      )
      .describe('Of the kind of the resource; of all kinds when the scope is none'),
  })
  .meta({ id: 'EffectiveSettings' });
export type EffectiveSettings = Infer<typeof effectiveSettings>;

interface Sourced<T> {
  readonly value: T;
  readonly from: string;
}

const DEFAULT = 'default';
const STORED = 'settings';
const BY_ENVIRONMENT = 'PLUMBLINE_MODE';

export interface EffectiveInput {
  readonly settings: Settings;
  /** Whether settings are stored. Otherwise the mode is that of the deployment. */
  readonly isStored: boolean;
  readonly rules: readonly AnyRule[];
  /** Defaults of parameters from the environment, and the names of the app settings that give them. */
  readonly defaults: ParameterDefaults;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** The settings of a scope: those stored for everything, changed by each scope at or above it, the narrowest last. */
export function effectiveSettingsOf(asked: string, input: EffectiveInput): EffectiveSettings {
  const { settings, isStored, now } = input;
  const standard = settingsSchema.parse({});
  const key = normalizeId(asked).toLowerCase();
  const scopes = scopesFor(settings, { key });
  const stored = <T extends Json>(value: T, byDefault: unknown): Sourced<T> => ({
    value,
    from: JSON.stringify(value) === JSON.stringify(byDefault) ? DEFAULT : STORED,
  });
  const members = (group: 'limits' | 'approvals' | 'sweep') => {
    const defaults: Readonly<Record<string, unknown>> = standard[group];
    const values: Readonly<Record<string, Json>> = settings[group];
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, stored(value, defaults[name])]));
  };
  /** The members of a group that a scope may set one by one. */
  const membersIn = (group: 'healthGate' | 'rollout') => {
    const set = (at: Scope): Readonly<Record<string, unknown>> => at[group] ?? {};
    const defaults: Readonly<Record<string, unknown>> = standard[group];
    const values: Readonly<Record<string, unknown>> = settings[group];
    const jsonOf = (value: unknown) => (value === undefined ? undefined : z.json().parse(value));
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        lastSet(stored(z.json().parse(value), defaults[name]), scopes, (at) => jsonOf(set(at)[name])),
      ]),
    );
  };
  const profile = lastSet(stored(settings.profile, standard.profile), scopes, (at) => at.profile);
  const resource = parseResourceId(asked);
  const freeze = freezeIn(scopes, now);
  const named = scopes.findLast(({ approvers }) => approvers !== undefined && approvers.length > 0);
  return {
    scope: normalizeId(asked),
    stopped: stopIn(settings, scopes),
    mode: modeIn(settings, isStored, scopes),
    profile,
    approvers: { value: named?.approvers ?? null, from: named?.scope ?? DEFAULT },
    window: lastSet<EffectiveSettings['window']['value']>({ value: null, from: DEFAULT }, scopes, (at) => at.window),
    frozen: {
      value: freeze?.frozen ?? null,
      // Without a freeze in force, the scope that lifts those above it.
      from: freeze?.scope ?? scopes.findLast((at) => at.frozen === null)?.scope ?? DEFAULT,
    },
    tagOptDown: stored(settings.tagOptDown, standard.tagOptDown),
    limits: members('limits'),
    approvals: members('approvals'),
    sweep: members('sweep'),
    healthGate: membersIn('healthGate'),
    rollout: membersIn('rollout'),
    rules: input.rules
      .filter(({ kind }) => resource === null || kind === resource.kind)
      .map((rule) => effectiveRule(rule, layersOf(rule, settings, scopes), profile, input)),
  };
}

/** A stop of everything counts before that of a scope. */
function stopIn({ stopped }: Settings, scopes: readonly Scope[]): EffectiveSettings['stopped'] {
  if (stopped !== null) return { value: stopped, from: STORED };
  return lastSet<EffectiveSettings['stopped']['value']>({ value: null, from: DEFAULT }, scopes, (at) => at.stopped);
}

/** Where the mode of a resource comes from. */
export function modeSource(settings: Settings, isStored: boolean, id: string): string {
  return modeIn(settings, isStored, scopesFor(settings, { key: id.toLowerCase() })).from;
}

function modeIn(settings: Settings, isStored: boolean, scopes: readonly Scope[]): Sourced<Mode> {
  const standard = settingsSchema.shape.mode.parse(undefined);
  const above = settings.mode === standard ? DEFAULT : isStored ? STORED : BY_ENVIRONMENT;
  return lastSet({ value: settings.mode, from: above }, scopes, (at) => at.mode);
}

/** The modes of many resources: one pass over the scopes of the settings, then a few look-ups for each resource. */
export function modeResolver(settings: Settings): (id: string) => Mode {
  const modes = new Map<string, Mode>();
  for (const { scope, mode } of settings.scopes) {
    if (mode !== undefined) modes.set(normalizeId(scope).toLowerCase(), mode);
  }
  return (id) => {
    for (let path = id.toLowerCase(); path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
      const mode = modes.get(path);
      if (mode !== undefined) return mode;
    }
    return settings.mode;
  };
}

type Scope = Settings['scopes'][number];

/** The value of the narrowest scope that sets one. */
function lastSet<T>(above: Sourced<T>, scopes: readonly Scope[], pick: (at: Scope) => T | undefined): Sourced<T> {
  return scopes.reduce((found, at) => {
    const value = pick(at);
    return value === undefined ? found : { value, from: at.scope };
  }, above);
}

type RuleSetting = Settings['rules'][string];
interface Layer {
  readonly from: string;
  readonly setting: RuleSetting;
}

function layersOf({ id }: AnyRule, settings: Settings, scopes: readonly Scope[]): Layer[] {
  const all = [{ scope: STORED, rules: settings.rules }, ...scopes];
  return all.flatMap(({ scope, rules }) => {
    const setting = rules?.[id];
    return setting === undefined ? [] : [{ from: scope, setting }];
  });
}

function effectiveRule(
  rule: AnyRule,
  layers: readonly Layer[],
  profile: Sourced<Profile>,
  { defaults, environment }: EffectiveInput,
): EffectiveSettings['rules'][number] {
  const isBaseline = rule.profile === 'baseline';
  let enabled: Sourced<boolean> = isBaseline
    ? { value: true, from: DEFAULT }
    : { value: profile.value === 'strict', from: profile.from };
  let stated: Sourced<Tier> = { value: rule.tier, from: DEFAULT };
  let tier = stated;
  const sources: Record<string, string> = {};
  for (const [name, value] of Object.entries(defaults)) {
    if (value !== null) sources[name] = environment[name] ?? DEFAULT;
  }
  const settings: RuleSetting[] = [];
  for (const { from: scope, setting } of layers) {
    settings.push(setting);
    if (setting.enabled !== undefined) enabled = { value: setting.enabled, from: scope };
    for (const name of Object.keys(setting.parameters ?? {})) sources[name] = scope;
    if (setting.tier !== undefined) {
      stated = { value: setting.tier, from: scope };
      tier = stated;
    } else if (setting.parameters !== undefined) {
      // Stricter parameters make the rule risky.
      const { tier: found } = parametersOf(rule, settings, defaults);
      tier = found === null || found === stated.value ? stated : { value: found, from: scope };
    }
  }
  const { parameters } = parametersOf(rule, settings, defaults);
  const values: unknown = parameters;
  return {
    ...{ rule: rule.id, kind: rule.kind, enabled, tier },
    parameters: Object.fromEntries(
      Object.entries(isObject(values) ? values : {}).map(([name, value]) => [
        name,
        { value: z.json().parse(value), from: sources[name] ?? DEFAULT },
      ]),
    ),
  };
}

function namesOf(schema: z.ZodType): string[] {
  return Object.keys(z.record(z.string(), z.unknown()).parse(schema.parse(undefined)));
}
