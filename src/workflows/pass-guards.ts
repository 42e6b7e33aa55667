/** What every message passes before anything else, for one request: whether the service was silent, and whether Azure asked to wait. */
import { LONGEST_WAIT_SECONDS } from '../domain/limits.ts';
import { atLeast } from './back-off.ts';
import { guardResume } from './guard-resume.ts';
import { heedThrottling, secondsLeft } from './heed-throttling.ts';
import type { World } from './ports.ts';
import { notAfter } from './sound-times.ts';

export interface Passed {
  /** The world to work in: it notices when Azure asks to wait. */
  readonly world: World;
  /** Seconds that a message about this subscription has to wait, and by chance a little longer; 0 when it has not. */
  readonly wait: number;
}

/** Throws when the guards cannot be read: then nothing is done, and the queue delivers the message again. */
export async function passGuards(world: World, subscriptionId: string): Promise<Passed> {
  const { heartbeat, throttle: stored } = await world.guards.read(subscriptionId);
  const row = { subscriptionId, row: 'throttle' };
  const throttle = stored && notAfter(world, stored.until, LONGEST_WAIT_SECONDS, row) !== null ? stored : null;
  await guardResume(world, heartbeat);
  const left = secondsLeft(throttle, world.clock.now());
  return { world: heedThrottling(world, subscriptionId, throttle), wait: left === 0 ? 0 : atLeast(world, left) };
}
