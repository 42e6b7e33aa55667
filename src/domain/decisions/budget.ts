/**
 * The hourly budget of a subscription: how many resources are written automatically, and the queue of those that wait.
 * No hour has more grants than the limit. The first resource in the queue comes first. Times are milliseconds.
 */
import { HOUR_MS, MINUTE_MS } from '../resources/durations.ts';

export interface Budget {
  /** The grants of the last hour, one per resource. */
  readonly grants: readonly Grant[];
  /** The queue, oldest first. */
  readonly waiting: readonly WaitingResource[];
  /** Since when new resources must wait in this hour, and which was the first. */
  readonly holding: { readonly since: number; readonly by: string } | null;
}

export interface Grant {
  readonly resource: string;
  /** Until an hour after this time the resource is granted again, without using budget. */
  readonly first: number;
  /** Until an hour after this time the grant uses one place of the budget. */
  readonly last: number;
}

export interface WaitingResource {
  readonly resource: string;
  /** When the resource was told to claim again. */
  readonly due: number;
}

export interface BudgetRefusal {
  readonly granted: false;
  /** The expected time of its slot. */
  readonly due: number;
  /** The number of grants in the last hour. */
  readonly used: number;
  readonly since: number;
  /** Whether it is the first resource that must wait in this hour. */
  readonly first: boolean;
}

/** `ignored`: the number of stored entries that no claim wrote. */
export type BudgetAnswer = ({ readonly granted: true } | BudgetRefusal) & { readonly ignored?: number };

/** The answer to a claim, and the budget after it. */
interface Claimed {
  readonly budget: Budget;
  readonly answer: BudgetAnswer;
}

export const EMPTY_BUDGET: Budget = { grants: [], waiting: [], holding: null };

/** A budget is one row of at most 1 MiB. This bounds the effective limit and the length of the queue. */
export const MAX_PLACES = 4000;

/** A resource that does not claim within this time after it was due loses its place in the queue. */
const GRACE = 15 * MINUTE_MS;

/**
 * Claims a write. A grant of the last hour is renewed. A place in the queue is kept until it is granted or withdrawn,
 * or until it is not claimed in time.
 */
export function claim(before: Budget, resource: string, now: number, limit: number): Claimed {
  const { budget: valid, invalid } = sanitizeBudget(before, now);
  const { budget, answer } = grantOrQueue(prune(valid, now), resource, now, limit);
  return { budget, answer: invalid === 0 ? answer : { ...answer, ignored: invalid } };
}

function grantOrQueue(budget: Budget, resource: string, now: number, limit: number): Claimed {
  const capacity = Math.min(limit, MAX_PLACES);
  const own = budget.grants.find((one) => one.resource === resource);
  const again = own !== undefined && now < own.first + HOUR_MS;
  const otherGrants = budget.grants.filter((one) => one !== own);
  const position = budget.waiting.findIndex((one) => one.resource === resource);
  const older = position === -1 ? budget.waiting : budget.waiting.slice(0, position);
  // Free budget is reserved for older resources that are due before it is free again.
  const reserved = again ? 0 : older.filter(({ due }) => due <= now + HOUR_MS).length;
  if (reserved < capacity - otherGrants.length) {
    const grant: Grant = { resource, first: again ? own.first : now, last: Math.max(now, own?.last ?? now) };
    return { budget: { ...withdraw(budget, resource), grants: [...otherGrants, grant] }, answer: { granted: true } };
  }
  const full = position === -1 && budget.waiting.length >= MAX_PLACES;
  const due = full ? now + HOUR_MS : nextSlot(older.length, otherGrants, now, capacity);
  const entry = { resource, due };
  const holding = budget.holding ?? (position === -1 ? { since: now, by: resource } : null);
  return {
    budget: {
      ...budget,
      waiting: full ? budget.waiting : position === -1 ? [...older, entry] : budget.waiting.with(position, entry),
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

/** Removes a resource from the queue. */
export function withdraw(budget: Budget, resource: string): Budget {
  return { ...budget, waiting: budget.waiting.filter((one) => one.resource !== resource) };
}

/** The entries that still count. */
function prune({ grants, waiting, holding }: Budget, now: number): Budget {
  return {
    grants: grants.filter(({ last }) => now < last + HOUR_MS),
    waiting: waiting.filter(({ due }) => now < due + GRACE),
    holding: holding && now < holding.since + HOUR_MS ? holding : null,
  };
}

/**
 * Removes entries with times that no claim wrote, and counts them. A grant in the far future would use a place until
 * then.
 */
function sanitizeBudget({ grants, waiting, holding }: Budget, now: number): { budget: Budget; invalid: number } {
  const budget = {
    grants: grants.filter(({ first, last }) => Math.max(first, last) <= now + GRACE),
    waiting: waiting.filter(({ due }) => due <= now + (MAX_PLACES + 1) * HOUR_MS + GRACE),
    holding: holding && holding.since <= now + GRACE ? holding : null,
  };
  const count = (one: Budget) => one.grants.length + one.waiting.length + (one.holding ? 1 : 0);
  return { budget, invalid: count({ grants, waiting, holding }) - count(budget) };
}

/** The time of the slot behind `older` resources: each place is free when its grant ends, and every hour after that. */
function nextSlot(older: number, grants: readonly Grant[], now: number, capacity: number): number {
  if (capacity === 0) return now + HOUR_MS;
  const ends = grants.map(({ last }) => last + HOUR_MS).sort((a, b) => a - b);
  const used = ends.slice(-capacity);
  const unused = capacity - used.length;
  return (used[(older % capacity) - unused] ?? now) + Math.floor(older / capacity) * HOUR_MS;
}
