/** The times of a health gate, in minutes of the gate: a test or a demonstration may shorten them. */
import type { GateStep } from '../../domain/health/gate.ts';
import type { NextLook } from '../../domain/health/judge.ts';
import { LAG_MINUTES } from '../../domain/health/metrics.ts';
import { SECOND_MS, secondsBetween, timeAfter } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';

/** The first look: what comes up again has done so by then. */
export const EARLY_MINUTES = 3;
/** A look that confirms what the one before found. */
const CONFIRM_MINUTES = 1;
/** The last reading of metrics, after the end: minutes are whole, so the last one of the gate is closed by then. */
const METRICS_MINUTES = LAG_MINUTES + 1;

/** The time (ISO) so many minutes of the gate after another. */
export function minutesAfter({ options }: Pick<Deps, 'options'>, at: Date | string, minutes: number): string {
  return timeAfter(at, minutes * options.pauses.gateMinuteSeconds * SECOND_MS).toISOString();
}

/** When a gate looks again. */
export function nextLook(
  deps: Pick<Deps, 'options' | 'clock'>,
  dueAt: string,
  wait: NextLook,
  step: GateStep,
): { readonly step: GateStep; readonly at: string } {
  if (wait === 'confirmation') return { step, at: minutesAfter(deps, deps.clock.now(), CONFIRM_MINUTES) };
  return wait === 'end'
    ? { step: 'end', at: dueAt }
    : { step: 'metrics', at: minutesAfter(deps, dueAt, METRICS_MINUTES) };
}

/** Whole seconds from now, never negative. */
export function secondsUntil({ clock }: Pick<Deps, 'clock'>, at: string): number {
  return Math.max(0, Math.ceil(secondsBetween(clock.now(), at)));
}
