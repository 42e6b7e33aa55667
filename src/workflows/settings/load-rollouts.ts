/** The roll-outs that hold automatic writes. Without stages in the settings no request is made. */
import { NO_ROLLOUTS, type RolloutsInForce } from '../../domain/approvals/rollout.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { RuleSet } from '../../domain/rules/effective.ts';
import { hasStages, rolloutFor, startsOfNewRules } from '../../domain/rules/rollout-starts.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredSettings } from '../ports/settings.ts';

/** Those of all resources, always read from the store. */
export async function loadRollouts(deps: LoadDeps, stored: StoredSettings): Promise<RolloutsInForce> {
  return hasStages(stored.settings) ? inForce(deps, stored, await deps.rollouts.listOpen()) : NO_ROLLOUTS;
}

/** The same for a resource: nothing is read when its scopes have no stages. */
export async function loadRolloutsFor(
  deps: LoadDeps,
  stored: StoredSettings,
  resource: Resource,
): Promise<RolloutsInForce> {
  return mayHold(stored, resource) ? inForce(deps, stored, await deps.rollouts.listOpen()) : NO_ROLLOUTS;
}

/** The same, but they may be some seconds old: for evaluations only, never for the last check before a write. */
export async function loadRecentRolloutsFor(
  deps: LoadDeps,
  stored: StoredSettings,
  resource: Resource,
): Promise<RolloutsInForce> {
  return mayHold(stored, resource) ? inForce(deps, stored, await deps.rollouts.listRecentOpen()) : NO_ROLLOUTS;
}

function mayHold({ settings }: StoredSettings, resource: Resource): boolean {
  return rolloutFor(settings, resource).stages.length > 0;
}

type LoadDeps = Pick<Deps, 'rollouts' | 'rules' | 'options'>;

function inForce(
  deps: LoadDeps,
  { settings, rollouts = [], knownRules }: StoredSettings,
  open: Awaited<ReturnType<Deps['rollouts']['listOpen']>>,
): RolloutsInForce {
  const begun = rollouts.flatMap(({ starts }) => starts);
  const added = knownRules === undefined ? [] : startsOfNewRules(settings, knownRules, ruleSetOf(deps));
  return { open: open.map(({ value }) => value), starts: [...begun, ...added] };
}

/** The rules with the defaults of their parameters. */
export function ruleSetOf({ rules, options }: Pick<Deps, 'rules' | 'options'>): RuleSet {
  return { rules, defaults: { workspaceId: options.workspaceId } };
}
