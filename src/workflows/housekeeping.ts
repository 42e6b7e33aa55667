/**
 * Every minute: what is due goes back on the queue (open intents, decisions not yet carried out, expiries), what was held
 * is looked at again, and the last change of the settings is in the log. It never writes to Azure.
 */
import { parseResourceId } from '../domain/resource.ts';
import { currentSettings } from './change-settings.ts';
import { closeExemptions } from './close-exemptions.ts';
import type { World } from './ports.ts';

/** How many resources one run puts on the queue at most; the next run takes the rest. */
const AT_ONCE = 100;

export async function housekeep(world: World): Promise<void> {
  const due = await world.alarms.due(world.clock.now(), AT_ONCE);
  for (const { key, resource, why } of due) {
    if (parseResourceId(resource)) await world.queue.send({ resource, cause: 'wake', attempt: 0 }, 0);
    // Only now: if we end before, it rings again, which is harmless.
    await world.alarms.clear(key);
    world.log.info({ resource, why }, 'due');
  }
  const stored = await currentSettings(world);
  await world.audit.append(stored.facts);
  await closeExemptions(world);
  if (stored.settings.stopped === null) await releaseHeld(world);
}

/** What was held by the stop or by unfinished work of Azure is looked at again, once for each resource. */
async function releaseHeld(world: World): Promise<void> {
  const held = await world.findings.list({ decision: 'hold' }, { limit: AT_ONCE, after: null });
  for (const id of new Set(held.items.map(({ resource }) => resource.id))) {
    await world.queue.send({ resource: id, cause: 'wake', attempt: 0 }, 0);
    world.log.info({ resource: id }, 'held work looked at again');
  }
}
