/** Saves roll-outs. A step is stored together with its audit records, then logged. */
import type { Rollout } from '../../domain/approvals/rollout.ts';
import type { StepContext } from '../../domain/approvals/rollout-steps.ts';
import { type Actor, serviceActor } from '../../domain/resources/principal.ts';
import type { Deps } from '../ports/deps.ts';
import { appendSealed, sealRecord } from '../ports/outbox.ts';
import { ConflictError, type Versioned } from '../ports/storage.ts';

export function stepContext(deps: Deps, actor: Actor): StepContext {
  return { now: deps.clock.now(), actor, seal: (record) => sealRecord(deps, record) };
}

/** The context of a step that nobody asked for. */
export async function serviceContext(deps: Deps): Promise<StepContext> {
  return stepContext(deps, serviceActor(await deps.arm.getIdentity()));
}

/** Saves the next state when it differs. Throws ConflictError when another instance saved first. */
export async function saveStep(deps: Deps, { value, version }: Versioned<Rollout>, next: Rollout): Promise<Rollout> {
  if (next === value) return value;
  const saved = { value: next, version: await deps.rollouts.save(next, version) };
  const { id, rule, scope, status, progress } = next;
  if (status !== value.status || progress.stage !== value.progress.stage)
    deps.log.info({ rollout: id, rule, scope, status, stage: progress.stage }, 'roll-out went on');
  return flushRecords(deps, saved);
}

/** Logs the records that wait in the row. Repeating it is harmless. */
export async function flushRecords(deps: Deps, { value, version }: Versioned<Rollout>): Promise<Rollout> {
  if (value.outbox.length === 0) return value;
  await appendSealed(deps, value.outbox, { rollout: value.id });
  const flushed = { ...value, outbox: [] };
  try {
    await deps.rollouts.save(flushed, version);
  } catch (error) {
    // The instance that saved first also has these records.
    if (!(error instanceof ConflictError)) throw error;
  }
  return flushed;
}
