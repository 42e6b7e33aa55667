/**
 * Puts what the sweep reported before people: each resource is looked at again with the rule that was asked for, so the
 * request is carried by its message until the approval is stored. Returns how many resources were asked about.
 */
import type { World } from './ports.ts';
import { PACE_SECONDS } from './sweep.ts';

export async function queueFindings(world: World, rule: string, scope: string): Promise<number> {
  const queued = new Set<string>();
  let after: string | null = null;
  do {
    const query = { rule, resource: scope, verdict: 'violation', decision: 'report' } as const;
    const page = await world.findings.list(query, { limit: 200, after });
    for (const { resource, decision } of page.items) {
      if (!decision?.reasons.some(({ code }) => code === 'found-by-sweep') || queued.has(resource.id)) continue;
      await world.sweeps.send(
        { resource: resource.id, cause: 'request', rule, attempt: 0 },
        queued.size * PACE_SECONDS,
      );
      queued.add(resource.id);
    }
    after = page.next;
  } while (after !== null);
  world.log.info({ rule, scope, queued: queued.size }, 'what the sweep reported was asked for');
  return queued.size;
}
