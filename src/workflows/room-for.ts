/** An intent is remembered whole until it has its end, in the one row of its resource: as many are begun as have room there. */
import { LARGEST_OPERATIONS, weightOf } from '../domain/limits.ts';
import type { Resource } from '../domain/resource.ts';
import type { Wanted } from './apply-plan.ts';
import { onTheMinute } from './come-back.ts';
import type { OpenOperation, World } from './ports.ts';

/** What of it has room beside the intents that are remembered; for the rest somebody looks again in a minute. */
export async function withRoom(
  world: World,
  resource: Resource,
  remembered: readonly OpenOperation[],
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const isRemembered = ({ digest }: Wanted) =>
    remembered.some(({ entries }) => entries.some((one) => one.digest === digest));
  let room = LARGEST_OPERATIONS - weightOf(remembered);
  const fitting = wanted.filter((one) => {
    if (isRemembered(one)) return true;
    const weight = weightOf(one.changes) + AROUND;
    if (weight > room) return false;
    room -= weight;
    return true;
  });
  const left = wanted.length - fitting.length;
  if (left > 0) {
    world.log.warn(
      { resource: resource.id, left },
      'not all has room to be written at once; the rest is looked at again',
    );
    await world.alarms.set(resource, onTheMinute(world.clock.now().getTime() + 60_000), 'the rest has room');
  }
  return fitting;
}

/** What is remembered of an attempt beside its changes. */
const AROUND = 600;
