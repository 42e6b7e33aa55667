/**
 * The resource was deleted: its approvals are cleared, its findings removed, its intents closed, and its events
 * concluded.
 */

import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { documentViews, type Snapshot } from '../../domain/resources/snapshot.ts';
import { storeApproval } from '../approvals/store-approval.ts';
import { concludeEvents } from '../events/conclude-events.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { type AuditContext, approvalRecord, type Outcome, outcomeRecord } from '../state/audit-records.ts';
import { activeDeclined } from '../state/decision-input.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { emptyResourceState } from '../state/resource-state.ts';
import { withdrawBudgetClaim } from './enforce-budget.ts';
import { logRecord } from './record-outcome.ts';
import { isUnresolved, loadIntents } from './resolve-intents.ts';
import { mergeWaitingWriters } from './update-changers.ts';

/** Expired requests are made again when the resource exists again. Rejections stay. */
function onlyRejected(declined: ResourceState['declined']): ResourceState['declined'] {
  return Object.fromEntries(Object.entries(declined).filter(([, { status }]) => status === 'rejected'));
}

const GONE = { code: 'gone' as const, text: 'The resource is gone.' };

export async function recordDeletion(
  deps: Deps,
  resource: Resource,
  state: ReconcileState,
  snapshot: Snapshot,
  context: AuditContext,
): Promise<void> {
  const outcome: Outcome = {
    state: 'failed',
    reasons: [GONE],
    alsoMoved: [],
    arm: null,
    message: GONE.text,
    causeCode: 'gone',
  };
  const { signedIntents } = await loadIntents(deps, state.resourceState.operations, context, ({ state }) =>
    isUnresolved(state),
  );
  const records = [...signedIntents.values()].map((intent) => outcomeRecord(context, intent, outcome));
  const entries = await deps.audit.append(records);
  for (const record of records) logRecord(deps, record);
  const auditIds = entries.map(({ id }) => id);
  for (const { value, version } of state.approvals) {
    if (!isOpen(value)) continue;
    const cleared: Approval = { ...value, status: 'cleared', reasons: [GONE] };
    const record = approvalRecord(context, cleared, 'approval.cleared', GONE.text);
    logRecord(deps, record);
    await storeApproval(deps, { ...cleared, outbox: [...cleared.outbox, record] }, version);
    auditIds.push(record.id);
  }
  await withdrawBudgetClaim(deps, resource, state.resourceState);
  await deps.findings.replace(resource, []);
  const resourceState: ResourceState = {
    ...emptyResourceState(resource),
    gone: true,
    evaluatedAt: context.at,
    fullyEvaluatedAt: context.at,
    trigger: context.trigger,
    documents: documentViews(snapshot),
    // The resource may exist again at the next reconcile. A deletion clears no changers.
    ...mergeWaitingWriters(state),
    compliantAt: state.resourceState.compliantAt,
    unattributedSince: state.resourceState.unattributedSince,
    beforeFix: state.resourceState.beforeFix,
    declined: onlyRejected(activeDeclined(state, new Date(context.at))),
  };
  await deps.resourceStates.save(resource, resourceState, state.version);
  await concludeEvents(
    deps,
    resource,
    state.waitingEvents.map(({ event }) => event),
    { outcome: 'gone', auditIds, reasons: [GONE] },
  );
  const { eventId, correlationId } = context.trigger;
  deps.log.info({ resource: resource.id, eventId, correlationId }, 'resource gone');
}
