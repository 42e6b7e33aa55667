/** The result of an executed plan: the outcome of each attempt, the part that was applied, and what remains open. */

import {
  type Attempt,
  isNotSent,
  type Outcome,
  outcomeOf,
  partialOutcome,
  type SignedAttempt,
} from '../../domain/approvals/attempt.ts';
import { type Change, isSamePlace } from '../../domain/changes/change.ts';
import { alsoMovedReasons, summarizeChanges } from '../../domain/changes/diff-summary.ts';
import { isEquivalent } from '../../domain/changes/document-diff.ts';
import type { PlanStep } from '../../domain/changes/plan-requests.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import { withResult } from '../state/audit-records.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { type OpenOutcome, VERIFIED, type VerifiedOutcome } from './verify-write.ts';

export interface AppliedPlan {
  readonly snapshot: Snapshot;
  /** The attempts with their results. One without a result remains open. */
  readonly attempts: readonly Attempt[];
  /** Seconds until the next attempt at what is left; null when nothing is left. */
  readonly retryWriteSeconds: number | null;
}

export type StepOutcome = VerifiedOutcome | OpenOutcome;

/** A step with its outcome; null when it was not begun. */
export interface ExecutedStep {
  readonly step: PlanStep<SignedAttempt>;
  readonly end: StepOutcome | null;
}

/** The changes of one attempt in one step, with the outcome of the step for them. */
interface PartOutcome {
  readonly changes: readonly Change[];
  readonly end: StepOutcome;
}

export function collectResults(
  { deps, audit }: Pick<ReconcileContext, 'deps' | 'audit'>,
  attempts: readonly SignedAttempt[],
  steps: readonly ExecutedStep[],
): Omit<AppliedPlan, 'snapshot'> {
  const notBegun: StepOutcome = { state: 'later', seconds: deps.options.pauses.retrySeconds };
  const ended = attempts.map((attempt): Attempt => {
    const parts = steps.flatMap(({ step, end }) =>
      step.attempts
        .filter((one) => one.attempt === attempt)
        .map(({ changes }) => ({ changes, end: partOutcome(changes, end ?? notBegun) })),
    );
    const outcome = attemptOutcome(attempt, parts);
    if (outcome.state !== 'later') {
      return withResult(audit, { ...attempt, operationUrls: [], status: statusAfter(outcome) }, outcome);
    }
    const urls = parts.flatMap(({ end }) => (end.state === 'later' ? (end.operationUrl ?? []) : []));
    return { ...attempt, operationUrls: urls };
  });
  const ends = steps.flatMap(({ end }) => end ?? []);
  const seconds = ends.flatMap((end) => (end.state === 'later' ? end.seconds : []));
  const hasUnsent = ended.some(({ result }) => result?.state === 'blocked') && ends.some(isNotSent);
  return { attempts: ended, retryWriteSeconds: seconds.length > 0 ? Math.max(...seconds) : hasUnsent ? 0 : null };
}

/** The status of an attempt while its outcome is not final. */
function statusAfter(outcome: Outcome): Attempt['status'] {
  if (outcome.state === 'unknown') return 'unknown';
  return isNotSent(outcome) ? 'held' : 'blocked';
}

/**
 * An attempt gets the worst outcome of its parts. A step that must be finished later leaves the attempt open. But when
 * another step was applied and its side effects are known, the outcome is recorded now and the rest is planned again.
 * The side effects of all steps are recorded.
 */
function attemptOutcome(attempt: Attempt, parts: readonly PartOutcome[]): StepOutcome {
  const appliedChanges = parts.flatMap(({ changes, end }) => {
    if (end.state === 'applied') return changes;
    return 'verifiedChanges' in end ? (end.verifiedChanges ?? []) : [];
  });
  const part = attempt.changes.filter((own) => appliedChanges.some((change) => isSamePlace(own, change)));
  const order: StepOutcome['state'][] = ['later', 'failed', 'blocked', 'unknown', 'applied'];
  const [first, ...others] = parts
    .map(({ end }) => end)
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (!first) return outcomeOf('applied', 'Nothing was left to write.');
  const isOpen = first.state === 'later' && (part.length === 0 || parts.some(({ end }) => mayStillApply(end)));
  if (isOpen) return first;
  const worst = first.state === 'later' ? (others.find(isRefused) ?? REST_NOT_SENT) : first;
  const completed = parts.flatMap(({ end }) => (end.state === 'later' ? [] : end));
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
 * The outcome of a step for the changes of one attempt. A step can contain several attempts, and perhaps only the
 * values of one show.
 */
function partOutcome(changes: readonly Change[], outcome: StepOutcome): StepOutcome {
  if (outcome.state === 'later' || !outcome.verifiedChanges) return outcome;
  const { verifiedChanges, ...rest } = outcome;
  if (!changes.every((change) => verifiedChanges.some((one) => isSamePlace(one, change)))) return outcome;
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
const REST_NOT_SENT: Outcome = outcomeOf('failed', 'Azure asked to wait with the rest, which is planned anew.');

/** The side effects of several requests: from the value before the first to the value after the last. */
function mergeSideEffects(moved: readonly Change[]): Change[] {
  const places = new Map<string, Change>();
  for (const change of moved) {
    const place = `${change.document} ${change.path}`;
    places.set(place, { ...change, from: places.get(place)?.from ?? change.from });
  }
  return [...places.values()].filter(({ path, from, to }) => !isEquivalent(from, to, path));
}
