/** The counters of a process. They are taken from the lines of its log, so that counters and log always agree. */

export interface Counters {
  /** By name, for example `events covered`, `fixes fix applied`, `evaluations`. Seconds are counted, too. */
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

/** The counters of one log line; null for most lines. */
export function countersOf(fields: Readonly<Record<string, unknown>>, message: string, now: Date): Counters | null {
  if (REQUEST_MESSAGES.includes(message)) return quotasIn(fields, now.toISOString());
  const counts = countsIn(fields, message);
  return counts === null ? null : { counts, remaining: {} };
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
  const latest = Object.entries(remaining).sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
  return { counts, remaining: Object.fromEntries(latest.slice(0, MAX_QUOTAS)) };
}

/** The messages about one request to Azure. */
const REQUEST_MESSAGES: readonly string[] = ['asked Azure', 'Azure refused a request'];
const REMAINING = 'x-ms-ratelimit-remaining-';
const ENDED = /^(fix|rollback)\.(applied|failed|blocked|unknown)$/;

function countsIn(fields: Readonly<Record<string, unknown>>, message: string): Counters['counts'] | null {
  if (message === 'event received') return { 'events received': 1 };
  if (message === 'event ignored') return { 'events ignored': 1 };
  if (message === 'event concluded') return { [`events ${String(fields.outcome)}`]: 1 };
  if (message === 'evaluated') return { evaluations: 1 };
  if (message.startsWith('Azure throttles')) return { throttled: 1 };
  const [, purpose, outcome] = ENDED.exec(typeof fields.auditId === 'string' ? String(fields.kind) : '') ?? [];
  if (purpose === undefined) return null;
  const seconds = fields.secondsFromEvent;
  const timed = typeof seconds === 'number' ? { 'fix seconds': Math.max(0, seconds), 'timed fixes': 1 } : {};
  return { [`fixes ${purpose} ${outcome}`]: 1, ...timed };
}

/** Azure returns the quota of the queried subscription with each response. The response of a listing names none. */
function quotasIn(fields: Readonly<Record<string, unknown>>, at: string): Counters | null {
  const [, subscription] = /^\/subscriptions\/([^/]+)/i.exec(String(fields.path)) ?? [];
  if (subscription === undefined) return null;
  const quotas = Object.entries(fields).flatMap(([name, value]) => {
    const requests = Number(value);
    if (!name.startsWith(REMAINING) || !Number.isFinite(requests)) return [];
    return [[`${subscription.toLowerCase()} ${name.slice(REMAINING.length)}`, { requests, at }] as const];
  });
  return quotas.length === 0 ? null : { counts: {}, remaining: Object.fromEntries(quotas) };
}
