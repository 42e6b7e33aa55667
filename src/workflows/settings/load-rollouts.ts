/** The roll-outs that hold automatic writes. Without stages in the settings no request is made. */
import { NO_ROLLOUTS, type RolloutsInForce } from '../../domain/approvals/rollout.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { hasStages, rolloutFor } from '../../domain/rules/rollout-starts.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredSettings } from '../ports/settings.ts';

/** Those of all resources, always read from the store. */
export async function loadRollouts(deps: Pick<Deps, 'rollouts'>, stored: StoredSettings): Promise<RolloutsInForce> {
  return hasStages(stored.settings) ? inForce(stored, await deps.rollouts.listOpen()) : NO_ROLLOUTS;
}

/** The same for a resource: nothing is read when its scopes have no stages. */
export async function loadRolloutsFor(
  deps: Pick<Deps, 'rollouts'>,
  stored: StoredSettings,
  resource: Resource,
): Promise<RolloutsInForce> {
  return mayHold(stored, resource) ? inForce(stored, await deps.rollouts.listOpen()) : NO_ROLLOUTS;
}

/** The same, but they may be some seconds old: for evaluations only, never for the last check before a write. */
export async function loadRecentRolloutsFor(
  deps: Pick<Deps, 'rollouts'>,
  stored: StoredSettings,
  resource: Resource,
): Promise<RolloutsInForce> {
  return mayHold(stored, resource) ? inForce(stored, await deps.rollouts.listRecentOpen()) : NO_ROLLOUTS;
}

function mayHold({ settings }: StoredSettings, resource: Resource): boolean {
  return rolloutFor(settings, resource).stages.length > 0;
}

function inForce(
  { rollouts = [] }: StoredSettings,
  open: Awaited<ReturnType<Deps['rollouts']['listOpen']>>,
): RolloutsInForce {
  return { open: open.map(({ value }) => value), starts: rollouts.flatMap(({ starts }) => starts) };
}
