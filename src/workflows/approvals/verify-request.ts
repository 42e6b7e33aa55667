/**
 * A transition without a decision (superseded, cleared, expired) is recorded in the log. A row without a signed
 * request, or with other changes than requested, gets no record: nothing in it has happened.
 */
import type { Approval } from '../../domain/approvals/approval.ts';
import { isAbout } from '../../domain/approvals/change-set.ts';
import type { AuditRecord } from '../../domain/audit/audit.ts';
import { digestOf } from '../../domain/changes/change.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';

const AUTOMATIC_STATUSES: readonly Approval['status'][] = ['superseded', 'cleared', 'expired'];

/** The approval to store: without records of a transition when the log has no request for it. */
export async function dropUnrequestedRecords(deps: Deps, approval: Approval): Promise<Approval> {
  const { id, status, outbox, resource } = approval;
  if (!AUTOMATIC_STATUSES.includes(status) || outbox.length === 0) return approval;
  if (wasRequested(approval, [...outbox, ...(await deps.audit.listBySubject(id))])) return approval;
  deps.log.error({ approvalId: id, resource: resource.id }, 'approval does not match its signed request');
  return { ...approval, outbox: [] };
}

function wasRequested(approval: Approval, records: readonly AuditRecord[]): boolean {
  const { id, purpose, rule, changes, digest } = approval;
  const resource = parseResourceId(approval.resource.id);
  if (!resource || digestOf(resource, rule, purpose, changes) !== digest) return false;
  // A rollback is decided when it is requested.
  const requestKinds = purpose === 'rollback' ? ['approval.approved', 'health.worse'] : ['approval.requested'];
  return records.some(
    (record) => requestKinds.includes(record.kind) && isAbout(record, resource, { ...approval, approvalId: id }),
  );
}
