/**
 * Checks right before a write that the audit log authorizes it. Anyone with write access to the tables can change a
 * row, but log entries are signed. So every change set is compared with the log: for this resource, and for the digest
 * recomputed from the changes that would be written. An automatic fix needs only the intent that is signed for it.
 */
import type { Approval } from '../../domain/approvals/approval.ts';
import { type ChangeSet, isAbout } from '../../domain/approvals/change-set.ts';
import { wroteChanges } from '../../domain/approvals/rollback.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { type Change, digestOf, isSamePlace } from '../../domain/changes/change.ts';
import { sameJson } from '../../domain/resources/json.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import { type AuditContext, findOutcomeEntry } from '../state/audit-records.ts';
import { findWriteSince } from '../state/find-write-since.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { type ApprovalToStore, applyTransition } from './reconcile-approvals.ts';

export type Authorization =
  | {
      readonly kind: 'authorized';
      /** The operation of the intent that the log has without an outcome. */
      readonly operationId?: string;
      /** The object id of the approver. */
      readonly decidedBy?: string;
      /** A health gate ordered it. */
      readonly byHealthGate?: true;
    }
  /** The log has no decision, although the row has one. */
  | { readonly kind: 'undecided'; readonly text: string }
  | { readonly kind: 'unauthorized'; readonly text: string }
  /** The approval was closed after its decision. The row is an older version. */
  | { readonly kind: 'closed'; readonly status: ClosedStatus; readonly text: string }
  /** A rollback that was authorized until somebody else wrote the resource. */
  | { readonly kind: 'superseded'; readonly text: string };

type ClosedStatus = 'expired' | 'superseded' | 'cleared';

const DECISIONS: readonly AuditEntry['kind'][] = ['approval.approved', 'approval.rejected', 'health.worse'];

/** Whether the log authorizes a write. `approval` is the row of its approval; null for an automatic fix. */
export async function authorizeWrite(
  deps: Deps,
  resource: Resource,
  changeSet: ChangeSet,
  approval: Approval | null,
): Promise<Authorization> {
  const { rule, purpose, changes, digest, approvalId } = changeSet;
  if (digestOf(resource, rule, purpose, changes) !== digest)
    return unauthorized('its digest is not that of its changes');
  if (approvalId === null && purpose === 'fix') return { kind: 'authorized' };
  if (approvalId === null || approval === null) return unauthorized('nobody asked for it');
  const entries = await deps.audit.listBySubject(approvalId);
  const findEntry = (kind: AuditEntry['kind']) =>
    entries.find((entry) => entry.kind === kind && isAbout(entry, resource, changeSet));
  const decision = findEntry('approval.approved') ?? (purpose === 'rollback' ? findEntry('health.worse') : undefined);
  if (!decision) {
    const decided = entries.some(({ kind }) => DECISIONS.includes(kind));
    const text = 'the log has no signed decision of it';
    return decided ? unauthorized(text) : { kind: 'undecided', text };
  }
  const closed = closedBy(entries);
  if (closed) return closed;
  const decidedBy = approval.decision?.by.objectId;
  if (decidedBy === undefined || (decision.actor.objectId ?? decision.actor.name) !== decidedBy)
    return unauthorized('somebody else decided it');
  if (purpose === 'fix' && !findEntry('approval.requested')) return unauthorized('the log has no signed request of it');
  const intent = findEntry(`${purpose}.intended`);
  const end = intent ? findOutcomeEntry(entries, intent) : null;
  if (end) return unauthorized(`it was carried out at ${end.at}`);
  const isOrdered = decision.kind === 'health.worse';
  if (isOrdered !== (approval.health !== undefined)) return unauthorized('a health gate and a person are not the same');
  const fault =
    purpose === 'rollback'
      ? await checkRollback(deps, resource, changeSet, { fixId: approval.auditIds[0], cause: decision })
      : null;
  if (fault) return fault;
  const operation = intent?.operationId ? { operationId: intent.operationId } : {};
  // The service is no changer of its own: who else wrote the app was asked when the gate ended.
  return { kind: 'authorized', ...operation, ...(isOrdered ? { byHealthGate: true } : { decidedBy }) };
}

/**
 * Checks that each change of a rollback inverts a change of the fix. Side effects of the fix are reverted only while
 * nobody else wrote the resource.
 */
async function checkRollback(
  deps: Deps,
  resource: Resource,
  { rule, changes }: ChangeSet,
  { fixId, cause }: { readonly fixId: string | undefined; readonly cause: AuditEntry },
): Promise<Authorization | null> {
  const fix = fixId === undefined ? null : await deps.audit.get(fixId);
  if (!fix || !wroteChanges(fix)) return unauthorized('the log has no signed entry of a fix that it puts back');
  if (fix.rule !== rule.id || fix.resource?.id.toLowerCase() !== resource.key)
    return unauthorized('the fix that it names is of another rule or resource');
  if (cause.kind === 'health.worse' && cause.operationId !== fix.operationId)
    return unauthorized('the health gate watched another operation');
  const reverts = (originals: readonly Change[]) => (change: Change) =>
    originals.some((one) => isSamePlace(one, change) && sameJson(one.from, change.to));
  const sideEffects = changes.filter((change) => !reverts(fix.changes)(change));
  const unexpected = sideEffects.find((change) => !reverts(fix.alsoMoved)(change));
  if (unexpected) return unauthorized(`the fix did not find that value at ${unexpected.document} ${unexpected.path}`);
  const since = sideEffects.length === 0 ? null : await findWriteSince(deps, resource, fix);
  return since === null ? null : { kind: 'superseded', text: since };
}

/** The transition that closed an approval without a write; null when there was none. */
function closedBy(entries: readonly AuditEntry[]): Authorization | null {
  for (const status of ['expired', 'superseded', 'cleared'] as const) {
    const end = entries.find(({ kind }) => kind === `approval.${status}`);
    if (end) return { kind: 'closed', status, text: `it was ${status} at ${end.at}` };
  }
  return null;
}

function unauthorized(text: string): Authorization {
  return { kind: 'unauthorized', text };
}

/** The change sets that the log authorizes, and the approvals that it contradicts. */
export async function selectAuthorized(
  { deps, resource, audit, state }: ReconcileContext,
  changeSets: readonly ChangeSet[],
): Promise<{ readonly changeSets: readonly ChangeSet[]; readonly store: readonly ApprovalToStore[] }> {
  const authorized: ChangeSet[] = [];
  const store: ApprovalToStore[] = [];
  for (const changeSet of changeSets) {
    const row = state.approvals.find(({ value }) => value.id === changeSet.approvalId);
    const authorization = await authorizeWrite(deps, resource, changeSet, row?.value ?? null);
    if (authorization.kind === 'authorized') {
      const { kind: _, ...found } = authorization;
      authorized.push({ ...changeSet, ...found });
      continue;
    }
    const { kind, text } = authorization;
    if (row && kind === 'superseded') {
      store.push({ approval: supersededByWrite(row.value, text, audit), version: row.version });
      continue;
    }
    const { id: rule } = changeSet.rule;
    deps.log.error(
      { resource: resource.id, rule, approvalId: changeSet.approvalId, fault: text },
      'write refused: not authorized by the audit log',
    );
    if (row) store.push({ approval: closeUnauthorized(row.value, authorization), version: row.version });
  }
  return { changeSets: authorized, store };
}

/** The approval with the state that the log has. */
function closeUnauthorized(
  approval: Approval,
  authorization: Exclude<Authorization, { kind: 'authorized' }>,
): Approval {
  if (authorization.kind === 'closed') return { ...approval, status: authorization.status };
  return authorization.kind === 'undecided' ? pendingAgain(approval) : blockedBy(approval, authorization.text);
}

/**
 * Without a signed decision a fix waits for a decision again. A rollback has no such state: it is decided when it is
 * requested.
 */
function pendingAgain(approval: Approval): Approval {
  const { purpose } = approval;
  if (purpose === 'rollback') return blockedBy(approval, 'the log has no signed decision of it');
  return { ...approval, status: 'pending', decision: null };
}

function blockedBy(approval: Approval, fault: string): Approval {
  const text = `Nothing is written: ${fault}.`;
  return { ...approval, status: 'blocked', reasons: [{ code: 'blocked', text }] };
}

const NO_SUCCESSOR = { supersededBy: null, decision: null };

/** The side effects of the fix may be values of somebody else now. A new request reverts only what the fix wrote. */
function supersededByWrite(approval: Approval, since: string, context: AuditContext): Approval {
  const superseded = applyTransition(context, approval, { kind: 'supersede', moved: [] }, NO_SUCCESSOR);
  const text = `Nothing is written: ${since}. Ask again, and only what the fix wrote is put back.`;
  return { ...superseded, reasons: [{ code: 'moved', text }] };
}
