/**
 * The audit context of a reconcile, and its audit records: one per rule and phase. Their ids make it harmless to
 * record them twice.
 */

import type { Approval } from '../../domain/approvals/approval.ts';
import {
  type Attempt,
  type AttemptResult,
  type EndedAttempt,
  isFinal,
  listPaths,
  type Outcome,
  type SignedAttempt,
  type StoredAttempt,
} from '../../domain/approvals/attempt.ts';
import { digestReason } from '../../domain/approvals/digests.ts';
import {
  type AuditEntry,
  type AuditKind,
  type AuditRecord,
  recordId,
  type SealedRecord,
  type Trigger,
} from '../../domain/audit/audit.ts';
import { auditRecord } from '../../domain/audit/record.ts';
import type { Purpose } from '../../domain/changes/change.ts';
import type { Actor } from '../../domain/resources/principal.ts';
import type { Mode } from '../../domain/resources/reasons.ts';
import type { ResourceView } from '../../domain/resources/resource.ts';

/** The fields that all audit records of one reconcile share. */
export interface AuditContext {
  readonly at: string;
  readonly resource: ResourceView;
  readonly mode: Mode;
  readonly trigger: Trigger;
  readonly service: Actor;
  /** Signs a record that waits in an outbox. */
  readonly seal: (record: AuditRecord) => SealedRecord;
}

/** The record of an intent. Further attempts before its outcome have the same record. */
export function intentRecord(context: AuditContext, attempt: Attempt): AuditRecord {
  const { purpose, rule, operationId, approvalId, changes, reasons, digest } = attempt;
  return auditRecord({
    ...commonFields(context),
    id: intentId(attempt),
    kind: `${purpose}.intended`,
    rule: rule.id,
    operationId,
    approvalId,
    changes,
    reasons: [...reasons, digestReason(digest)],
    message: `About to change ${listPaths(changes)}.`,
  });
}

type AttemptIds = Pick<StoredAttempt, 'operationId' | 'rule' | 'approvalId'>;

/** The id of the intent of an attempt. An approval is attempted once, under its own subject. */
export function intentId(attempt: AttemptIds): string {
  return recordId(attemptSubject(attempt), 'intended');
}

/** The subject of the records of an attempt. */
export function attemptSubject({ operationId, rule, approvalId }: AttemptIds): string {
  return subjectOf(approvalId, operationId, rule.id);
}

function subjectOf(approvalId: string | null, operationId: string | null, rule: string | null): string {
  return approvalId ?? `${operationId} ${rule}`;
}

/** The id of an outcome of an intent. All final outcomes have the same id. */
function outcomeId({ operationId, rule, approvalId, hash }: AuditEntry, ...which: readonly string[]): string {
  return recordId(subjectOf(approvalId, operationId, rule), hash, ...which);
}

/** The attempt with its result, which is recorded under its intent. */
export function withResult(context: AuditContext, attempt: SignedAttempt, outcome: Outcome): EndedAttempt {
  return { ...attempt, result: { ...outcome, record: outcomeRecord(context, attempt.intent, outcome) } };
}

/** The same for a result that a later reconcile finds: the trigger of an intent also applies to its outcome. */
export function withLaterResult(context: AuditContext, attempt: SignedAttempt, outcome: Outcome): EndedAttempt {
  const trigger = attempt.intent.trigger ?? context.trigger;
  return withResult({ ...context, trigger }, attempt, outcome);
}

/**
 * The outcome of an attempt, as it is in the log. All final outcomes share one id, so an intent has one final outcome.
 * A repeated block for the same reason is one record. So is a repeated unknown outcome.
 */
export function outcomeRecord(context: AuditContext, intent: AuditEntry, outcome: Outcome): AuditRecord {
  const { rule, operationId, approvalId, changes } = intent;
  const which = isFinal(outcome) ? ['end'] : [outcome.state, outcome.causeCode];
  return auditRecord({
    ...commonFields(context),
    id: outcomeId(intent, ...which),
    kind: `${purposeOf(intent)}.${outcome.state}`,
    rule,
    operationId,
    approvalId,
    changes: outcome.appliedPart ?? changes,
    reasons: outcome.reasons,
    alsoMoved: outcome.alsoMoved,
    arm: outcome.arm,
    message: outcome.message,
  });
}

/** The final outcome of an intent among the entries of its subject; null when there is none. */
export function findOutcomeEntry(entries: readonly AuditEntry[], intent: AuditEntry): AuditEntry | null {
  const id = outcomeId(intent, 'end');
  return entries.find((entry) => entry.id === id) ?? null;
}

/** The result that an entry of the log contains. */
export function loggedResult(entry: AuditEntry): AttemptResult {
  const { kind, changes, alsoMoved, reasons, arm, message } = entry;
  const part = reasons.some(({ code }) => code === 'part-applied') ? { appliedPart: changes } : {};
  const outcome = { state: stateOfKind(kind), reasons, alsoMoved, arm, message, causeCode: '', ...part };
  return { ...outcome, record: entry, alreadyLogged: true };
}

function stateOfKind(kind: AuditKind): Outcome['state'] {
  const state = STATES.find((one) => kind.endsWith(`.${one}`));
  if (!state) throw new Error(`an entry of kind ${kind} tells of no end`);
  return state;
}

const STATES: readonly Outcome['state'][] = ['applied', 'failed', 'blocked', 'unknown'];

function purposeOf({ kind }: AuditEntry): Purpose {
  return kind.startsWith('rollback.') ? 'rollback' : 'fix';
}

/** The record of a request for an approval, or of a transition without a decision. */
export function approvalRecord(
  context: AuditContext,
  approval: Approval,
  kind: Extract<AuditKind, `approval.${string}`>,
  message: string,
): SealedRecord {
  return context.seal(
    auditRecord({
      ...commonFields(context),
      id: recordId(approval.id, kind),
      kind,
      rule: approval.rule.id,
      approvalId: approval.id,
      changes: approval.changes,
      reasons: [...approval.reasons, digestReason(approval.digest)],
      message,
    }),
  );
}

function commonFields({ at, resource, mode, trigger, service }: AuditContext) {
  return { at, resource, mode, trigger, actor: service };
}
