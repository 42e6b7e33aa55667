/** What a process counts while it works. It reads the lines of its own log, so the numbers and the log never disagree. */

export interface Tally {
  /** By the name of what is counted, e.g. `events covered`, `fixes fix applied`, `evaluations`. Seconds are counted, too. */
  readonly counts: Readonly<Record<string, number>>;
  /** By subscription and limit: what Azure said last. */
  readonly left: Readonly<Record<string, Left>>;
}

/** How many requests Azure would still have taken at that time (ISO). */
export interface Left {
  readonly requests: number;
  readonly at: string;
}

export const NO_TALLY: Tally = { counts: {}, left: {} };

/** What one line of the log adds: nothing, for most. */
export function tallyOf(fields: Readonly<Record<string, unknown>>, message: string, now: Date): Tally | null {
  if (ANSWERED.includes(message)) return leftIn(fields, now.toISOString());
  const counts = countsIn(fields, message);
  return counts === null ? null : { counts, left: {} };
}

/** Anybody can send events that name any subscription. */
const MOST_LEFT = 200;

/** Both together; of what Azure said, the latest. */
export function sumOf(one: Tally, other: Tally): Tally {
  const counts: Record<string, number> = { ...one.counts };
  for (const [name, count] of Object.entries(other.counts)) counts[name] = (counts[name] ?? 0) + count;
  const left: Record<string, Left> = { ...one.left };
  for (const [name, latest] of Object.entries(other.left)) {
    const known = left[name];
    if (known === undefined || known.at <= latest.at) left[name] = latest;
  }
  const latest = Object.entries(left).sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
  return { counts, left: Object.fromEntries(latest.slice(0, MOST_LEFT)) };
}

/** Of Azure, to one request. */
const ANSWERED: readonly string[] = ['asked Azure', 'Azure refused a request'];
const REMAINING = 'x-ms-ratelimit-remaining-';
const ENDED = /^(fix|rollback)\.(applied|failed|blocked|unknown)$/;

function countsIn(fields: Readonly<Record<string, unknown>>, message: string): Tally['counts'] | null {
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

/** Azure tells with each answer, for the subscription that was asked; the answer of a listing names none. */
function leftIn(fields: Readonly<Record<string, unknown>>, at: string): Tally | null {
  const [, subscription] = /^\/subscriptions\/([^/]+)/i.exec(String(fields.path)) ?? [];
  if (subscription === undefined) return null;
  const told = Object.entries(fields).flatMap(([name, value]) => {
    const requests = Number(value);
    if (!name.startsWith(REMAINING) || !Number.isFinite(requests)) return [];
    return [[`${subscription.toLowerCase()} ${name.slice(REMAINING.length)}`, { requests, at }] as const];
  });
  return told.length === 0 ? null : { counts: {}, left: Object.fromEntries(told) };
}
