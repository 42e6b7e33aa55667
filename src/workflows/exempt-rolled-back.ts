/** What a person has put back stays for a week: without an exemption the very next look would fix it again. */
import type { Exemption } from '../domain/exemption.ts';
import type { Resource } from '../domain/resource.ts';
import { createExemption } from './exempt.ts';
import type { Facts } from './load-facts.ts';
import type { World } from './ports.ts';
import type { EndedEntry } from './resolve-intents.ts';

const WEEK = 7 * 86_400_000;

/** The exemptions that hold when these attempts have ended: one more for each rollback that was carried out. */
export async function exemptRolledBack(
  world: World,
  resource: Resource,
  facts: Facts,
  ended: readonly EndedEntry[],
): Promise<readonly Exemption[]> {
  const all = [...facts.exemptions];
  for (const { entry, state } of ended) {
    if (entry.purpose !== 'rollback' || state !== 'applied') continue;
    const reason = `Put back by approval ${entry.approvalId}`;
    // After a crash the same rollback ends once more; its exemption is there already, or was taken back since.
    if (all.some((one) => one.rule === entry.rule && one.reason.startsWith(reason))) continue;
    const decision = facts.approvals.find(({ value }) => value.id === entry.approvalId)?.value.decision;
    const by = decision?.by ?? { objectId: 'unknown', name: 'unknown' };
    const expires = new Date(world.clock.now().getTime() + WEEK).toISOString();
    const request = {
      ...{ scope: resource.id, rule: entry.rule, owner: by.name, ticket: null, expires },
      reason: decision?.comment ? `${reason}: ${decision.comment}` : `${reason}.`,
    };
    all.push(await createExemption(world, request, { type: 'user', ...by }));
  }
  return all;
}
