/**
 * Which rules begin to write where, when settings change or a new version brings rules: a rule that is new there, a raised mode
 * or tier, or another parameter. What writes already starts nothing, and neither does a setting of a single app.
 */
import * as z from 'zod';
import { normalizeId, parseResourceId, type Resource } from '../resources/resource.ts';
import type { Infer } from '../resources/schema.ts';
import { parametersKey, type RuleSet } from './effective.ts';
import { completeStages, type RolloutSettings, rolloutSettings, stage } from './rollout-settings.ts';
import type { AnyRule } from './rule.ts';
import { type ParameterDefaults, ruleIn, type Settings, scopesFor } from './settings.ts';

/** The scope of everything. */
export const EVERYWHERE = '/';

/** A rule that begins to write in a scope. */
export const rolloutStart = z.strictObject({
  rule: z.string(),
  scope: z.string().describe('A scope, or `/` for everything'),
  /** Scopes below it where the rule does not begin to write, or begins with another roll-out. */
  except: z.array(z.string()),
  /** With a last one for every app. */
  stages: z.array(stage).min(1),
  bakeMinutes: rolloutSettings.shape.bakeMinutes.unwrap(),
  /** The stored findings say which apps violate the rule. Otherwise they are evaluated first. */
  isEvaluated: z.boolean(),
});
export type RolloutStart = Infer<typeof rolloutStart>;

/** Whether any scope has stages. Without, nothing about roll-outs is read or stored. */
export function hasStages({ rollout, scopes }: Pick<Settings, 'rollout' | 'scopes'>): boolean {
  return rollout.stages.length > 0 || scopes.some((one) => (one.rollout?.stages ?? []).length > 0);
}

/** The settings of roll-outs for a resource: each member from the most specific scope that sets it. */
export function rolloutFor(settings: Settings, resource: Pick<Resource, 'key'>): RolloutSettings {
  return rolloutIn(settings, scopesFor(settings, resource));
}

/** Whether an entry for this app alone states its mode, its profile, or this rule: then no roll-out holds it. */
export function hasOwnSetting(settings: Settings, resource: Pick<Resource, 'key'>, rule: string): boolean {
  return scopesFor(settings, resource).some(
    (one) =>
      isSingle(one.scope) && (one.mode !== undefined || one.profile !== undefined || one.rules?.[rule] !== undefined),
  );
}

/** The scope and the exceptions contain a resource, by its key. */
export function isStartedFor(
  { scope, except }: Pick<RolloutStart, 'scope' | 'except'>,
  { key }: Pick<Resource, 'key'>,
): boolean {
  return isBelow(key, scope) && !except.some((one) => isBelow(key, one));
}

/** The most roll-outs that one change of the settings starts. */
export const MAX_STARTS = 500;

/** What begins when one settings document replaces another, by rule, then by scope. */
export function rolloutStarts(before: Settings, after: Settings, set: RuleSet): RolloutStart[] {
  return startsSince(before, after, set, set.rules);
}

/** What begins with the rules that a new version brings: none of them wrote before. `known`: the ids of the others. */
export function startsOfNewRules(settings: Settings, known: readonly string[], set: RuleSet): RolloutStart[] {
  const ids = new Set(known);
  return startsSince(
    null,
    settings,
    set,
    set.rules.filter(({ id }) => !ids.has(id)),
  );
}

/** `before`: null when these rules were not there. */
function startsSince(
  before: Settings | null,
  after: Settings,
  { defaults }: Pick<RuleSet, 'defaults'>,
  rules: readonly AnyRule[],
): RolloutStart[] {
  if (rules.length === 0 || !hasStages(after)) return [];
  const nodes = nodesOf(...(before ? [before, after] : [after]));
  const wanted = writerIn(after, defaults);
  const old = before ? writerIn(before, defaults) : () => ABSENT;
  return rules
    .filter(({ tier }) => tier !== 'advice')
    .flatMap((rule) =>
      regionsOf(nodes, (node) => {
        const begins = beginningAt(old(rule, node), wanted(rule, node), rolloutIn(after, scopesAt(after, node)));
        return begins && { rule: rule.id, ...begins };
      }),
    )
    .toSorted((a, b) => (`${a.rule} ${a.scope}` < `${b.rule} ${b.scope}` ? -1 : 1));
}

/** Whether a rule still writes automatically at this scope, with stages there. */
export function isStillStarted(
  settings: Settings,
  { rule, scope }: RolloutStart,
  { rules, defaults }: RuleSet,
): boolean {
  const known = rules.find(({ id }) => id === rule);
  const scopes = scopesAt(settings, scope);
  return (
    known !== undefined &&
    writerIn(settings, defaults)(known, scope).writing !== null &&
    rolloutIn(settings, scopes).stages.length > 0
  );
}

type Start = Omit<RolloutStart, 'scope' | 'except'>;

/** How a rule writes at a scope: what it is evaluated with. Null: not automatically. */
interface Writing {
  readonly parameters: string;
}

function beginningAt(
  before: Written,
  after: Written,
  { stages, bakeMinutes }: RolloutSettings,
): Omit<Start, 'rule'> | null {
  if (after.writing === null || stages.length === 0) return null;
  if (before.writing !== null && before.writing.parameters === after.writing.parameters) return null;
  const isEvaluated = before.parameters === after.writing.parameters;
  return { stages: completeStages(stages), bakeMinutes, isEvaluated };
}

interface Written {
  readonly writing: Writing | null;
  /** What it is evaluated with; null when it is not. */
  readonly parameters: string | null;
}

const ABSENT: Written = { writing: null, parameters: null };

/** A function that says how a rule writes at a scope. It computes what is the same for several scopes once. */
function writerIn(settings: Settings, defaults: ParameterDefaults): (rule: AnyRule, node: string) => Written {
  const known = new Map<string, Written>();
  return (rule, node) => {
    const scopes = scopesAt(settings, node);
    const mode = scopes.reduce((found, one) => one.mode ?? found, settings.mode);
    const stated = scopes.map(({ profile, rules }) => [profile, rules?.[rule.id]]);
    const key = JSON.stringify([rule.id, mode, stated]);
    const found = known.get(key);
    if (found) return found;
    const effective = ruleIn(settings, scopes, rule, defaults);
    const parameters = effective === null ? null : (parametersKey(effective.parameters) ?? '');
    // A rule whose tier is risky may find a violation of some apps safe, unless the settings state the tier.
    const mayWrite = mode === 'autofix' && (effective?.tier ?? 'safe') === 'safe';
    const written = { writing: mayWrite && parameters !== null ? { parameters } : null, parameters };
    known.set(key, written);
    return written;
  };
}

/**
 * The largest scopes where something begins in the same way. `nodes` are in order, the widest first; a scope below one that
 * begins otherwise, or not at all, is a region of its own.
 */
function regionsOf(nodes: readonly string[], beginsAt: (node: string) => Start | null): RolloutStart[] {
  const begins = nodes.map((node) => ({ node, start: beginsAt(node) }));
  const parentOf = (node: string) => begins.findLast((one) => one.node !== node && isBelow(node, one.node));
  const isBorder = ({ node, start }: (typeof begins)[number]) =>
    JSON.stringify(parentOf(node)?.start ?? null) !== JSON.stringify(start);
  const borders = begins.filter(isBorder);
  const ownerOf = (node: string) => borders.findLast((one) => one.node !== node && isBelow(node, one.node));
  return borders.flatMap(({ node, start }): RolloutStart[] => {
    if (start === null) return [];
    const except = borders.flatMap((one) => (ownerOf(one.node)?.node === node ? one.node : []));
    return [{ ...start, scope: node, except }];
  });
}

/** Every scope of both documents that is no single app, in lower case, the widest first. */
function nodesOf(...documents: readonly Settings[]): string[] {
  const scopes = documents.flatMap(({ scopes }) => scopes.map(({ scope }) => normalizeId(scope).toLowerCase()));
  const wide = [...new Set(scopes)].filter((one) => !isSingle(one));
  return [EVERYWHERE, ...wide.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))];
}

function isSingle(scope: string): boolean {
  const resource = parseResourceId(scope);
  return resource !== null && resource.kind !== 'subscription';
}

/** The entries for a scope and those above it, the widest first. */
function scopesAt(settings: Settings, node: string): Settings['scopes'] {
  return node === EVERYWHERE ? [] : scopesFor(settings, { key: node });
}

function rolloutIn({ rollout }: Settings, scopes: Settings['scopes']): RolloutSettings {
  return scopes.reduce<RolloutSettings>(
    (found, { rollout: own }) => ({
      stages: own?.stages ?? found.stages,
      bakeMinutes: own?.bakeMinutes ?? found.bakeMinutes,
    }),
    rollout,
  );
}

function isBelow(path: string, scope: string): boolean {
  return scope === EVERYWHERE || path === scope || path.startsWith(`${scope}/`);
}
