/** What people and health gates decide about a roll-out: it is stopped, continued or ended. The first one to save wins. */
import { Refusal } from '../../domain/approvals/refusal.ts';
import type { Rollout } from '../../domain/approvals/rollout.ts';
import * as steps from '../../domain/approvals/rollout-steps.ts';
import type { HealthGate } from '../../domain/health/gate.ts';
import type { Actor } from '../../domain/resources/principal.ts';
import { hasStages, isStartedFor } from '../../domain/rules/rollout-starts.ts';
import type { Deps } from '../ports/deps.ts';
import { retryOnConflict } from '../ports/storage.ts';
import { saveStep, serviceContext, stepContext } from './rollout-rows.ts';

/** An operator lets a stopped roll-out go on. One that runs stays as it is. Throws Refusal `not-found` or `decided`. */
export function continueRollout(deps: Deps, id: string, actor: Actor): Promise<Rollout> {
  return decide(deps, id, (one) => steps.continueRollout(one, stepContext(deps, actor)));
}

/** An operator ends a roll-out: what it held is written. Throws Refusal `not-found` or `decided`. */
export function endRollout(deps: Deps, id: string, actor: Actor): Promise<Rollout> {
  return decide(deps, id, (one) => steps.endRollout(one, 'An operator ended it.', stepContext(deps, actor)));
}

function decide(deps: Deps, id: string, step: (one: Rollout) => Rollout): Promise<Rollout> {
  return retryOnConflict(async () => {
    const found = await deps.rollouts.get(id);
    if (!found) throw new Refusal('not-found', 'There is no roll-out with this id.');
    if (found.value.status === 'ended')
      throw new Refusal('decided', `The roll-out has ended: ${found.value.ended?.reason}`);
    return saveStep(deps, found, step(found.value));
  });
}

/**
 * Called once a gate has ended, before it is listed as ended: again after a crash, so it is harmless to repeat. One worse app
 * stops the roll-outs of the rules that were written to it, and so does one of which nothing is known.
 */
export async function gateEnded(deps: Deps, gate: HealthGate): Promise<void> {
  if (gate.status !== 'worse' && (gate.status !== 'unknown' || gate.stateGood)) return;
  const stored = await deps.settings.load();
  if (stored === null || !hasStages(stored.value.settings)) return;
  for (const { value } of await deps.rollouts.listOpen()) {
    if (isAbout(gate, value)) await retryOnConflict(() => stopFor(deps, gate, value.id));
  }
}

async function stopFor(deps: Deps, gate: HealthGate, id: string): Promise<void> {
  const found = await deps.rollouts.get(id);
  const reason = found && stopReason(gate, found.value);
  if (!found || reason === null) return;
  const { resource } = gate;
  await saveStep(deps, found, steps.stopRollout(found.value, { reason, resource }, await serviceContext(deps)));
}

/** Whether a gate is about a write of this roll-out: of its rule, in its scope, since it began. */
export function isAbout({ rules, resource, startedAt }: HealthGate, one: Rollout): boolean {
  return (
    rules.some(({ id }) => id === one.rule) &&
    isStartedFor(one, { key: resource.id.toLowerCase() }) &&
    Date.parse(startedAt) >= Date.parse(one.startedAt)
  );
}

/** Why the end of a gate stops a roll-out; null when it does not, or when an operator continued it since. */
export function stopReason(
  { status, stateGood, resource, reasons, endedAt }: HealthGate,
  { stageAt }: Rollout,
): string | null {
  if (stageAt === null || (endedAt !== null && Date.parse(endedAt) < Date.parse(stageAt))) return null;
  const because = reasons.map(({ text }) => text).join(' ');
  if (status === 'worse') return `${resource.name} is worse since the fix. ${because}`.trim();
  if (status !== 'unknown' || stateGood) return null;
  return `It is not known whether ${resource.name} is well since the fix. ${because}`.trim();
}
