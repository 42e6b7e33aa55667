/**
 * The hourly budget. A resource is written automatically only while its subscription has budget left. Approved changes
 * need none. A refused resource is on hold until its slot, and one notification is published per hour.
 */

import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import type { BudgetHold } from '../../domain/decisions/constraints.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';

/**
 * The change sets that may be written, and why the others may not. Throws when the budget cannot be read: then nothing
 * is written.
 */
export async function enforceBudget(
  { deps, resource, state: { settings, resourceState } }: ReconcileContext,
  changeSets: readonly ChangeSet[],
): Promise<{ readonly changeSets: readonly ChangeSet[]; readonly budgetHold: BudgetHold | null }> {
  if (changeSets.every(isApproved)) {
    await withdrawBudgetClaim(deps, resource, resourceState);
    return { changeSets, budgetHold: null };
  }
  const limit = settings.settings.limits.fixesPerHour;
  const now = deps.clock.now();
  const answer = await deps.budgets.claim(resource, now, limit);
  if (answer.ignored !== undefined) {
    const row = { subscriptionId: resource.subscriptionId, row: 'budget', ignored: answer.ignored };
    deps.log.warn(row, 'stored times are too far in the future; ignored');
  }
  if (answer.granted) return { changeSets, budgetHold: null };
  const since = new Date(answer.since).toISOString();
  // A reconcile that was recorded after that time has published the notification.
  if (answer.first && (resourceState.evaluatedAt === null || resourceState.evaluatedAt < since)) {
    await publishBudgetHold(deps, resource, since, limit);
  }
  const budgetHold: BudgetHold = { until: new Date(answer.due).toISOString(), used: answer.used, limit };
  return { changeSets: changeSets.filter(isApproved), budgetHold };
}

/** Withdraws the budget claim of a resource that no longer needs it. */
export async function withdrawBudgetClaim(deps: Deps, resource: Resource, { findings }: ResourceState): Promise<void> {
  const hadClaim = findings.some(({ decision }) => decision?.reasons.some(({ code }) => code === 'budget'));
  if (hadClaim) await deps.budgets.withdraw(resource);
}

function isApproved({ approvalId }: ChangeSet): boolean {
  return approvalId !== null;
}

async function publishBudgetHold(deps: Deps, resource: Resource, since: string, limit: number): Promise<void> {
  const { subscriptionId } = resource;
  const message = `The limit of ${limit} automatically written resources an hour is reached in subscription ${subscriptionId}; further ones are held.`;
  deps.log.warn({ resource: resource.id, subscriptionId, since, limit }, message);
  await deps.notifications.publish({
    id: `budget-${subscriptionId}-${since}`,
    kind: 'budget.held',
    at: since,
    subject: `/subscriptions/${subscriptionId}`,
    message,
  });
}
