/**
 * After an outage the service must not apply the whole backlog. When too many resources wait, the service sets
 * `stopped` and gives the reason. The heartbeat is updated only after that, so a crash in between hides nothing.
 */
import { HOUR_MS } from '../../domain/resources/durations.ts';
import { isInFuture } from '../../domain/resources/limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ignoreFutureTime } from '../ports/runtime.ts';
import { loadSettings, stopService } from '../settings/change-settings.ts';

/**
 * Runs before each message and each sweep. A heartbeat younger than the minimum of `resumeHours` is no outage, and
 * costs no request.
 */
export async function outageGuard(deps: Deps, heartbeat: string | null): Promise<void> {
  const now = deps.clock.now();
  if (heartbeat !== null && outageDuration(heartbeat, now) < HOUR_MS) return;
  await stopAfterOutage(deps, heartbeat, now);
  await deps.guards.writeHeartbeat(now);
}

/** Runs every minute: the same check, and the heartbeat is always updated. */
export async function updateHeartbeat(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  await stopAfterOutage(deps, await deps.guards.readHeartbeat(), now);
  await deps.guards.writeHeartbeat(now);
}

/** Milliseconds; infinite for a heartbeat in the future, whose time is not known. */
function outageDuration(heartbeat: string, now: Date): number {
  return isInFuture(heartbeat, now) ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(heartbeat);
}

/** A service without a heartbeat never ran, so there was no outage. */
async function stopAfterOutage(deps: Deps, heartbeat: string | null, now: Date): Promise<void> {
  if (heartbeat === null || outageDuration(heartbeat, now) < HOUR_MS) return;
  const since = ignoreFutureTime(deps, heartbeat, 0, { row: 'heartbeat' });
  const { settings } = await loadSettings(deps);
  const { resumeHours, fixesPerHour } = settings.limits;
  if (settings.stopped !== null || outageDuration(heartbeat, now) <= resumeHours * HOUR_MS) return;
  const { resources, complete } = await deps.events.countWaitingResources(fixesPerHour);
  if (complete && resources <= fixesPerHour) return;
  const waiting =
    resources > fixesPerHour ? `more than ${fixesPerHour} resources wait` : 'nobody could count what waits';
  const reason = [
    `The service was silent ${since === null ? 'for nobody knows how long (its heartbeat lies in the future)' : `since ${since}`},`,
    `longer than ${resumeHours} h (limits.resumeHours), and ${waiting}`,
    `(limits.fixesPerHour is ${fixesPerHour}). Look at what waits (GET /api/explain, /api/findings), then set stopped`,
    'to null to resume.',
  ].join(' ');
  await stopService(deps, reason);
  deps.log.error({ heartbeat, resources, complete }, 'service stopped itself after an outage');
}
