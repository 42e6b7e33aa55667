/**
 * Whoever comes back after a long silence must not fire what has piled up: when too much waits, the service pulls its own
 * stop switch and says why. The heartbeat is moved only after that, so a crash in between stops nothing from being noticed.
 */
import { isAhead } from '../domain/limits.ts';
import { currentSettings, stopService } from './change-settings.ts';
import type { World } from './ports.ts';
import { notAfter } from './sound-times.ts';

const HOUR = 3_600_000;

/** Before each message and each sweep. A heartbeat younger than the least `resumeHours` is no silence, and costs nothing. */
export async function guardResume(world: World, heartbeat: string | null): Promise<void> {
  const now = world.clock.now();
  if (heartbeat !== null && silence(heartbeat, now) < HOUR) return;
  await stopAfterSilence(world, heartbeat, now);
  await world.guards.beat(now);
}

/** Every minute: the same, and the heartbeat moves in any case. */
export async function keepBeating(world: World): Promise<void> {
  const now = world.clock.now();
  await stopAfterSilence(world, await world.guards.heartbeat(), now);
  await world.guards.beat(now);
}

/** Milliseconds; one that is said to have run in the future may have been silent for ever. */
function silence(heartbeat: string, now: Date): number {
  return isAhead(heartbeat, now) ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(heartbeat);
}

/** A service that never ran was not silent. */
async function stopAfterSilence(world: World, heartbeat: string | null, now: Date): Promise<void> {
  if (heartbeat === null || silence(heartbeat, now) < HOUR) return;
  const since = notAfter(world, heartbeat, 0, { row: 'heartbeat' });
  const { settings } = await currentSettings(world);
  const { resumeHours, fixesPerHour } = settings.limits;
  if (settings.stopped !== null || silence(heartbeat, now) <= resumeHours * HOUR) return;
  const { resources, complete } = await world.events.waitingResources(fixesPerHour);
  if (complete && resources <= fixesPerHour) return;
  const many = resources > fixesPerHour ? `more than ${fixesPerHour} resources wait` : 'nobody could count what waits';
  const reason = [
    `The service was silent ${since === null ? 'for nobody knows how long (its heartbeat lies in the future)' : `since ${since}`},`,
    `longer than ${resumeHours} h (limits.resumeHours), and ${many}`,
    `(limits.fixesPerHour is ${fixesPerHour}). Look at what waits (GET /api/explain, /api/findings), then set stopped`,
    'to null to resume.',
  ].join(' ');
  await stopService(world, reason);
  world.log.error({ heartbeat, resources, complete }, 'stopped by the service itself, after a long silence');
}
