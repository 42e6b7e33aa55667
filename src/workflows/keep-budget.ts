/**
 * The hour's budget: a resource is written automatically only when its subscription has room for it; what a person approved
 * needs none. What is refused is held until its turn, and people are told once an hour.
 */
import type { BudgetHold } from '../domain/ceilings.ts';
import type { Resource } from '../domain/resource.ts';
import type { Wanted } from './apply-plan.ts';
import type { Facts } from './load-facts.ts';
import type { ResourceMemory, World } from './ports.ts';

/** What may be written of what is wanted, and why not the rest. Throws when the budget cannot be read: then nothing is written. */
export async function withinBudget(
  world: World,
  resource: Resource,
  { settings: { settings }, memory }: Facts,
  wanted: readonly Wanted[],
): Promise<{ readonly wanted: readonly Wanted[]; readonly budget: BudgetHold | null }> {
  if (wanted.every(isApproved)) {
    await giveUpTurn(world, resource, memory);
    return { wanted, budget: null };
  }
  const limit = settings.limits.fixesPerHour;
  const now = world.clock.now();
  const answer = await world.budgets.claim(resource, now, limit);
  if (answer.ignored !== undefined) {
    const row = { subscriptionId: resource.subscriptionId, row: 'budget', ignored: answer.ignored };
    world.log.warn(row, 'stored times lie further ahead than the service would have put them; they are ignored');
  }
  if (answer.granted) return { wanted, budget: null };
  const since = new Date(answer.since).toISOString();
  // A look that was recorded since then has told it.
  if (answer.first && (memory.evaluatedAt === null || memory.evaluatedAt < since)) {
    await tell(world, resource, since, limit);
  }
  const budget: BudgetHold = { until: new Date(answer.due).toISOString(), used: answer.used, limit };
  return { wanted: wanted.filter(isApproved), budget };
}

/** A resource that waited for its turn does not need it any more. */
export async function giveUpTurn(world: World, resource: Resource, { findings }: ResourceMemory): Promise<void> {
  const waited = findings.some(({ decision }) => decision?.reasons.some(({ code }) => code === 'budget'));
  if (waited) await world.budgets.leave(resource);
}

function isApproved({ approvalId }: Wanted): boolean {
  return approvalId !== null;
}

async function tell(world: World, resource: Resource, since: string, limit: number): Promise<void> {
  const { subscriptionId } = resource;
  const message = `The limit of ${limit} automatically written resources an hour is reached in subscription ${subscriptionId}; further ones are held.`;
  world.log.warn({ resource: resource.id, subscriptionId, since, limit }, message);
  await world.notices.tell({
    id: `budget-${subscriptionId}-${since}`,
    kind: 'budget.held',
    at: since,
    subject: `/subscriptions/${subscriptionId}`,
    message,
  });
}
