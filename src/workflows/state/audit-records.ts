/**
 * The audit context of a reconcile, and its audit records: one per rule and phase. Their ids make it harmless to
 * record them twice.
 */

import type { Approval } from '../../domain/approvals/approval.ts';
import { digestReason } from '../../domain/approvals/digests.ts';
import {
  type ArmResponse,
  type AuditEntry,
  type AuditKind,
  type AuditRecord,
  recordId,
  type SealedRecord,
  type Trigger,
} from '../../domain/audit/audit.ts';
import { type Change, isSamePlace, type Purpose } from '../../domain/changes/change.ts';
import { type Actor, serviceActor } from '../../domain/resources/principal.ts';
import type { Mode, Reason } from '../../domain/resources/reasons.ts';
import { type Resource, type ResourceView, viewOf } from '../../domain/resources/resource.ts';
import { modeFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { sealRecord } from '../ports/outbox.ts';
import type { Attempt } from '../ports/resource-states.ts';
import type { WorkMessage } from '../ports/work.ts';
import { isOwnWrite } from './changers.ts';
import type { ReconcileState } from './reconcile-state.ts';

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

/** Whether a write was not sent, because values or settings changed right before it. The next reconcile decides. */
export function isNotSent(end: Pick<Outcome, 'state' | 'reasons'> | { readonly state: 'later' }): boolean {
  return end.state === 'blocked' && !end.reasons.some(({ code }) => code === 'blocked');
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

/** The record of an intent. Further attempts before its outcome have the same record. */
export function intentRecord(
  context: AuditContext,
  operationId: string,
  attempt: Attempt,
  reasons: readonly Reason[],
): AuditRecord {
  return {
    ...commonFields(context),
    id: intentId(operationId, attempt),
    kind: `${attempt.purpose}.intended`,
    rule: attempt.rule,
    operationId,
    approvalId: attempt.approvalId,
    changes: attempt.changes,
    reasons,
    message: `About to change ${listPaths(attempt.changes)}.`,
  };
}

/** The id of the intent of an attempt. An approval is attempted once, under its own subject. */
export function intentId(operationId: string, attempt: Pick<Attempt, 'rule' | 'approvalId'>): string {
  return recordId(attemptSubject(operationId, attempt), 'intended');
}

/** The subject of the records of an attempt. */
export function attemptSubject(operationId: string | null, { rule, approvalId }: SubjectParts): string {
  return approvalId ?? `${operationId} ${rule}`;
}

interface SubjectParts {
  readonly rule: string | null;
  readonly approvalId: string | null;
}

/**
 * The outcome of an attempt, as it is in the log. All final outcomes share one id, so an intent has one final outcome.
 * A repeated block for the same reason is one record. So is a repeated unknown outcome.
 */
export function outcomeRecord(context: AuditContext, intent: AuditEntry, outcome: Outcome): AuditRecord {
  const { rule, operationId, approvalId, hash, changes } = intent;
  const which = isFinal(outcome) ? ['end'] : [outcome.state, outcome.causeCode];
  return {
    ...commonFields(context),
    id: recordId(attemptSubject(operationId, intent), hash, ...which),
    kind: `${purposeOf(intent)}.${outcome.state}`,
    rule,
    operationId,
    approvalId,
    changes: outcome.appliedPart ?? changes,
    reasons: outcome.reasons,
    alsoMoved: outcome.alsoMoved,
    arm: outcome.arm,
    message: outcome.message,
  };
}

/** Whether the outcome is final: applied, applied in part, or failed. */
export function isFinal({ state, appliedPart }: Pick<Outcome, 'state' | 'appliedPart'>): boolean {
  return state === 'applied' || state === 'failed' || appliedPart !== undefined;
}

/** The final outcome of an intent among the entries of its subject; null when there is none. */
export function findOutcomeEntry(entries: readonly AuditEntry[], intent: AuditEntry): AuditEntry | null {
  const id = recordId(attemptSubject(intent.operationId, intent), intent.hash, 'end');
  return entries.find((entry) => entry.id === id) ?? null;
}

/** The outcome that an entry contains. */
export function outcomeOfEntry({ kind, changes, alsoMoved, reasons, arm, message }: AuditEntry): Outcome {
  const part = reasons.some(({ code }) => code === 'part-applied') ? { appliedPart: changes } : {};
  return { state: stateOfKind(kind), reasons, alsoMoved, arm, message, causeCode: '', ...part };
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
  return context.seal({
    ...commonFields(context),
    id: recordId(approval.id, kind),
    kind,
    rule: approval.rule.id,
    operationId: null,
    approvalId: approval.id,
    changes: approval.changes,
    reasons: [...approval.reasons, digestReason(approval.digest)],
    message,
  });
}

function commonFields({ at, resource, mode, trigger, service }: AuditContext) {
  return { at, resource, mode, trigger, actor: service, alsoMoved: [], reasons: [], arm: null };
}

function listPaths(changes: readonly Change[]): string {
  return changes.map(({ document, path }) => `${document} ${path}`).join(', ');
}

export function auditContextOf(
  deps: Pick<Deps, 'audit'>,
  resource: Resource,
  message: WorkMessage,
  state: ReconcileState,
  now: Date,
): AuditContext {
  return {
    at: now.toISOString(),
    resource: viewOf(resource),
    mode: modeFor(state.settings.settings, resource),
    trigger: triggerOf(message, state),
    service: serviceActor(state.identity),
    seal: (record) => sealRecord(deps, record),
  };
}

/**
 * The trigger of a reconcile. When the message is for a write of Plumbline, a waiting event of somebody else is the
 * better answer.
 */
function triggerOf(
  message: WorkMessage,
  { waitingEvents, resourceState, identity }: ReconcileState,
): AuditContext['trigger'] {
  if (message.cause === 'sweep' || message.cause === 'scan') return { type: message.cause };
  if (message.cause === 'decision' || message.cause === 'request') return { type: 'decision' };
  const own = waitingEvents.find(({ event }) => event.id === message.event?.id);
  const theirs = waitingEvents
    .filter((event) => !isOwnWrite(event, identity))
    .sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  const found = own && isOwnWrite(own, identity) ? (theirs[0] ?? own) : own;
  if (!found) return resourceState.trigger ?? { type: 'sweep' };
  const { id, operation, changedBy, correlationId } = found.event;
  return {
    type: 'event',
    eventId: id,
    operation,
    ...(changedBy === null ? {} : { changedBy }),
    ...(correlationId === null ? {} : { correlationId }),
  };
}
