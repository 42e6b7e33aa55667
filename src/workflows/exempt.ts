/** Granting and taking back exemptions. Each step is stored together with its fact, then logged; Azure is not touched. */
import type { Actor } from '../domain/audit.ts';
import { type Exemption, type ExemptionRequest, exemptionFact, isInForce } from '../domain/exemption.ts';
import { Refusal } from '../domain/refusal.ts';
import { recordSealed, sealFact } from './outbox.ts';
import { StaleVersion, type Versioned, type World } from './ports.ts';

/** How many resources are looked at again at once; the others show it at their next look. */
const AT_ONCE = 100;
/** How many pages of findings are looked through for them, so that granting costs a bounded number of requests. */
const PAGES = 10;

/** Grants it, and looks again at the violations there, so that people are not shown or asked what is settled. */
export async function grantExemption(world: World, request: ExemptionRequest, actor: Actor): Promise<Exemption> {
  const exemption = await createExemption(world, request, actor);
  const query = { verdict: 'violation' as const, rule: request.rule, resource: request.scope };
  let queued = 0;
  let after: string | null = null;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const page = await world.findings.list(query, { limit: AT_ONCE - queued, after });
    for (const { resource } of page.items) {
      await world.queue.send({ resource: resource.id, cause: 'wake', attempt: 0 }, 0);
    }
    queued += page.items.length;
    after = page.next;
    if (after === null || queued >= AT_ONCE) break;
  }
  return exemption;
}

/** Stores it, and logs it. */
export async function createExemption(
  world: World,
  request: ExemptionRequest,
  actor: Actor,
  id = world.exemptions.newId(world.clock.now()),
): Promise<Exemption> {
  const createdAt = world.clock.now().toISOString();
  const granted: Exemption = { ...request, id, createdAt, createdBy: actor, removedAt: null, unlogged: [] };
  const value = {
    ...granted,
    unlogged: [sealFact(world, exemptionFact(granted, 'exemption.created', createdAt, actor))],
  };
  await logExemption(world, { value, version: await world.exemptions.save(value, null) });
  world.log.info({ exemption: id, rule: value.rule, scope: value.scope, by: actor.objectId }, 'exemption created');
  return granted;
}

/** Takes it back; housekeeping looks at what it let be. Throws Refusal `not-found` when there is none in force. */
export async function removeExemption(world: World, id: string, actor: Actor): Promise<void> {
  for (;;) {
    const now = world.clock.now();
    const found = await world.exemptions.get(id);
    if (!found || !isInForce(found.value, now)) {
      throw new Refusal('not-found', 'There is no exemption with this id in force.');
    }
    const fact = sealFact(world, exemptionFact(found.value, 'exemption.removed', now.toISOString(), actor));
    const value = { ...found.value, removedAt: now.toISOString(), unlogged: [...found.value.unlogged, fact] };
    let version: string;
    try {
      version = await world.exemptions.save(value, found.version);
    } catch (error) {
      // Somebody else was faster: their change decides whether it is still in force.
      if (!(error instanceof StaleVersion)) throw error;
      continue;
    }
    await logExemption(world, { value, version });
    world.log.info({ exemption: id, rule: value.rule, scope: value.scope, by: actor.objectId }, 'exemption removed');
    return;
  }
}

/** Logs what is known about an exemption and not in the log yet; harmless when it is there already. */
export async function logExemption(world: World, { value, version }: Versioned<Exemption>): Promise<void> {
  if (value.unlogged.length === 0) return;
  await recordSealed(world, value.unlogged, { exemption: value.id });
  try {
    await world.exemptions.save({ ...value, unlogged: [] }, version);
  } catch (error) {
    // Who was faster has what is not logged by now, too.
    if (!(error instanceof StaleVersion)) throw error;
  }
}
