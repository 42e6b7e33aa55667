/** What the service counts, with closed lists of names and labels, and how counters are added up. */

import type { AuditKind } from './audit.ts';

/** The counters, with the values of each label. */
export const COUNTERS = {
  events: { outcome: ['received', 'ignored', 'covered', 'evaluated', 'gone', 'dead'] },
  evaluations: {},
  fixes: { purpose: ['fix', 'rollback'], outcome: ['applied', 'failed', 'blocked', 'unknown'] },
  throttled: {},
  lostEvents: {},
  sweptResources: { outcome: ['skipped', 'queued', 'missing', 'not-listed'] },
  distrustedListings: {},
  comparedLeaves: { result: ['agreed', 'differed', 'not-told'] },
  activityLogRequests: { outcome: ['read', 'throttled', 'forbidden', 'failed'] },
  healthGates: { outcome: ['well', 'worse', 'unknown'] },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export type CounterName = keyof typeof COUNTERS;
type LabelValues<Name extends CounterName> = (typeof COUNTERS)[Name];

/** The labels of a counter. */
export type Labels<Name extends CounterName> = {
  readonly [Label in keyof LabelValues<Name>]: LabelValues<Name>[Label] extends readonly (infer Value extends string)[]
    ? Value
    : never;
};

/** The durations that are observed, in seconds. */
export type DurationName = 'timeToFix';

export interface Counters {
  /** By name and values of labels, for example `fixes fix applied`; a duration has `timeToFix sum` and `timeToFix count`. */
  readonly counts: Readonly<Record<string, number>>;
  /** By subscription and limit: the last value from Azure. */
  readonly remaining: Readonly<Record<string, RemainingQuota>>;
}

/** How many more requests Azure would have taken at that time (ISO). */
export interface RemainingQuota {
  readonly requests: number;
  readonly at: string;
}

export const NO_COUNTERS: Counters = { counts: {}, remaining: {} };

/** So many more of a counter. */
export function counted(name: CounterName, labels: Readonly<Record<string, string>>, amount = 1): Counters {
  const key = [name, ...Object.keys(COUNTERS[name]).map((label) => labels[label] ?? '')].join(' ');
  return { ...NO_COUNTERS, counts: { [key]: amount } };
}

/** One more observed duration. */
export function observed(name: DurationName, seconds: number): Counters {
  return { ...NO_COUNTERS, counts: { [`${name} sum`]: Math.max(0, seconds), [`${name} count`]: 1 } };
}

/** The requests that a limit of a subscription leaves. */
export function remainingRequests(subscriptionId: string, limit: string, left: RemainingQuota): Counters {
  return { ...NO_COUNTERS, remaining: { [`${subscriptionId.toLowerCase()} ${limit}`]: left } };
}

/** Each count of a name with the values of its labels in their order, sorted. */
export function samplesOf({ counts }: Counters, name: CounterName): [count: number, ...values: string[]][] {
  return Object.entries(counts)
    .map(([key, count]) => ({ key, count, parts: key.split(' ') }))
    .filter(({ parts }) => parts[0] === name)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ count, parts }) => [count, ...parts.slice(1)]);
}

/** What became of a change, when an audit record tells it; null for other records. */
export function fixOf(kind: AuditKind): Labels<'fixes'> | null {
  const purpose = COUNTERS.fixes.purpose.find((one) => kind.startsWith(`${one}.`));
  const outcome = COUNTERS.fixes.outcome.find((one) => kind.endsWith(`.${one}`));
  return purpose === undefined || outcome === undefined ? null : { purpose, outcome };
}

/** Bounded, because events can name any subscription. */
const MAX_QUOTAS = 200;

/** Adds two counters. Of the quotas, the latest counts. */
export function addCounters(one: Counters, other: Counters): Counters {
  const counts: Record<string, number> = { ...one.counts };
  for (const [name, count] of Object.entries(other.counts)) counts[name] = (counts[name] ?? 0) + count;
  const remaining: Record<string, RemainingQuota> = { ...one.remaining };
  for (const [name, latest] of Object.entries(other.remaining)) {
    const previous = remaining[name];
    if (previous === undefined || previous.at <= latest.at) remaining[name] = latest;
  }
  if (Object.keys(remaining).length <= MAX_QUOTAS) return { counts, remaining };
  const latest = Object.entries(remaining).sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
  return { counts, remaining: Object.fromEntries(latest.slice(0, MAX_QUOTAS)) };
}
