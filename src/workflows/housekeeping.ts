/**
 * Every minute: what is due goes back on the queue (open intents, decisions not yet carried out, expiries), what was held
 * is looked at again, the last change of the settings is in the log, and the log in its index. It never writes to Azure.
 */
import { parseResourceId } from '../domain/resource.ts';
import { currentSettings, logSettings } from './change-settings.ts';
import { closeExemptions } from './close-exemptions.ts';
import { keepBeating } from './guard-resume.ts';
import type { StoredSettings, World } from './ports.ts';

/** How many resources one run puts on the queue at most; the next run takes the rest. */
const AT_ONCE = 100;
/** A look at a resource, with its writes, ends within this time. */
const LOOK_MINUTES = 3;

export async function housekeep(world: World): Promise<void> {
  await keepBeating(world);
  const due = await world.alarms.due(world.clock.now(), AT_ONCE);
  for (const { key, resource, why } of due) {
    if (parseResourceId(resource)) await world.queue.send({ resource, cause: 'wake', attempt: 0 }, 0);
    // Only now: if we end before, it rings again, which is harmless.
    await world.alarms.clear(key);
    world.log.info({ resource, why }, 'due');
  }
  const stored = await currentSettings(world);
  await logSettings(world, stored);
  await closeExemptions(world);
  if (stored.settings.stopped === null) await releaseHeld(world, stored);
  await world.audit.index();
}

/**
 * What was held by the stop or by unfinished work of Azure is looked at again, and after a change of the settings all that
 * is held; once for each resource. What is held until a known time has an alarm.
 */
async function releaseHeld(world: World, { facts }: StoredSettings): Promise<void> {
  const changedAt = facts.at(-1)?.at;
  // A look that began before the change may have ended after it.
  const openEndedOrBefore =
    changedAt === undefined ? '' : new Date(Date.parse(changedAt) + LOOK_MINUTES * 60_000).toISOString();
  const held = await world.findings.list({ decision: 'hold', openEndedOrBefore }, { limit: AT_ONCE, after: null });
  for (const id of new Set(held.items.map(({ resource }) => resource.id))) {
    await world.queue.send({ resource: id, cause: 'wake', attempt: 0 }, 0);
    world.log.info({ resource: id }, 'held work looked at again');
  }
}
