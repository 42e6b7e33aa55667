/**
 * An attempt to write a change set: its operation, its number, its status, and its result once that is known. Until
 * then it is stored in the state of its resource.
 */
import * as z from 'zod';
import type { ArmResponse, AuditEntry, AuditRecord } from '../audit/audit.ts';
import { type Change, change, isSamePlace, purpose } from '../changes/change.ts';
import type { Reason } from '../resources/reasons.ts';
import type { Infer } from '../resources/schema.ts';
import type { ChangeSet } from './change-set.ts';

/** An attempt as it is stored. A further attempt at the same changes runs under the same intent. */
export const storedAttempt = z.strictObject({
  operationId: z.string(),
  rule: z.strictObject({ id: z.string(), version: z.int() }),
  purpose,
  digest: z.string(),
  changes: z.array(change),
  approvalId: z.string().nullable(),
  /** How often it was attempted. Each outcome is an audit record of its own. */
  number: z.int(),
  /**
   * open: no outcome yet. unknown: a later read decides. blocked: by Azure. held: not sent, because values or settings
   * changed right before the write.
   */
  status: z.enum(['open', 'unknown', 'blocked', 'held']),
  /** The URLs of long-running operations in Azure that it waits for. */
  operationUrls: z.array(z.string()),
});
export type StoredAttempt = Infer<typeof storedAttempt>;

export interface Attempt extends ChangeSet, StoredAttempt {
  readonly operationId: string;
  /** The signed entry of its intent, once it was read from the log or added to it. */
  readonly intent?: AuditEntry;
  readonly result?: AttemptResult;
}

/** An attempt whose intent is in the log. */
export type SignedAttempt = Attempt & Required<Pick<Attempt, 'intent'>>;

/** An attempt with a result. */
export type EndedAttempt = Attempt & Required<Pick<Attempt, 'intent' | 'result'>>;

export interface Outcome {
  readonly state: 'applied' | 'failed' | 'blocked' | 'unknown';
  readonly reasons: readonly Reason[];
  readonly alsoMoved: readonly Change[];
  readonly arm: ArmResponse | null;
  readonly message: string;
  /** Identifies a block: two blocks with the same code, for example that of ARM, are one record. */
  readonly causeCode: string;
  /** The changes that were applied, when only a part was. */
  readonly appliedPart?: readonly Change[];
}

/** The outcome of an attempt, with its audit record. */
export interface AttemptResult extends Outcome {
  readonly record: AuditRecord;
  /** The outcome was in the log before this reconcile. Only the resource state did not have it. */
  readonly alreadyLogged?: true;
}

/** What is not stored comes from a fresh evaluation when the attempt is made again. */
export function attemptFrom(stored: StoredAttempt): Attempt {
  return { ...stored, preserved: [], reasons: [] };
}

/** The attempts that remain stored: those without a final result. */
export function attemptsToStore(attempts: readonly Attempt[]): StoredAttempt[] {
  return attempts
    .filter(({ result }) => !result || !isFinal(result))
    .map(({ rule, purpose, digest, changes, approvalId, operationId, number, status, operationUrls }) => ({
      operationId,
      rule: { id: rule.id, version: rule.version },
      purpose,
      digest,
      changes,
      approvalId,
      number,
      status,
      operationUrls,
    }));
}

/** The records of the results that the log does not have. */
export function recordsToLog(attempts: readonly Attempt[]): AuditRecord[] {
  return attempts.filter(hasEnded).flatMap(({ result }) => (result.alreadyLogged ? [] : result.record));
}

/** Whether the attempt may still be executed, or a later read decides about it. */
export function isUnresolved({ status }: Pick<StoredAttempt, 'status'>): boolean {
  return status === 'open' || status === 'unknown';
}

export function hasIntent(attempt: Attempt): attempt is SignedAttempt {
  return attempt.intent !== undefined;
}

export function hasEnded(attempt: Attempt): attempt is EndedAttempt {
  return attempt.intent !== undefined && attempt.result !== undefined;
}

/** Whether the outcome is final: applied, applied in part, or failed. */
export function isFinal({ state, appliedPart }: Pick<Outcome, 'state' | 'appliedPart'>): boolean {
  return state === 'applied' || state === 'failed' || appliedPart !== undefined;
}

/** Whether a write was not sent, because values or settings changed right before it. The next reconcile decides. */
export function isNotSent(end: Pick<Outcome, 'state' | 'reasons'> | { readonly state: 'later' }): boolean {
  return end.state === 'blocked' && !end.reasons.some(({ code }) => code === 'blocked');
}

/** An outcome with a message and reasons only. */
export function outcomeOf(
  state: Outcome['state'],
  message: string,
  reasons: readonly Reason[] = [],
  causeCode = '',
): Outcome {
  return { state, reasons, alsoMoved: [], arm: null, message, causeCode };
}

/**
 * The outcome of an attempt that applied only `part` of its changes. The record lists that part, and names the rest.
 */
export function partialOutcome(outcome: Outcome, planned: readonly Change[], part: readonly Change[]): Outcome {
  if (part.length === 0) return outcome;
  const rest = planned.filter((change) => !part.some((one) => isSamePlace(one, change)));
  const text = `Carried out, and it stands: ${listPaths(part)}. Not carried out: ${listPaths(rest)}.`;
  return {
    ...outcome,
    appliedPart: part,
    reasons: [...outcome.reasons, { code: 'part-applied', text }],
    message: `${outcome.message} ${text}`,
  };
}

export function listPaths(changes: readonly Change[]): string {
  return changes.map(({ document, path }) => `${document} ${path}`).join(', ');
}
