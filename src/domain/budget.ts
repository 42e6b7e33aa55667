/**
 * How many resources of a subscription are written automatically within an hour, and who waits for a turn: in no hour are
 * more than the limit granted, and of those that wait the one that came first is first. Times are milliseconds.
 */
export interface Budget {
  /** What was granted within the last hour, each resource once. */
  readonly grants: readonly Grant[];
  /** What waits, the longest first. */
  readonly waiting: readonly Waiter[];
  /** Since when new ones have had to wait in this hour, and which was the first. */
  readonly holding: { readonly since: number; readonly by: string } | null;
}

export interface Grant {
  readonly resource: string;
  /** Until an hour after this it is granted again, and uses nothing. */
  readonly first: number;
  /** Until an hour after this it uses one of those that the limit allows. */
  readonly last: number;
}

export interface Waiter {
  readonly resource: string;
  /** When it was told to ask again. */
  readonly due: number;
}

export interface Refused {
  readonly granted: false;
  /** When its turn comes, if all goes as it looks now. */
  readonly due: number;
  /** How many were granted within the last hour. */
  readonly used: number;
  readonly since: number;
  /** Whether it is the one with which this hour began to hold. */
  readonly first: boolean;
}

/** `ignored`: so many places of the stored budget were none that a claim had written. */
export type Answer = ({ readonly granted: true } | Refused) & { readonly ignored?: number };

export const EMPTY_BUDGET: Budget = { grants: [], waiting: [], holding: null };

/** A budget is one row of at most 1 MiB: no limit counts for more than this, and no more than this have a place in the line. */
export const MOST_PLACES = 4000;

const HOUR = 3_600_000;
/** Who does not come so long after it was due, does not need it any more, and does not keep others waiting. */
const GRACE = 15 * 60_000;

/**
 * A resource asks to be written. What was granted within the hour is granted again; a place in the line is kept until it is
 * granted, left, or not asked for when it is due.
 */
export function claim(
  before: Budget,
  resource: string,
  now: number,
  limit: number,
): { budget: Budget; answer: Answer } {
  const { budget: sound, strange } = soundBudget(before, now);
  const { budget, answer } = granted(at(sound, now), resource, now, limit);
  return { budget, answer: strange === 0 ? answer : { ...answer, ignored: strange } };
}

function granted(budget: Budget, resource: string, now: number, limit: number): { budget: Budget; answer: Answer } {
  const places = Math.min(limit, MOST_PLACES);
  const own = budget.grants.find((one) => one.resource === resource);
  const again = own !== undefined && now < own.first + HOUR;
  const others = budget.grants.filter((one) => one !== own);
  const place = budget.waiting.findIndex((one) => one.resource === resource);
  const older = place === -1 ? budget.waiting : budget.waiting.slice(0, place);
  // What is free is kept for the older ones that come before it would be free again.
  const kept = again ? 0 : older.filter(({ due }) => due <= now + HOUR).length;
  if (kept < places - others.length) {
    const grant: Grant = { resource, first: again ? own.first : now, last: Math.max(now, own?.last ?? now) };
    return { budget: { ...leave(budget, resource), grants: [...others, grant] }, answer: { granted: true } };
  }
  const full = place === -1 && budget.waiting.length >= MOST_PLACES;
  const due = full ? now + HOUR : turnAfter(older.length, others, now, places);
  const waiter = { resource, due };
  const holding = budget.holding ?? (place === -1 ? { since: now, by: resource } : null);
  return {
    budget: {
      ...budget,
      waiting: full ? budget.waiting : place === -1 ? [...older, waiter] : budget.waiting.with(place, waiter),
      holding,
    },
    answer: {
      granted: false,
      due,
      used: budget.grants.length,
      since: holding?.since ?? now,
      first: holding?.by === resource,
    },
  };
}

/** A resource needs no turn any more. */
export function leave(budget: Budget, resource: string): Budget {
  return { ...budget, waiting: budget.waiting.filter((one) => one.resource !== resource) };
}

/** What of it still counts. */
function at({ grants, waiting, holding }: Budget, now: number): Budget {
  return {
    grants: grants.filter(({ last }) => now < last + HOUR),
    waiting: waiting.filter(({ due }) => now < due + GRACE),
    holding: holding && now < holding.since + HOUR ? holding : null,
  };
}

/** A budget without the times that no claim has written, and how many they were: a grant of next year would use up a place until then. */
function soundBudget({ grants, waiting, holding }: Budget, now: number): { budget: Budget; strange: number } {
  const budget = {
    grants: grants.filter(({ first, last }) => Math.max(first, last) <= now + GRACE),
    waiting: waiting.filter(({ due }) => due <= now + (MOST_PLACES + 1) * HOUR + GRACE),
    holding: holding && holding.since <= now + GRACE ? holding : null,
  };
  const count = (one: Budget) => one.grants.length + one.waiting.length + (one.holding ? 1 : 0);
  return { budget, strange: count({ grants, waiting, holding }) - count(budget) };
}

/** When so many have had their turn: each place is free when its grant ends, and then every hour. */
function turnAfter(older: number, grants: readonly Grant[], now: number, places: number): number {
  if (places === 0) return now + HOUR;
  const ends = grants.map(({ last }) => last + HOUR).sort((a, b) => a - b);
  const idle = Array.from({ length: Math.max(0, places - ends.length) }, () => now);
  const free = [...idle, ...ends.slice(-places)];
  return (free[older % places] ?? now) + Math.floor(older / places) * HOUR;
}
