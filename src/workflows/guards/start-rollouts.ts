/**
 * Stores the roll-outs that a change of the settings starts. The change holds their apps from the moment that it is stored; once
 * they have rows of their own, it is taken from the row of the settings.
 */
import type { Rollout } from '../../domain/approvals/rollout.ts';
import { endRollout, type StepContext, waitingRollout } from '../../domain/approvals/rollout-steps.ts';
import {
  hasStages,
  isStartedFor,
  isStillStarted,
  type RolloutStart,
  startsOfNewRules,
} from '../../domain/rules/rollout-starts.ts';
import type { Settings } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import type { ChangeOfRollouts } from '../ports/settings.ts';
import { ConflictError } from '../ports/storage.ts';
import { ruleSetOf } from '../settings/load-rollouts.ts';
import { saveStep } from './rollout-rows.ts';

/**
 * A new version may bring rules. They begin with roll-outs as if an operator had switched them on. A row of a version that did
 * not remember its rules learns them: what writes already goes on.
 */
export async function startNewRules(deps: Deps, { now, actor }: StepContext): Promise<void> {
  const found = await deps.settings.load();
  if (!found || !hasStages(found.value.settings)) return;
  const { settings, revision, rollouts = [], knownRules } = found.value;
  const ids = deps.rules.map(({ id }) => id);
  if (knownRules !== undefined && sameMembers(ids, knownRules)) return;
  const starts = startsOfNewRules(settings, knownRules ?? ids, ruleSetOf(deps));
  const begun =
    starts.length === 0 ? {} : { rollouts: [...rollouts, { revision, at: now.toISOString(), by: actor, starts }] };
  try {
    await deps.settings.save({ ...found.value, ...begun, knownRules: ids }, found.version);
  } catch (error) {
    // Somebody changed the settings meanwhile, or another instance did this. The next run looks again.
    if (!(error instanceof ConflictError)) throw error;
  }
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((member) => other.includes(member));
}

/** Repeating it is harmless: the id of a roll-out follows from the change. */
export async function storeStarts(deps: Deps, context: StepContext): Promise<void> {
  const found = await deps.settings.load();
  if (found?.value.rollouts === undefined) return;
  const { rollouts: changes, ...rest } = found.value;
  if (changes.length > 0) await endReplaced(deps, changes, rest.settings, context);
  for (const change of changes) {
    for (const start of change.starts) await storeStart(deps, change, start);
  }
  // Without stages the next run comes back only while the row has this member: until everything that ended is released.
  const isReleasing = !hasStages(rest.settings) && (await deps.rollouts.listOpen()).length > 0;
  if (isReleasing && changes.length === 0) return;
  try {
    await deps.settings.save(isReleasing ? { ...rest, rollouts: [] } : rest, found.version);
  } catch (error) {
    // Somebody changed the settings meanwhile. The next run finds these changes there.
    if (!(error instanceof ConflictError)) throw error;
  }
}

async function storeStart(deps: Deps, { revision, at, by }: ChangeOfRollouts, start: RolloutStart): Promise<void> {
  const id = deps.rollouts.idOf({ ...start, at, revision });
  try {
    await deps.rollouts.save(waitingRollout(start, { id, revision, at, actor: by }), null);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** Ends the open ones that these changes start anew, and those whose rule does not write there any more. */
async function endReplaced(
  deps: Deps,
  changes: readonly ChangeOfRollouts[],
  settings: Settings,
  context: StepContext,
): Promise<void> {
  const last = Math.max(...changes.map(({ revision }) => revision));
  const started = changes.flatMap(({ revision, starts }) => starts.map((start) => ({ revision, start })));
  const rules = ruleSetOf(deps);
  for (const one of await deps.rollouts.listOpen()) {
    if (one.value.revision > last) continue;
    const isReplaced = started.some(
      ({ revision, start }) => revision > one.value.revision && replaces(start, one.value),
    );
    if (isReplaced) await saveStep(deps, one, endRollout(one.value, 'The settings start it anew.', context));
    else if (!isStillStarted(settings, one.value, rules))
      await saveStep(deps, one, endRollout(one.value, 'The settings have no roll-out of it there any more.', context));
  }
}

function replaces(start: RolloutStart, one: Rollout): boolean {
  return start.rule === one.rule && isStartedFor(start, { key: one.scope });
}
