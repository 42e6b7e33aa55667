/** The context of a reconcile of the shop, as the phases get it, and attempts in it. */
import { type Attempt, attemptFrom, type StoredAttempt } from '../../src/domain/approvals/attempt.ts';
import type { Resource } from '../../src/domain/resources/resource.ts';
import type { Snapshot } from '../../src/domain/resources/snapshot.ts';
import { rulesFor } from '../../src/domain/rules/settings.ts';
import type { Lease } from '../../src/workflows/ports/resource-states.ts';
import { loadRows, loadState } from '../../src/workflows/reconcile/load-state.ts';
import type { ReconcileContext, ReconcileState } from '../../src/workflows/state/reconcile-context.ts';
import { resourceNamed, TLS_CHANGE } from '../domain/examples.ts';
import { auditContext } from './audit-context.ts';
import { SHOP } from './azure/resources.ts';
import type { FakeDeps } from './deps.ts';

export async function contextOf(
  deps: FakeDeps,
  differs: Partial<ReconcileContext> & { readonly snapshot?: Snapshot } = {},
): Promise<ReconcileContext> {
  const resource = resourceNamed(SHOP);
  const state = differs.state ?? (await stateOf(deps, resource));
  const rules = rulesFor(state.settings.settings, deps.rules, resource, { workspaceId: null });
  return {
    ...{ deps, resource, state, rules, dueRules: rules, selfId: null, allRules: deps.rules, audit: auditContext },
    message: { resource: SHOP, cause: 'event', attempt: 0 },
    lease: leaseOn(deps, resource),
    snapshot: { resource, documents: {} },
    startedAt: new Date(auditContext.at),
    newApprovalId: () => deps.approvals.newId(new Date(auditContext.at)),
    newOperationId: () => deps.newId(),
    ...differs,
  };
}

/** The state as a reconcile of an event loads it. */
export async function stateOf(deps: FakeDeps, resource: Resource): Promise<ReconcileState> {
  return loadState(deps, { resource, message: { cause: 'event' } }, await loadRows(deps, resource));
}

/** A lease that nobody else takes. */
export function leaseOn({ resources }: FakeDeps, resource: Resource): Lease {
  return {
    renew: async () => {},
    release: async () => {},
    save: (state, version) => resources.saveState(resource, state, version),
    complete: async ({ resourceState, version }) => void (await resources.saveState(resource, resourceState, version)),
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
