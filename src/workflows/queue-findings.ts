/**
 * Puts what the sweep reported before people: each resource is looked at again with the rule that was asked for, so the
 * request is carried by its message until the approval is stored. That somebody asked is in the log before.
 */
import type { Person } from '../domain/approval.ts';
import { type AuditFact, factId } from '../domain/audit.ts';
import type { World } from './ports.ts';
import { PACE_SECONDS } from './sweep.ts';

export interface QueueRequest {
  readonly rule: string;
  /** An ARM id of a resource, or a scope above it. */
  readonly scope: string;
  readonly person: Person;
  readonly personIsApp: boolean;
}

/** Returns how many resources were asked about; asking twice changes nothing. */
export async function queueFindings(world: World, request: QueueRequest): Promise<number> {
  const { rule, scope, person } = request;
  const queued = new Set<string>();
  let after: string | null = null;
  do {
    const query = { rule, resource: scope, verdict: 'violation', decision: 'report' } as const;
    const page = await world.findings.list(query, { limit: 200, after });
    for (const { resource, decision } of page.items) {
      if (!decision?.reasons.some(({ code }) => code === 'found-by-sweep') || queued.has(resource.id)) continue;
      if (queued.size === 0) await world.audit.append([askedFact(world, request)]);
      await world.sweeps.send(
        { resource: resource.id, cause: 'request', rule, attempt: 0 },
        queued.size * PACE_SECONDS,
      );
      queued.add(resource.id);
    }
    after = page.next;
  } while (after !== null);
  world.log.info({ rule, scope, queued: queued.size, by: person.objectId }, 'what the sweep reported was asked for');
  return queued.size;
}

function askedFact(world: World, { rule, scope, person, personIsApp }: QueueRequest): AuditFact {
  return {
    id: factId(world.newId(), 'asked'),
    at: world.clock.now().toISOString(),
    kind: 'approval.requested',
    resource: null,
    rule,
    mode: null,
    operationId: null,
    approvalId: null,
    actor: { type: personIsApp ? 'app' : 'user', ...person },
    trigger: { type: 'decision' },
    changes: [],
    alsoMoved: [],
    reasons: [],
    arm: null,
    message: `Asked that what only the sweep found of this rule in ${scope} comes before people.`,
  };
}
