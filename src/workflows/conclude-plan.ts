/** What a plan came to: the end of each intent, with the part that stands when only a part was carried out, and what is left. */
import type { AuditFact } from '../domain/audit.ts';
import { type Change, samePlace } from '../domain/change.ts';
import { listOfMoved, movedReason } from '../domain/moved-list.ts';
import type { PlanStep } from '../domain/plan.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { type Ending, endingFact, isHeldBack, type Occasion, partly } from './facts-of.ts';
import type { OpenEntry, OpenOperation } from './ports.ts';
import type { EndedEntry } from './resolve-intents.ts';

export interface Applied {
  readonly snapshot: Snapshot;
  readonly operations: readonly OpenOperation[];
  readonly facts: readonly AuditFact[];
  readonly ended: readonly EndedEntry[];
  /** Seconds after which to come back, when something is still to be done. */
  readonly again: number | null;
}

/** What a step came to; `later` leaves its entries open. */
export type StepEnd = Ending | { readonly state: 'later'; readonly seconds: number; readonly waitingFor?: string };

/** Before Azure is asked again, when it did not say how long; each try of a message adds its back-off. */
export const PAUSE_SECONDS = 5;

export function conclude(
  operations: readonly OpenOperation[],
  attempted: readonly { operationId: string; entry: OpenEntry }[],
  ends: ReadonlyMap<PlanStep, StepEnd>,
  steps: readonly PlanStep[],
  snapshot: Snapshot,
  occasion: Occasion,
): Applied {
  const facts: AuditFact[] = [];
  const ended: EndedEntry[] = [];
  for (const { operationId, entry } of attempted) {
    const own = steps.filter((step) => step.changes.some((change) => touches(entry, change)));
    const ending = endOf(
      entry,
      own.map((step) => ({ step, end: ends.get(step) ?? { state: 'later', seconds: PAUSE_SECONDS } })),
    );
    if (ending.state === 'later') continue;
    const fact = endingFact(occasion, operationId, entry, ending);
    facts.push(fact);
    ended.push({ operationId, entry, state: ending.state, reasons: ending.reasons, factId: fact.id });
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
      return end.state === 'applied' ? [] : [{ ...entry, state: isHeldBack(end) ? 'held' : end.state }];
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

/**
 * An entry ends as the worst of its steps; one that must be finished later leaves it open. What moved with any of them is
 * told, and when others were carried out, that they were.
 */
function endOf(entry: OpenEntry, steps: readonly { readonly step: PlanStep; readonly end: StepEnd }[]): StepEnd {
  const order: StepEnd['state'][] = ['later', 'failed', 'blocked', 'unknown', 'applied'];
  const [worst] = steps.map(({ end }) => end).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (!worst || worst.state === 'later') return worst ?? applied('Nothing was left to write.');
  const endings = steps.flatMap(({ end }) => (end.state === 'later' ? [] : end));
  const carriedOut = steps.flatMap(({ step, end }) => (end.state === 'applied' ? step.changes : []));
  const part = entry.changes.filter((own) => carriedOut.some((change) => samePlace(own, change)));
  const moved = listOfMoved(endings.flatMap(({ alsoMoved }) => alsoMoved));
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

function touches(entry: OpenEntry, change: Change): boolean {
  return entry.changes.some((own) => samePlace(own, change));
}

/** That the values are there. */
export function applied(message: string): Ending {
  return { state: 'applied', reasons: [], alsoMoved: [], arm: null, message, cause: '' };
}
