/** Reads the documents of a resource, and makes the context of its reconcile. */

import type { Resource } from '../../domain/resources/resource.ts';
import { canonicalResource } from '../../domain/resources/snapshot.ts';
import { rulesFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import type { Lease } from '../ports/resource-states.ts';
import type { WorkMessage } from '../ports/work.ts';
import { auditContextOf } from '../state/audit-context.ts';
import type { ReconcileContext, ReconcileState } from '../state/reconcile-context.ts';
import { documentsToRead, rulesOfEvents } from './evaluate-rules.ts';

/** A message that is handled, under the lease of its resource. */
export interface LeasedMessage {
  readonly message: WorkMessage;
  readonly resource: Resource;
  readonly lease: Lease;
}

export async function readResource(
  deps: Deps,
  { message, resource: requested, lease }: LeasedMessage,
  state: ReconcileState,
): Promise<ReconcileContext> {
  const { workspaceId, selfId } = deps.options;
  const rules = rulesFor(state.settings.settings, deps.rules, requested, { workspaceId });
  const dueRules = message.sweep ? rules : rulesOfEvents(requested, rules);
  const startedAt = deps.clock.now();
  const snapshot = await deps.arm.read(requested, documentsToRead(requested, dueRules, state));
  const resource = canonicalResource(snapshot);
  return {
    deps,
    lease,
    message,
    state,
    resource,
    snapshot,
    startedAt,
    rules,
    dueRules,
    selfId,
    allRules: deps.rules,
    audit: auditContextOf({ deps, resource, message, state, startedAt }),
    newApprovalId: () => deps.approvals.newId(startedAt),
    newOperationId: () => deps.newId(),
  };
}
