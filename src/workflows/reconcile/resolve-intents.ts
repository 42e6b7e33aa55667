/**
 * Resolves intents without an outcome in the log by a fresh read. The planned values mean applied. The old values mean
 * that the write may still be executed. Other values mean failed. Intents with another state are only kept, so that
 * the next attempt at the same changes runs under them.
 */

import { digestIn } from '../../domain/approvals/digests.ts';
import type { AuditEntry, AuditRecord } from '../../domain/audit/audit.ts';
import { type Change, compareToPlan } from '../../domain/changes/change.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { isProvisioned, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { ApprovalPlan } from '../approvals/reconcile-approvals.ts';
import type { Deps } from '../ports/deps.ts';
import type { Attempt, OpenOperation } from '../ports/resource-states.ts';
import type { AttemptOutcome, SignedAttempt } from '../state/attempts.ts';
import {
  type AuditContext,
  attemptSubject,
  findOutcomeEntry,
  intentId,
  type Outcome,
  outcomeOfEntry,
  outcomeRecord,
  partialOutcome,
} from '../state/audit-records.ts';

export interface ResolvedIntents extends LoadedIntents {
  readonly records: readonly AuditRecord[];
  /** Azure still executes a write: reconcile again later. */
  readonly running: boolean;
}

/** Stored attempts, compared with the log. */
export interface LoadedIntents {
  /** What may still be executed or resolved. */
  readonly operations: readonly OpenOperation[];
  /** The signed intent of each attempt that was compared with the log. */
  readonly signedIntents: ReadonlyMap<Attempt, AuditEntry>;
  /** The outcomes that the log has and the stored state does not, or new ones. */
  readonly outcomes: readonly AttemptOutcome[];
}

/** Adds the outcome of an attempt: the audit record, and the outcome for this reconcile. */
export function addOutcome(
  { records, outcomes }: { readonly records: AuditRecord[]; readonly outcomes: AttemptOutcome[] },
  context: AuditContext,
  attempted: SignedAttempt,
  outcome: Outcome,
): void {
  const record = outcomeRecord(context, attempted.intent, outcome);
  records.push(record);
  outcomes.push(outcomeOf(attempted, outcome, record.id));
}

function outcomeOf(attempted: SignedAttempt, { state, reasons, appliedPart }: Outcome, factId: string): AttemptOutcome {
  return { ...attempted, state, reasons, recordId: factId, ...(appliedPart ? { appliedPart } : {}) };
}

export async function resolveIntents(
  deps: Deps,
  stored: readonly OpenOperation[],
  snapshot: Snapshot,
  context: AuditContext,
): Promise<ResolvedIntents> {
  const intents = await loadIntents(deps, stored, context, ({ state }) => isUnresolved(state));
  const { operations } = intents;
  const unresolved = { ...intents, records: [], running: false };
  if (operations.every(({ attempts }) => attempts.every(({ state }) => !isUnresolved(state)))) return unresolved;
  const states = await Promise.all(
    operations.flatMap(({ operationUrls }) => operationUrls).map((url) => deps.arm.pollOperation(url)),
  );
  if (!isProvisioned(snapshot) || states.some(({ kind }) => kind === 'running')) {
    return { ...unresolved, running: true };
  }
  const { records, outcomes, ...left } = updateAttempts(intents, context, (attempt, intent) => {
    const outcome = intent && isUnresolved(attempt.state) ? outcomeFromRead(attempt, snapshot) : null;
    return outcome ? { remaining: null, outcome } : { remaining: attempt };
  });
  const remaining = left.operations.map((operation) => ({ ...operation, operationUrls: [] }));
  return {
    operations: remaining,
    signedIntents: intents.signedIntents,
    records,
    outcomes: [...intents.outcomes, ...outcomes],
    running: false,
  };
}

/**
 * Loads the attempts selected by `isRelevant` from the log. After a crash between storing and logging an intent,
 * nothing was written: the attempt is dropped. An attempt whose outcome is in the log has ended, whatever the row
 * contains. The signed intent for this resource counts. A row that differs is logged.
 */
export async function loadIntents(
  deps: Deps,
  operations: readonly OpenOperation[],
  { resource }: Pick<AuditContext, 'resource'>,
  isRelevant: (attempt: Attempt) => boolean,
): Promise<LoadedIntents> {
  const signed = new Map<Attempt, AuditEntry>();
  const outcomes: AttemptOutcome[] = [];
  const checked = await Promise.all(
    operations.map(async (operation) => {
      const attempts = await Promise.all(
        operation.attempts.map(async (storedAttempt): Promise<Attempt[]> => {
          if (!isRelevant(storedAttempt)) return [storedAttempt];
          const { operationId } = operation;
          const entries = await deps.audit.listBySubject(attemptSubject(operationId, storedAttempt));
          const intent = entries.find(({ id }) => id === intentId(operationId, storedAttempt));
          if (!intent) return [];
          const digest = digestIn(intent.reasons);
          if (!isIntentOf(intent, resource.id, operationId, storedAttempt) || digest === null) {
            deps.log.warn(
              { resource: resource.id, operationId, auditId: intent.id },
              'a stored attempt does not match the audit log; ignored',
            );
            return [];
          }
          const attempt = { ...storedAttempt, changes: intent.changes, digest };
          const end = findOutcomeEntry(entries, intent);
          if (end)
            outcomes.push({
              ...outcomeOf({ operationId, attempt, intent }, outcomeOfEntry(end), end.id),
              alreadyLogged: true,
            });
          else signed.set(attempt, intent);
          return end ? [] : [attempt];
        }),
      );
      return { ...operation, attempts: attempts.flat() };
    }),
  );
  return { operations: withAttempts(checked), signedIntents: signed, outcomes };
}

function isIntentOf(intent: AuditEntry, resource: string, operationId: string, attempt: Attempt): boolean {
  return (
    intent.kind === `${attempt.purpose}.intended` &&
    intent.resource?.id.toLowerCase() === resource.toLowerCase() &&
    intent.operationId === operationId &&
    intent.rule === attempt.rule
  );
}

function withAttempts(operations: readonly OpenOperation[]): OpenOperation[] {
  return operations.filter(({ attempts }) => attempts.length > 0);
}

export function isUnresolved(state: Attempt['state']): boolean {
  return state === 'open' || state === 'unknown';
}

/**
 * Intents without an outcome end when their approval was superseded in this reconcile. The old values are there, and
 * the next approval gets an intent of its own.
 */
export function endSuperseded(
  intents: OpenIntents,
  { store }: Pick<ApprovalPlan, 'store'>,
  context: AuditContext,
): Pick<ResolvedIntents, 'operations' | 'records' | 'outcomes'> {
  return updateAttempts(intents, context, (attempt, intent) => {
    const found = store.find(({ approval }) => approval.id === attempt.approvalId)?.approval;
    if (found?.status !== 'superseded') return { remaining: attempt };
    if (!intent) return { remaining: null };
    const { reasons } = found;
    const message = reasons.map(({ text }) => text).join(' ');
    return { remaining: null, outcome: { state: 'failed', reasons, alsoMoved: [], arm: null, message, causeCode: '' } };
  });
}

/**
 * Open intents that are not attempted now get the outcome unknown: the old values are still there, or could not be
 * read. A later read decides. Attempts with another state are dropped when the resource no longer needs their change.
 */
export function deferAttempts(
  intents: OpenIntents,
  isAttempted: (attempt: Attempt) => boolean,
  needed: ReadonlySet<string>,
  context: AuditContext,
): Pick<ResolvedIntents, 'operations' | 'records' | 'outcomes'> {
  return updateAttempts(intents, context, (attempt, intent) => {
    if (isAttempted(attempt)) return { remaining: attempt };
    if (!isUnresolved(attempt.state)) return { remaining: needed.has(attempt.digest) ? attempt : null };
    if (attempt.state === 'unknown' || !intent) return { remaining: attempt };
    const reasons = [{ code: 'not-verified' as const, text: NOT_VERIFIED }];
    const outcome: Outcome = {
      state: 'unknown',
      reasons,
      alsoMoved: [],
      arm: null,
      message: NOT_VERIFIED,
      causeCode: '',
    };
    return { remaining: { ...attempt, state: 'unknown' }, outcome };
  });
}

type OpenIntents = Pick<LoadedIntents, 'operations' | 'signedIntents'>;

/**
 * What remains stored of an attempt, and its outcome when it is recorded. Only attempts with a known intent have one.
 */
interface AttemptUpdate {
  readonly remaining: Attempt | null;
  readonly outcome?: Outcome;
}

/** Updates each stored attempt. Its outcome is recorded with the trigger of its intent. */
function updateAttempts(
  { operations, signedIntents }: OpenIntents,
  context: AuditContext,
  update: (attempt: Attempt, intent: AuditEntry | undefined) => AttemptUpdate,
): Pick<ResolvedIntents, 'operations' | 'records' | 'outcomes'> {
  const records: AuditRecord[] = [];
  const outcomes: AttemptOutcome[] = [];
  const updated = operations.map((operation) => {
    const { operationId } = operation;
    const attempts = operation.attempts.flatMap((attempt): Attempt[] => {
      const intent = signedIntents.get(attempt);
      const { remaining, outcome } = update(attempt, intent);
      if (intent && outcome) {
        addOutcome(
          { records, outcomes },
          withIntentTrigger(context, intent),
          { operationId, attempt, intent },
          outcome,
        );
      }
      return remaining ? [remaining] : [];
    });
    return { ...operation, attempts };
  });
  return { operations: withAttempts(updated), records, outcomes };
}

/** The trigger of an intent also applies to its outcome, whichever reconcile finds it. */
function withIntentTrigger(context: AuditContext, { trigger }: AuditEntry): AuditContext {
  return { ...context, trigger: trigger ?? context.trigger };
}

const NOT_VERIFIED =
  'The planned values were not seen, and the change may not be tried again now; a later read decides.';

/** The values from before the write are not stored: a row could not prove them. */
const NOT_COMPARED: Reason = {
  code: 'unread',
  text: 'A later look found it, so what else moved with the write is not known.',
};

function outcomeFromRead(attempt: Attempt, snapshot: Snapshot): Outcome | null {
  const common = { alsoMoved: [], arm: null, causeCode: '' };
  switch (compareToPlan(attempt.changes, snapshot)) {
    case 'planned': {
      const message = 'A later read shows the planned values.';
      return { ...common, state: 'applied', reasons: [NOT_COMPARED], message };
    }
    case 'other': {
      const stateOf = (change: Change) => compareToPlan([change], snapshot);
      const part = attempt.changes.filter((change) => stateOf(change) === 'planned');
      // The process ended between two requests, or Azure asked to wait with the second one: the rest is planned again.
      const isIncomplete = part.length > 0 && attempt.changes.every((change) => stateOf(change) !== 'other');
      const text = isIncomplete
        ? 'A later read shows a part of the planned values.'
        : 'A later read shows neither the planned values nor those before.';
      const reasons = isIncomplete ? [NOT_COMPARED] : [{ code: 'not-verified' as const, text }];
      return partialOutcome({ ...common, state: 'failed', reasons, message: text }, attempt.changes, part);
    }
    // The old values: the write was not sent, or does not show yet. Unread: nothing is known.
    default:
      return null;
  }
}
