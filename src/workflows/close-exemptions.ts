/**
 * What housekeeping does about exemptions: facts that a crash left out of the log are logged, an end is recorded once, and
 * what an exemption let be is looked at again when it is over. Then its row goes; the log keeps it.
 */
import { type Exemption, exemptionFact, exemptionFor, isInForce } from '../domain/exemption.ts';
import { everyItem, gathered } from './every-item.ts';
import { logExemption } from './exempt.ts';
import type { World } from './ports.ts';
import { exemptionFault } from './verify-records.ts';

/** How many resources one run puts on the queue at most, for each exemption; the next run takes the rest. */
const AT_ONCE = 100;
/** A look that began under the exemption may record it after its end; longer than this no look lasts. */
const LINGERS_MS = 10 * 60_000;

export async function closeExemptions(world: World): Promise<void> {
  const now = world.clock.now();
  const all = await gathered(everyItem((page) => world.exemptions.list(page)));
  for (const exemption of all) {
    if (exemption.unlogged.length > 0) {
      const stored = await world.exemptions.get(exemption.id);
      if (stored) await logExemption(world, stored);
    }
    if (isInForce(exemption, now)) continue;
    if (exemption.removedAt === null) await tellEnd(world, exemption, now);
    const everything = await lookAgain(world, exemption, all, now);
    const over = Date.parse(exemption.removedAt ?? exemption.expires);
    if (everything && now.getTime() >= over + LINGERS_MS) await world.exemptions.remove(exemption.id);
  }
}

/** That its time is over is a fact only when it was granted as its row says. */
async function tellEnd(world: World, exemption: Exemption, now: Date): Promise<void> {
  const fault = await exemptionFault(world, exemption, now);
  if (fault !== null) {
    world.log.error(
      { exemption: exemption.id, fault },
      'the end of an exemption is not logged: its row is not to be believed',
    );
    return;
  }
  const actor = { type: 'service' as const, name: 'Plumbline' };
  await world.audit.append([exemptionFact(exemption, 'exemption.ended', now.toISOString(), actor)]);
}

/** Queues the resources that it exempted and no other does; false when there are more than one run takes. */
async function lookAgain(world: World, over: Exemption, all: readonly Exemption[], now: Date): Promise<boolean> {
  const query = { decision: 'exempt' as const, rule: over.rule, resource: over.scope };
  let queued = 0;
  let after: string | null = null;
  do {
    const page = await world.findings.list(query, { limit: AT_ONCE, after });
    for (const { resource } of page.items) {
      if (exemptionFor(all, resource, over.rule, now)) continue;
      if (queued === AT_ONCE) return false;
      await world.queue.send({ resource: resource.id, cause: 'wake', attempt: 0 }, 0);
      queued += 1;
      world.log.info({ resource: resource.id, exemption: over.id }, 'no longer exempt: looked at again');
    }
    after = page.next;
  } while (after !== null);
  return true;
}
