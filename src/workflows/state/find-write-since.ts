/**
 * Finds out whether somebody else wrote a resource after a fix. Then the side effects of the fix may be values of that
 * writer.
 */
import type { AuditEntry } from '../../domain/audit/audit.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import { isOwnWrite } from './changers.ts';

/** How many recent events of the resource are searched. */
const RECENT = 100;

/**
 * The writer, as a reason; null when there is none. Events count from the intent of the fix, by the time of receipt.
 * Events that the fix had processed do not count.
 */
export async function findWriteSince(
  deps: Pick<Deps, 'audit' | 'events' | 'arm'>,
  resource: Resource,
  fix: AuditEntry,
): Promise<string | null> {
  const [recent, self, intents] = await Promise.all([
    deps.events.listRecent(resource, RECENT),
    deps.arm.getIdentity(),
    listIntents(deps, fix),
  ]);
  const since = intents.map(({ at }) => at).reduce((first, at) => (at < first ? at : first), fix.at);
  const later = recent.filter(({ receivedAt }) => receivedAt >= since);
  const byOthers = later.filter((event) => !isOwnWrite(event, self) && !event.auditIds.includes(fix.id));
  const [latest] = byOthers;
  if (latest) {
    const by = latest.event.changedBy;
    return `${by?.name ?? by?.objectId ?? 'somebody else'} wrote the resource, of which an event came at ${latest.receivedAt}`;
  }
  return later.length === RECENT ? `more than ${RECENT} events came since the fix` : null;
}

async function listIntents(
  { audit }: Pick<Deps, 'audit'>,
  { operationId, rule }: AuditEntry,
): Promise<readonly AuditEntry[]> {
  if (operationId === null || rule === null) return [];
  return (await audit.list({ operationId, rule, kind: 'fix.intended' }, { limit: 1, after: null })).items;
}
