/** The result of an executed plan: the outcome of each attempt, the part that was applied, and what remains open. */

import type { AuditRecord } from '../../domain/audit/audit.ts';
import { type Change, isSamePlace } from '../../domain/changes/change.ts';
import { alsoMovedReasons, summarizeChanges } from '../../domain/changes/diff-summary.ts';
import { isEquivalent } from '../../domain/changes/document-diff.ts';
import type { PlanStep } from '../../domain/changes/plan-requests.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Attempt, OpenOperation } from '../ports/resource-states.ts';
import type { AttemptOutcome, SignedAttempt } from '../state/attempts.ts';
import { type AuditContext, isFinal, isNotSent, type Outcome, partialOutcome } from '../state/audit-records.ts';
import { addOutcome } from './resolve-intents.ts';
import { VERIFIED, type VerifiedOutcome } from './verify-write.ts';

export interface ApplyResult {
  readonly snapshot: Snapshot;
  readonly operations: readonly OpenOperation[];
  readonly records: readonly AuditRecord[];
  readonly outcomes: readonly AttemptOutcome[];
  /** Seconds until the next attempt at what is left; null when nothing is left. */
  readonly retryWriteSeconds: number | null;
}

/**
 * The outcome of a step. `later` leaves its attempts open. `mayHaveApplied`: the request failed, but Azure may have
 * executed it.
 */
export type StepOutcome =
  | VerifiedOutcome
  | {
      readonly state: 'later';
      readonly seconds: number;
      readonly operationUrl?: string;
      readonly mayHaveApplied?: true;
    };

export function collectOutcomes(
  operations: readonly OpenOperation[],
  attempted: readonly SignedAttempt[],
  ends: ReadonlyMap<PlanStep, StepOutcome>,
  steps: readonly PlanStep[],
  snapshot: Snapshot,
  context: AuditContext,
  retrySeconds: number,
): ApplyResult {
  const records: AuditRecord[] = [];
  const outcomes: AttemptOutcome[] = [];
  for (const { operationId, attempt, intent } of attempted) {
    const own = steps.filter((step) => step.changes.some((change) => touches(attempt, change)));
    const outcome = attemptOutcome(
      attempt,
      own.map((step) => ({ step, end: ends.get(step) ?? { state: 'later', seconds: retrySeconds } })),
    );
    if (outcome.state === 'later') continue;
    addOutcome({ records, outcomes }, context, { operationId, attempt, intent }, outcome);
  }
  const later = [...ends.values()].flatMap((outcome) => (outcome.state === 'later' ? [outcome] : []));
  const operationUrls = later.flatMap((end) => end.operationUrl ?? []);
  const remaining = operations.map((operation) => ({
    ...operation,
    // An operation that was not attempted now still waits for its long-running operations.
    operationUrls: attempted.some(({ operationId }) => operationId === operation.operationId)
      ? operationUrls
      : operation.operationUrls,
    attempts: operation.attempts.flatMap((attempt): Attempt[] => {
      const end = outcomes.find((one) => one.attempt === attempt);
      if (!end) return [attempt];
      return isFinal(end) ? [] : [{ ...attempt, state: openState(end) }];
    }),
  }));
  const hasUnsent = outcomes.some(({ state }) => state === 'blocked') && [...ends.values()].some(isNotSent);
  return {
    snapshot,
    operations: remaining.filter(({ attempts }) => attempts.length > 0),
    records,
    outcomes,
    retryWriteSeconds: later.length > 0 ? Math.max(...later.map(({ seconds }) => seconds)) : hasUnsent ? 0 : null,
  };
}

/** The stored state of an attempt whose outcome is recorded and not final. */
function openState(end: AttemptOutcome): Attempt['state'] {
  if (end.state === 'unknown') return 'unknown';
  return isNotSent(end) ? 'held' : 'blocked';
}

/**
 * An attempt gets the worst outcome of its steps. A step that must be finished later leaves the attempt open. But when
 * another step was applied and its side effects are known, the outcome is recorded now and the rest is planned again.
 * The side effects of all steps are recorded.
 */
function attemptOutcome(
  attempt: Attempt,
  all: readonly { readonly step: PlanStep; readonly end: StepOutcome }[],
): StepOutcome {
  const steps = all.map(({ step, end }) => ({ step, end: stepOutcomeFor(attempt, step, end) }));
  const appliedChanges = steps.flatMap(({ step, end }) => {
    if (end.state === 'applied') return step.changes;
    return 'verifiedChanges' in end ? (end.verifiedChanges ?? []) : [];
  });
  const part = attempt.changes.filter((own) => appliedChanges.some((change) => isSamePlace(own, change)));
  const order: StepOutcome['state'][] = ['later', 'failed', 'blocked', 'unknown', 'applied'];
  const [first, ...others] = steps
    .map(({ end }) => end)
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (!first) return appliedOutcome('Nothing was left to write.');
  const isOpen = first.state === 'later' && (part.length === 0 || steps.some(({ end }) => mayStillApply(end)));
  if (isOpen) return first;
  const worst = first.state === 'later' ? (others.find(isRefused) ?? REST_NOT_SENT) : first;
  const completed = steps.flatMap(({ end }) => (end.state === 'later' ? [] : end));
  const unplanned = summarizeChanges(mergeSideEffects(completed.flatMap(({ alsoMoved }) => alsoMoved)));
  const outcome =
    worst.state === 'failed' || worst.state === 'blocked' ? partialOutcome(worst, attempt.changes, part) : worst;
  const unreadReasons = completed.flatMap(({ reasons }) =>
    reasons.filter((one) => one.code === 'unread' && !worst.reasons.includes(one)),
  );
  return {
    ...outcome,
    alsoMoved: unplanned.listed,
    reasons: [...outcome.reasons, ...unreadReasons, ...alsoMovedReasons(unplanned)],
    message: unplanned.listed.length > 0 ? `${outcome.message} Something else moved with it.` : outcome.message,
  };
}

/**
 * The outcome of a step for one attempt. A step can contain several attempts, and perhaps only the values of one show.
 */
function stepOutcomeFor(attempt: Attempt, step: PlanStep, outcome: StepOutcome): StepOutcome {
  if (outcome.state === 'later' || !outcome.verifiedChanges) return outcome;
  const { verifiedChanges, ...rest } = outcome;
  const own = step.changes.filter((change) => touches(attempt, change));
  if (!own.every((change) => verifiedChanges.includes(change))) return outcome;
  return {
    ...rest,
    state: 'applied',
    reasons: rest.reasons.filter(({ code }) => code === 'unread'),
    message: VERIFIED,
  };
}

/** Whether more of a step may show later. Only the next reconcile can find out. */
function mayStillApply(outcome: StepOutcome): boolean {
  if (outcome.state === 'later') return outcome.operationUrl !== undefined || outcome.mayHaveApplied === true;
  return outcome.state === 'unknown';
}

function isRefused(outcome: StepOutcome): outcome is VerifiedOutcome {
  return outcome.state === 'failed' || outcome.state === 'blocked';
}

/** The outcome of the steps that were not sent because Azure asked to wait. */
const REST_NOT_SENT: Outcome = {
  ...appliedOutcome('Azure asked to wait with the rest, which is planned anew.'),
  state: 'failed',
};

/** The side effects of several requests: from the value before the first to the value after the last. */
function mergeSideEffects(moved: readonly Change[]): Change[] {
  const places = new Map<string, Change>();
  for (const change of moved) {
    const place = `${change.document} ${change.path}`;
    places.set(place, { ...change, from: places.get(place)?.from ?? change.from });
  }
  return [...places.values()].filter(({ path, from, to }) => !isEquivalent(from, to, path));
}

function touches(attempt: Attempt, change: Change): boolean {
  return attempt.changes.some((own) => isSamePlace(own, change));
}

/** The outcome when the planned values are there. */
export function appliedOutcome(message: string): Outcome {
  return { state: 'applied', reasons: [], alsoMoved: [], arm: null, message, causeCode: '' };
}
