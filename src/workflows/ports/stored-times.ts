/** Checks stored times against the clock. */
import { isInFuture } from '../../domain/resources/limits.ts';
import type { Deps } from './deps.ts';

/** The time, or null with a warning that names the row when it is more than so many seconds in the future. */
export function ignoreFutureTime(
  { clock, log }: TimeDeps,
  at: string | null,
  seconds: number,
  row: Readonly<Record<string, unknown>>,
): string | null {
  if (at === null || !isInFuture(at, clock.now(), seconds)) return at;
  log.warn({ ...row, at }, 'stored time is too far in the future; ignored');
  return null;
}

export type TimeDeps = Pick<Deps, 'clock' | 'log'>;
