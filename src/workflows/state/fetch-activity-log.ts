/** Queries Azure's Activity Log for the writers of a resource, with one request. The answer may be a refusal. */
import { DAY_MS } from '../../domain/resources/durations.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import type { ActivityQueryResult } from './changers.ts';

/** Azure keeps 90 days. A query for more than it keeps would never be complete, so this is a day less. */
const MAX_RANGE_MILLISECONDS = 89 * DAY_MS;

/** Queries from this time until now. An earlier time than the log keeps is moved forward. */
export async function fetchActivityLog(deps: Deps, resource: Resource, from: Date): Promise<ActivityQueryResult> {
  const to = deps.clock.now();
  const first = to.getTime() - MAX_RANGE_MILLISECONDS;
  const start = new Date(Math.min(Math.max(first, from.getTime()), to.getTime()));
  const result = await deps.activityLog.listWrites(resource, start, to);
  const summary =
    result.kind === 'read'
      ? { entries: result.entries.length, complete: result.complete }
      : { code: result.failure.code };
  deps.log.info({ resource: resource.id, from: start.toISOString(), ...summary }, 'Activity Log queried');
  return { from: start, to, result };
}
