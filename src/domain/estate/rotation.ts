/** When a resource is read wholly from Resource Manager, whatever its rows say. */
import { createHash } from 'node:crypto';
import { DAY_MS } from '../resources/durations.ts';

/**
 * Whether to read a resource wholly in the sweep of this time. Resources have times of their own, spread evenly by their
 * key, once in `fullReadDays` days; and none waits longer than that, given when the next sweep is expected.
 */
export function rotationDue(
  key: string,
  lastWhollyReadAt: string | null,
  now: Date,
  { fullReadDays, sweepSeconds }: { readonly fullReadDays: number; readonly sweepSeconds: number },
): boolean {
  const last = lastWhollyReadAt === null ? Number.NaN : Date.parse(lastWhollyReadAt);
  if (Number.isNaN(last)) return true;
  const period = fullReadDays * DAY_MS;
  const sweep = sweepSeconds * 1000;
  const isTooOldAtNextSweep = now.getTime() + sweep > last + period;
  if (isTooOldAtNextSweep) return true;
  const turn = now.getTime() - modulo(now.getTime() - offsetOf(key, period), period);
  // A reading shortly before its turn stands for it.
  return turn > last + sweep;
}

/** Milliseconds from 0 (inclusive) to the period. */
function offsetOf(key: string, period: number): number {
  const digits = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return Math.floor((Number.parseInt(digits, 16) / 16 ** 12) * period);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
