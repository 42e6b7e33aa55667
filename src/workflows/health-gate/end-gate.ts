/**
 * Ends a health gate that was judged: tells the roll-outs, orders the rollbacks, stops automatic writes when too many apps are
 * worse, tells people, and lists the gate as ended. After a crash all of it is done again, and has the same result.
 */
import type { AuditEntry } from '../../domain/audit/audit.ts';
import type { HealthGate } from '../../domain/health/gate.ts';
import { HOUR_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { healthGateFor } from '../../domain/rules/settings.ts';
import { orderRollback } from '../approvals/order-rollback.ts';
import { gateEnded } from '../guards/decide-rollout.ts';
import type { Deps } from '../ports/deps.ts';
import { collect, paginate } from '../ports/storage.ts';
import { DONE, type Result } from '../ports/work.ts';
import { loadSettings, stopAutomaticWrites } from '../settings/change-settings.ts';

export interface EndedGate {
  /** The signed outcomes of the fixes that wrote something. */
  readonly fixes: readonly AuditEntry[];
  /** How often the end was tried. */
  readonly attempt: number;
}

/** Values that cannot be read are read again this often before people are told instead. */
const MOST_ATTEMPTS = 10;
const RETRY_SECONDS = 15;

export async function endGate(deps: Deps, gate: HealthGate, { fixes, attempt }: EndedGate): Promise<Result> {
  const resource = parseResourceId(gate.resource.id);
  // First of all: the values of a rollback may be unread for minutes, and the next apps are not to wait for that.
  await gateEnded(deps, gate);
  if (gate.status === 'worse') {
    const text = gate.reasons.map((reason) => reason.text).join(' ');
    let waits = false;
    for (const entry of fixes) {
      const result = await orderRollback(deps, { gate, entry, text, isLastTry: attempt >= MOST_ATTEMPTS });
      waits ||= result === 'waiting';
    }
    if (waits) return { kind: 'requeue', seconds: RETRY_SECONDS, countsAsAttempt: true };
    await breakCircuit(deps, gate);
    // The rollback makes the violation again: it is queued for a person although no event may come.
    if (resource) {
      await deps.wakeups.schedule(resource, timeAfter(gate.endedAt ?? gate.startedAt, 2 * MINUTE_MS), 'rolled back');
    }
  }
  if (gate.told) {
    await deps.notifications.publish({
      id: `gate-${gate.id}`,
      kind: 'health.told',
      at: gate.endedAt ?? gate.startedAt,
      subject: gate.resource.id,
      message: gate.reasons.map(({ text }) => text).join(' '),
    });
  }
  await deps.healthGates.archive(gate);
  if (gate.status !== 'open') deps.metrics.count('healthGates', { outcome: gate.status });
  const { id, status, reasons } = gate;
  const why = reasons.map(({ text }) => text).join(' ');
  deps.log.info({ resource: gate.resource.id, gate: id, status, why }, 'health gate ended');
  return DONE;
}

/** Many worse apps at once: what comes next would hurt, too. The rollbacks are not held by this stop. */
async function breakCircuit(deps: Deps, gate: HealthGate): Promise<void> {
  const scope = `/subscriptions/${gate.subscriptionId}`;
  const { settings } = await loadSettings(deps);
  const { breaker } = healthGateFor(settings, { key: scope.toLowerCase() });
  const endedSince = timeAfter(gate.endedAt ?? gate.startedAt, -HOUR_MS).toISOString();
  const worse = await collect(
    paginate((page) => deps.healthGates.list({ scope, status: ['worse'], endedSince }, page)),
  );
  const apps = new Set([...worse, gate].map(({ resource }) => resource.id.toLowerCase()));
  if (apps.size <= breaker) return;
  const reason = `${apps.size} apps of the subscription were worse after a fix within an hour, more than healthGate.breaker (${breaker}). Look at them (GET /api/audit?kind=health.worse), then remove this stop.`;
  await stopAutomaticWrites(deps, scope, reason);
}
