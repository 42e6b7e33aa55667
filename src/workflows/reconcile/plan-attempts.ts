/**
 * Plans the attempts of the granted change sets, and what becomes of the earlier ones. An attempt at changes that the
 * log has an intent for runs under that intent. Like the plan before it, this is computed only.
 */

import { type Attempt, attemptsToStore, hasIntent, isUnresolved, outcomeOf } from '../../domain/approvals/attempt.ts';
import { type ChangeSet, isSameChangeSet } from '../../domain/approvals/change-set.ts';
import { MAX_OPERATIONS_SIZE, serializedSize } from '../../domain/resources/limits.ts';
import { isConclusive } from '../../domain/resources/snapshot.ts';
import { withLaterResult } from '../state/audit-records.ts';
import { mayReadAgain } from '../state/read-attempts.ts';
import type { ReconcileInput } from '../state/reconcile-context.ts';
import type { Claim } from './claim.ts';
import type { ReconcilePlan } from './plan-reconcile.ts';

export interface AttemptPlan {
  /** The attempts that are made now. */
  readonly attempts: readonly Attempt[];
  /** Earlier attempts that are not made now: those with a result, and those that remain open. */
  readonly earlier: readonly Attempt[];
  /** The number of change sets that have no room beside the others. */
  readonly postponed: number;
}

export function planAttempts(
  input: ReconcileInput,
  { store, needed, running }: Pick<ReconcilePlan, 'store' | 'needed' | 'running'>,
  claim: Claim,
): AttemptPlan {
  if (running) return { attempts: [], earlier: claim.attempts, postponed: 0 };
  const operationId = input.newOperationId();
  const selected = selectFitting(claim.granted, claim.attempts);
  const attempts = selected.flatMap((changeSet): Attempt[] => {
    const own = claim.attempts.filter((one) => !one.result && isSameChangeSet(one, changeSet));
    if (own.length === 0) return [firstAttempt(changeSet, operationId)];
    return own.map((one) => ({
      ...one,
      ...changeSet,
      operationId: one.operationId,
      number: one.number + 1,
      status: 'open',
    }));
  });
  return {
    attempts,
    earlier: claim.attempts.flatMap((one) => (one.result ? one : (leave(one) ?? []))),
    postponed: claim.granted.length - selected.length,
  };

  /** An earlier attempt that is left; null when it is continued or dropped. */
  function leave(attempt: Attempt): Attempt | null {
    // The old values are there, and the next approval gets an intent of its own.
    const closed = store.find(({ approval }) => approval.id === attempt.approvalId)?.approval;
    if (closed?.status === 'superseded') {
      if (!hasIntent(attempt)) return null;
      const message = closed.reasons.map(({ text }) => text).join(' ');
      return withLaterResult(input.audit, attempt, outcomeOf('failed', message, closed.reasons));
    }
    if (selected.some((one) => isSameChangeSet(one, attempt))) return null;
    if (!isUnresolved(attempt)) return needed.has(attempt.digest) ? held(attempt) : null;
    if (attempt.status === 'unknown' || !hasIntent(attempt)) return attempt;
    // This message reads the resource again soon, so nothing is recorded yet.
    if (!isConclusive(input.snapshot) && mayReadAgain(input.message)) return attempt;
    // The old values are still there, or could not be read. A later read decides.
    const outcome = outcomeOf('unknown', NOT_VERIFIED, [{ code: 'not-verified', text: NOT_VERIFIED }]);
    return withLaterResult(input.audit, { ...attempt, status: 'unknown' }, outcome);
  }

  /** A blocked attempt that is now on hold for another reason. A wake-up attempts it when the hold ends. */
  function held(attempt: Attempt): Attempt {
    const isBlocked = attempt.status === 'blocked' && input.message.cause !== 'wake';
    return isBlocked && !selected.some(({ digest }) => digest === attempt.digest)
      ? { ...attempt, status: 'held' }
      : attempt;
  }
}

const NOT_VERIFIED =
  'The planned values were not seen, and the change may not be tried again now; a later read decides.';

/** The size of a stored attempt without its changes. */
const ATTEMPT_OVERHEAD = 600;

/**
 * The change sets that fit beside the stored attempts. An attempt is stored completely in the row of its resource until
 * it has an outcome.
 */
function selectFitting(changeSets: readonly ChangeSet[], earlier: readonly Attempt[]): ChangeSet[] {
  let capacity = MAX_OPERATIONS_SIZE - serializedSize(attemptsToStore(earlier));
  return changeSets.filter((one) => {
    if (earlier.some(({ digest, result }) => digest === one.digest && !result)) return true;
    const size = serializedSize(one.changes) + ATTEMPT_OVERHEAD;
    if (size > capacity) return false;
    capacity -= size;
    return true;
  });
}

function firstAttempt(changeSet: ChangeSet, newOperationId: string): Attempt {
  const operationId = changeSet.operationId ?? newOperationId;
  return { ...changeSet, operationId, number: 1, status: 'open', operationUrls: [] };
}
