/**
 * The resource was deleted: its approvals are cleared, its findings removed, its intents closed, and its events
 * concluded.
 */

import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import { attemptFrom, hasIntent, isUnresolved, outcomeOf } from '../../domain/approvals/attempt.ts';
import { documentViews } from '../../domain/resources/snapshot.ts';
import { storeApproval } from '../approvals/store-approval.ts';
import { logConclusions, withConclusion } from '../events/conclude-events.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { approvalRecord, outcomeRecord } from '../state/audit-records.ts';
import { activeDeclined } from '../state/decision-input.ts';
import { logRecord } from '../state/log-lines.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { emptyResourceState } from '../state/resource-state.ts';
import { withdrawBudgetClaim } from './enforce-budget.ts';
import { listFindings } from './list-findings.ts';
import { loadIntents } from './resolve-intents.ts';
import { mergeWaitingWriters } from './update-changers.ts';

/** Expired requests are made again when the resource exists again. Rejections stay. */
function onlyRejected(declined: ResourceState['declined']): ResourceState['declined'] {
  return Object.fromEntries(Object.entries(declined).filter(([, { status }]) => status === 'rejected'));
}

const GONE = { code: 'gone' as const, text: 'The resource is gone.' };

export async function recordDeletion(context: ReconcileContext): Promise<void> {
  const { deps, resource, lease, state, snapshot, startedAt, audit } = context;
  const stored = state.resourceState.attempts.map(attemptFrom);
  const attempts = await loadIntents(deps, resource, stored, isUnresolved);
  const outcome = outcomeOf('failed', GONE.text, [GONE], 'gone');
  const records = attempts
    .filter((one) => !one.result)
    .filter(hasIntent)
    .map(({ intent }) => outcomeRecord(audit, intent, outcome));
  const entries = await deps.audit.append(records);
  for (const record of records) logRecord(deps, record);
  const auditIds = entries.map(({ id }) => id);
  for (const { value, version } of state.approvals) {
    if (!isOpen(value)) continue;
    const cleared: Approval = { ...value, status: 'cleared', reasons: [GONE] };
    const record = approvalRecord(audit, cleared, 'approval.cleared', GONE.text);
    logRecord(deps, record);
    await storeApproval(deps, { ...cleared, outbox: [...cleared.outbox, record] }, version);
    auditIds.push(record.id);
  }
  await withdrawBudgetClaim(deps, resource, state.resourceState);
  const { version, listedAt } = await listFindings(context, [], {
    version: state.version,
    listedAt: state.resourceState.listedAt,
    fullyEvaluatedAt: audit.at,
  });
  const resourceState: ResourceState = {
    ...emptyResourceState(resource),
    gone: true,
    evaluatedAt: audit.at,
    fullyEvaluatedAt: audit.at,
    trigger: audit.trigger,
    documents: documentViews(snapshot),
    listedAt,
    // The resource may exist again at the next reconcile. A deletion clears no changers.
    ...mergeWaitingWriters(state),
    compliantAt: state.resourceState.compliantAt,
    unattributedSince: state.resourceState.unattributedSince,
    beforeFix: state.resourceState.beforeFix,
    declined: onlyRejected(
      activeDeclined(state, { declined: state.resourceState.declined, evidence: state, now: startedAt }),
    ),
  };
  const concluded = state.waitingEvents.map((event) =>
    withConclusion(event, { outcome: 'gone', auditIds, reasons: [GONE] }),
  );
  await lease.complete({ resourceState, version, concluded });
  logConclusions(deps, resource, concluded);
  const { eventId, correlationId } = audit.trigger;
  deps.log.info({ resource: resource.id, eventId, correlationId }, 'resource gone');
}
