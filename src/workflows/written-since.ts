/** Whether somebody else is known to have written a resource since a fix looked at it: then what moved may be theirs. */
import type { AuditEntry } from '../domain/audit.ts';
import type { Resource } from '../domain/resource.ts';
import type { World } from './ports.ts';
import { isOurs } from './who-changed.ts';

/** How many of a resource's latest events are looked through. */
const RECENT = 100;

/**
 * Who wrote it, as a reason; null when nobody is known to have. An event counts from the fix's intent on, by when it was
 * received, unless the look that made the fix had it before it read.
 */
export async function writtenSince(
  world: Pick<World, 'audit' | 'events' | 'arm'>,
  resource: Resource,
  fix: AuditEntry,
): Promise<string | null> {
  const [recent, self, intents] = await Promise.all([
    world.events.recent(resource, RECENT),
    world.arm.identity(),
    intentsOf(world, fix),
  ]);
  const since = intents.map(({ at }) => at).reduce((first, at) => (at < first ? at : first), fix.at);
  const later = recent.filter(({ receivedAt }) => receivedAt >= since);
  const theirs = later.filter((event) => !isOurs(event, self) && !event.auditIds.includes(fix.id));
  const [latest] = theirs;
  if (latest) {
    const by = latest.event.changedBy;
    return `${by?.name ?? by?.objectId ?? 'somebody else'} wrote the resource, of which an event came at ${latest.receivedAt}`;
  }
  return later.length === RECENT ? `more than ${RECENT} events came since the fix` : null;
}

async function intentsOf(
  { audit }: Pick<World, 'audit'>,
  { operationId, rule }: AuditEntry,
): Promise<readonly AuditEntry[]> {
  if (operationId === null || rule === null) return [];
  return (await audit.list({ operationId, rule, kind: 'fix.intended' }, { limit: 1, after: null })).items;
}
