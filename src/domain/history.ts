/** What became of the fixes of one rule on one resource, as far as it decides about the next one. */

export interface RuleHistory {
  /** When a fix was applied: ISO times, oldest first. */
  readonly fixedAt: readonly string[];
  /** When a write was tried and failed; what was throttled, busy or not seen yet is no failure. */
  readonly failedAt: readonly string[];
  /** When a fix last moved along what it should not have; null: never. */
  readonly alsoMovedAt: string | null;
}

export const NO_HISTORY: RuleHistory = { fixedAt: [], failedAt: [], alsoMovedAt: null };

/** How many times are kept of a rule; the settings allow no limit above it. */
export const KEPT_TIMES = 1000;
/** More than it takes to call a write failing. */
const KEPT_FAILURES = 10;

/** The history with one more end of a fix. What moved something along counts, however it ended. */
export function withEnd(
  history: RuleHistory,
  end: { readonly state: string; readonly alsoMoved: boolean },
  at: string,
): RuleHistory {
  const after = end.alsoMoved ? { ...history, alsoMovedAt: at } : history;
  if (end.state === 'failed') return { ...after, failedAt: [...after.failedAt, at].slice(-KEPT_FAILURES) };
  if (end.state === 'applied') return { ...after, fixedAt: [...after.fixedAt, at].slice(-KEPT_TIMES) };
  return after;
}

/** Those of the times that lie within so many hours before now. */
export function within(times: readonly string[], hours: number, now: Date): string[] {
  const since = now.getTime() - hours * 3_600_000;
  return times.filter((at) => Date.parse(at) > since);
}
