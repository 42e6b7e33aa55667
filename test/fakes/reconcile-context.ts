/** The context of a reconcile of the shop, as the phases get it, and attempts in it. */
import { type Attempt, attemptFrom, type StoredAttempt } from '../../src/domain/approvals/attempt.ts';
import type { Snapshot } from '../../src/domain/resources/snapshot.ts';
import { rulesFor } from '../../src/domain/rules/settings.ts';
import { loadState } from '../../src/workflows/reconcile/load-state.ts';
import type { ReconcileContext } from '../../src/workflows/state/reconcile-context.ts';
import { resourceNamed, TLS_CHANGE } from '../domain/examples.ts';
import { auditContext } from './audit-context.ts';
import { SHOP } from './azure/resources.ts';
import type { FakeDeps } from './deps.ts';

export async function contextOf(
  deps: FakeDeps,
  differs: Partial<ReconcileContext> & { readonly snapshot?: Snapshot } = {},
): Promise<ReconcileContext> {
  const resource = resourceNamed(SHOP);
  const state = differs.state ?? (await loadState(deps, resource));
  const rules = rulesFor(state.settings.settings, deps.rules, resource, { workspaceId: null });
  return {
    ...{ deps, resource, state, rules, dueRules: rules, selfId: null, allRules: deps.rules, audit: auditContext },
    message: { resource: SHOP, cause: 'event', attempt: 0 },
    lease: { renew: async () => {}, release: async () => {} },
    snapshot: { resource, documents: {} },
    startedAt: new Date(auditContext.at),
    newApprovalId: () => deps.approvals.newId(new Date(auditContext.at)),
    newOperationId: () => deps.newId(),
    ...differs,
  };
}

/** An open attempt at the TLS version, by the rule and under the operation of its digest unless told otherwise. */
export function storedAttempt(digest: string, members: Partial<StoredAttempt> = {}): StoredAttempt {
  return {
    ...{ operationId: `of-${digest}`, rule: { id: `rule-${digest}`, version: 1 }, purpose: 'fix', digest },
    ...{ changes: [TLS_CHANGE], approvalId: null, number: 1, status: 'open', operationUrls: [] },
    ...members,
  };
}

/** The same as it is in memory. */
export function attempt(digest: string, members: Partial<Attempt> = {}): Attempt {
  return { ...attemptFrom(storedAttempt(digest)), ...members };
}
