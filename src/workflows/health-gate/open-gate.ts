/** Opens a health gate right before the first write of an operation that disturbs an app, and starts it after the writes. */
import { type Attempt, hasEnded } from '../../domain/approvals/attempt.ts';
import { wroteChanges } from '../../domain/approvals/rollback.ts';
import { isDisruptive } from '../../domain/decisions/constraints.ts';
import { webAppState } from '../../domain/health/app-states.ts';
import type { AppState, HealthGate } from '../../domain/health/gate.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { bodyOf } from '../../domain/resources/snapshot.ts';
import { healthGateFor } from '../../domain/rules/settings.ts';
import { ConflictError } from '../ports/storage.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { EARLY_MINUTES, minutesAfter, secondsUntil } from './gate-times.ts';

/**
 * The gate of these attempts, stored before their writes so that no crash loses it; null when none of them disturbs the app,
 * or the settings want none.
 */
export async function openGate(context: ReconcileContext, attempts: readonly Attempt[]): Promise<HealthGate | null> {
  const { deps, resource, state } = context;
  const { enabled, minutes } = healthGateFor(state.settings.settings, resource);
  if (!enabled || (resource.kind !== 'web-app' && resource.kind !== 'container-app')) return null;
  const watched = attempts.filter(({ purpose, changes }) => purpose === 'fix' && isDisruptive(resource, changes));
  const [first] = watched;
  if (first === undefined) return null;
  const before = await stateBefore(context);
  const startedAt = deps.clock.now();
  const gate: HealthGate = {
    id: first.operationId,
    resource: context.audit.resource,
    subscriptionId: resource.subscriptionId,
    resourceGroup: (resource.key.split('/')[4] ?? '').toLowerCase(),
    rules: watched.map(({ rule, operationId, approvalId }) => ({ id: rule.id, operationId, approvalId })),
    startedAt: startedAt.toISOString(),
    dueAt: minutesAfter(deps, startedAt, minutes),
    before,
    next: { step: 'early', at: minutesAfter(deps, startedAt, EARLY_MINUTES) },
    suspected: false,
    status: 'open',
    stateGood: false,
    reasons: [],
    told: false,
    endedAt: null,
  };
  await saveAnew(deps, gate);
  return gate;
}

/** A further attempt under the same intent begins its gate again. */
async function saveAnew({ healthGates }: ReconcileContext['deps'], gate: HealthGate): Promise<void> {
  try {
    await healthGates.save(gate, null);
  } catch (error) {
    const found = error instanceof ConflictError ? await healthGates.get(gate.id) : null;
    if (!found) throw error;
    await healthGates.save(gate, found.version);
  }
}

/** Sends the message for the first look. A gate whose writes all ended without one is discarded. */
export async function startGate(
  { deps }: Pick<ReconcileContext, 'deps'>,
  gate: HealthGate | null,
  attempts: readonly Attempt[],
): Promise<void> {
  if (gate?.next === null || gate === null) return;
  const own = attempts.filter(({ operationId }) => gate.rules.some((rule) => rule.operationId === operationId));
  const nothingWritten = own.every((one) => hasEnded(one) && !wroteChanges(one.result.record));
  if (nothingWritten) return deps.healthGates.discard(gate.id);
  const message = { resource: gate.resource.id, cause: 'gate' as const, gate: gate.id, attempt: 0 };
  await deps.queue.send(message, secondsUntil(deps, gate.next.at));
}

/** A web app was read just now. */
async function stateBefore({ deps, resource, snapshot }: ReconcileContext): Promise<AppState> {
  const body = bodyOf(snapshot, 'resource');
  if (resource.kind === 'web-app' && body) return webAppState(body);
  return deps.health.readState(parseResourceId(resource.id) ?? resource);
}
