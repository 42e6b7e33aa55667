/** The outcomes of the fixes of one rule on one resource, as far as they matter for the next fix. */
import * as z from 'zod';
import { HOUR_MS } from '../resources/durations.ts';
import { type Infer, time } from '../resources/schema.ts';

export const ruleHistory = z.strictObject({
  /** When a fix was applied, oldest first. */
  fixedAt: z.array(time),
  /** When a write failed. Throttled, busy and unverified writes do not count. */
  failedAt: z.array(time),
  /** When a fix last had side effects; null when it never had. */
  alsoMovedAt: time.nullable(),
  /** When a health gate last found the app worse after a fix. */
  worseAt: time.exactOptional(),
});
export type RuleHistory = Infer<typeof ruleHistory>;

export const NO_HISTORY: RuleHistory = { fixedAt: [], failedAt: [], alsoMovedAt: null };

/** The maximum number of times per rule. The settings allow no higher limit. */
export const MAX_FIX_TIMES = 1000;
/** More than the number of failures that stops retries. */
const MAX_FAILURE_TIMES = 10;

/** Adds the outcome of a fix. Side effects count with every outcome. */
export function withFixOutcome(
  history: RuleHistory,
  outcome: { readonly state: string; readonly alsoMoved: boolean },
  at: string,
): RuleHistory {
  const after = outcome.alsoMoved ? { ...history, alsoMovedAt: at } : history;
  if (outcome.state === 'failed') return { ...after, failedAt: [...after.failedAt, at].slice(-MAX_FAILURE_TIMES) };
  if (outcome.state === 'applied') return { ...after, fixedAt: [...after.fixedAt, at].slice(-MAX_FIX_TIMES) };
  return after;
}

/** The times within so many hours before now. */
export function withinHours(times: readonly string[], hours: number, now: Date): string[] {
  const since = now.getTime() - hours * HOUR_MS;
  return times.filter((at) => Date.parse(at) > since);
}
