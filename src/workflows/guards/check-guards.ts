/**
 * The checks before every message, with one request: whether the service resumes after an outage, and whether Azure
 * asked to wait.
 */

import { throttleSecondsLeft } from '../../domain/decisions/throttle.ts';
import { jitterUp } from '../../domain/resources/jitter.ts';
import { MAX_WAIT_SECONDS } from '../../domain/resources/limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ignoreFutureTime } from '../ports/runtime.ts';
import { outageGuard } from './outage-guard.ts';

/**
 * Returns the seconds that a message about this subscription must wait, with jitter; 0 when it does not wait. Throws when
 * the guards cannot be read: then nothing is done, and the queue delivers the message again.
 */
export async function checkGuards(deps: Deps, subscriptionId: string): Promise<number> {
  const { heartbeat, throttle: stored } = await deps.guards.read(subscriptionId);
  const row = { subscriptionId, row: 'throttle' };
  const throttle = stored && ignoreFutureTime(deps, stored.until, MAX_WAIT_SECONDS, row) !== null ? stored : null;
  await outageGuard(deps, heartbeat);
  const seconds = throttleSecondsLeft(throttle, deps.clock.now());
  return seconds === 0 ? 0 : jitterUp(deps, seconds);
}
