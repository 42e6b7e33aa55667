/** The alarms that a look leaves behind, so that what is still open comes back by itself: intents, expiries, holds. */
import type { Resource } from '../domain/resource.ts';
import { onTheMinute } from './come-back.ts';
import type { ResourceMemory, World } from './ports.ts';
import type { Outcome } from './record.ts';
import { isUnresolved } from './resolve-intents.ts';

/** `memory` is what was saved of this look. */
export async function setAlarms(
  world: World,
  resource: Resource,
  outcome: Outcome,
  { openApprovals, findings }: ResourceMemory,
): Promise<void> {
  await watchOpenIntents(world, resource, outcome);
  await watchExpiries(world, resource, outcome, openApprovals);
  await watchHeld(world, resource, findings);
}

export function minutesFrom(world: World, minutes: number): Date {
  return onTheMinute(world.clock.now().getTime() + minutes * 60_000);
}

/** While an intent has no outcome, housekeeping looks again, at growing distances; afterwards nobody needs to. */
async function watchOpenIntents(world: World, resource: Resource, outcome: Outcome): Promise<void> {
  const unresolved = outcome.operations.flatMap(({ entries }) => entries.filter(({ state }) => isUnresolved(state)));
  const tries = Math.max(...unresolved.map(({ attempts }) => attempts));
  const next =
    unresolved.length === 0
      ? null
      : await world.alarms.set(resource, minutesFrom(world, Math.min(360, 2 ** tries)), 'open intent');
  const { alarm } = outcome.remembered;
  if (alarm !== null && alarm !== next) await world.alarms.clear(alarm);
}

/** The alarm of an expiry rings once, maybe by a clock that is ahead of ours: what it found pending is given another. */
async function watchExpiries(
  world: World,
  resource: Resource,
  { message, facts }: Outcome,
  open: readonly string[],
): Promise<void> {
  if (message.cause !== 'wake') return;
  for (const { value } of facts.approvals) {
    if (value.status !== 'pending' || !open.includes(value.id)) continue;
    await world.alarms.set(resource, new Date(value.expiresAt), `approval ${value.id} expires`);
  }
}

/** What is held until a known time comes back then by itself, on the minute. */
async function watchHeld(world: World, resource: Resource, findings: ResourceMemory['findings']): Promise<void> {
  const ends = findings.flatMap(({ decision }) => (decision?.action === 'hold' ? (decision.until ?? []) : []));
  if (ends.length === 0) return;
  const first = Math.min(...ends.map((end) => Date.parse(end)));
  await world.alarms.set(resource, onTheMinute(first), 'held until now');
}
