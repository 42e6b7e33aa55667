/** Asks Azure's Activity Log who wrote a resource: one request, whose answer may be that it must not be asked. */
import type { Resource } from '../domain/resource.ts';
import type { World } from './ports.ts';
import type { Inquiry } from './who-changed.ts';

/** Azure keeps 90 days. A day less is asked for: an answer about more than is kept would never be whole. */
const LONGEST_MILLISECONDS = 89 * 86_400_000;

/** From a time, or from as far back as it goes when that is later, to now. */
export async function askActivity(world: World, resource: Resource, from: Date): Promise<Inquiry> {
  const to = world.clock.now();
  const first = to.getTime() - LONGEST_MILLISECONDS;
  const start = new Date(Math.min(Math.max(first, from.getTime()), to.getTime()));
  const reading = await world.activity.writes(resource, start, to);
  const answer =
    reading.kind === 'read'
      ? { entries: reading.entries.length, complete: reading.complete }
      : { code: reading.failure.code };
  world.log.info({ resource: resource.id, from: start.toISOString(), ...answer }, 'the Activity Log was asked');
  return { from: start, to, reading };
}
