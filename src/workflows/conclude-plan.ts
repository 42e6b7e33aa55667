/** What a plan came to: the end of each intent, with the part that stands when only a part was carried out, and what is left. */
import type { AuditFact } from '../domain/audit.ts';
import { type Change, samePlace } from '../domain/change.ts';
import { isSame } from '../domain/moved.ts';
import { listOfMoved, movedReason } from '../domain/moved-list.ts';
import type { PlanStep } from '../domain/plan.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { type Ending, isFinal, isHeldBack, type Occasion, partly } from './facts-of.ts';
import type { OpenEntry, OpenOperation } from './ports.ts';
import { type Attempted, type EndedEntry, tell } from './resolve-intents.ts';
import { type SeenEnding, VERIFIED } from './verify-write.ts';

export interface Applied {
  readonly snapshot: Snapshot;
  readonly operations: readonly OpenOperation[];
  readonly facts: readonly AuditFact[];
  readonly ended: readonly EndedEntry[];
  /** Seconds after which to come back, when something is still to be done. */
  readonly again: number | null;
}

/** What a step came to; `later` leaves its entries open. `mayHaveCome`: it failed on the way, and may be carried out. */
export type StepEnd =
  | SeenEnding
  | {
      readonly state: 'later';
      readonly seconds: number;
      readonly waitingFor?: string;
      readonly mayHaveCome?: true;
    };

/** Before Azure is asked again, when it did not say how long; each try of a message adds its back-off. */
export const PAUSE_SECONDS = 5;

export function conclude(
  operations: readonly OpenOperation[],
  attempted: readonly Attempted[],
  ends: ReadonlyMap<PlanStep, StepEnd>,
  steps: readonly PlanStep[],
  snapshot: Snapshot,
  occasion: Occasion,
): Applied {
  const facts: AuditFact[] = [];
  const ended: EndedEntry[] = [];
  for (const { operationId, entry, intent } of attempted) {
    const own = steps.filter((step) => step.changes.some((change) => touches(entry, change)));
    const ending = endOf(
      entry,
      own.map((step) => ({ step, end: ends.get(step) ?? { state: 'later', seconds: PAUSE_SECONDS } })),
    );
    if (ending.state === 'later') continue;
    tell({ facts, ended }, occasion, { operationId, entry, intent }, ending);
  }
  const later = [...ends.values()].flatMap((end) => (end.state === 'later' ? [end] : []));
  const waitingFor = later.flatMap((end) => end.waitingFor ?? []);
  const left = operations.map((operation) => ({
    ...operation,
    // What nobody attempted now still waits for what it waited for.
    waitingFor: attempted.some(({ operationId }) => operationId === operation.operationId)
      ? waitingFor
      : operation.waitingFor,
    entries: operation.entries.flatMap((entry): OpenEntry[] => {
      const end = ended.find((one) => one.entry === entry);
      if (!end) return [entry];
      return isFinal(end) ? [] : [{ ...entry, state: interimState(end) }];
    }),
  }));
  const heldBack = ended.some(({ state }) => state === 'blocked') && [...ends.values()].some(isHeldBack);
  return {
    snapshot,
    operations: left.filter(({ entries }) => entries.length > 0),
    facts,
    ended,
    again: later.length > 0 ? Math.max(...later.map(({ seconds }) => seconds)) : heldBack ? 0 : null,
  };
}

/** What is remembered of an attempt that is told of and not at its end. */
function interimState(end: EndedEntry): OpenEntry['state'] {
  if (end.state === 'unknown') return 'unknown';
  return isHeldBack(end) ? 'held' : 'blocked';
}

/**
 * An entry ends as the worst of its steps. One that must be finished later leaves it open; but where another was carried out,
 * and what moved with it seen, that is told now, and the rest is planned anew. What moved with any of them is told.
 */
function endOf(entry: OpenEntry, all: readonly { readonly step: PlanStep; readonly end: StepEnd }[]): StepEnd {
  const steps = all.map(({ step, end }) => ({ step, end: endFor(entry, step, end) }));
  const carriedOut = steps.flatMap(({ step, end }) => {
    if (end.state === 'applied') return step.changes;
    return 'stands' in end ? (end.stands ?? []) : [];
  });
  const part = entry.changes.filter((own) => carriedOut.some((change) => samePlace(own, change)));
  const order: StepEnd['state'][] = ['later', 'failed', 'blocked', 'unknown', 'applied'];
  const [first, ...others] = steps
    .map(({ end }) => end)
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (!first) return applied('Nothing was left to write.');
  const isOpen = first.state === 'later' && (part.length === 0 || steps.some(({ end }) => mayShowYet(end)));
  if (isOpen) return first;
  const worst = first.state === 'later' ? (others.find(isRefused) ?? LEFT) : first;
  const endings = steps.flatMap(({ end }) => (end.state === 'later' ? [] : end));
  const moved = listOfMoved(inOne(endings.flatMap(({ alsoMoved }) => alsoMoved)));
  const ending = worst.state === 'failed' || worst.state === 'blocked' ? partly(worst, entry.changes, part) : worst;
  const elsewhere = endings.flatMap(({ reasons }) =>
    reasons.filter((one) => one.code === 'unread' && !worst.reasons.includes(one)),
  );
  return {
    ...ending,
    alsoMoved: moved.listed,
    reasons: [...ending.reasons, ...elsewhere, ...movedReason(moved)],
    message: moved.listed.length > 0 ? `${ending.message} Something else moved with it.` : ending.message,
  };
}

/** What a step came to for one entry: several may travel in it, and only the values of one show. */
function endFor(entry: OpenEntry, step: PlanStep, end: StepEnd): StepEnd {
  if (end.state === 'later' || !end.stands) return end;
  const { stands, ...seen } = end;
  const own = step.changes.filter((change) => touches(entry, change));
  if (!own.every((change) => stands.includes(change))) return end;
  return {
    ...seen,
    state: 'applied',
    reasons: seen.reasons.filter(({ code }) => code === 'unread'),
    message: VERIFIED,
  };
}

/** Whether more of a step may show later, which only another look can tell. */
function mayShowYet(end: StepEnd): boolean {
  if (end.state === 'later') return end.waitingFor !== undefined || end.mayHaveCome === true;
  return end.state === 'unknown';
}

function isRefused(end: StepEnd): end is SeenEnding {
  return end.state === 'failed' || end.state === 'blocked';
}

/** Azure asked to wait with the rest of a plan. */
const LEFT: Ending = { ...applied('Azure asked to wait with the rest, which is planned anew.'), state: 'failed' };

/** What moved with several requests: from what was there before the first to what is there after the last. */
function inOne(moved: readonly Change[]): Change[] {
  const places = new Map<string, Change>();
  for (const change of moved) {
    const place = `${change.document} ${change.path}`;
    places.set(place, { ...change, from: places.get(place)?.from ?? change.from });
  }
  return [...places.values()].filter(({ path, from, to }) => !isSame(from, to, path));
}

function touches(entry: OpenEntry, change: Change): boolean {
  return entry.changes.some((own) => samePlace(own, change));
}

/** That the values are there. */
export function applied(message: string): Ending {
  return { state: 'applied', reasons: [], alsoMoved: [], arm: null, message, cause: '' };
}
