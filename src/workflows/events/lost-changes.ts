/** Finds the changes in the Activity Log that no stored event reports. These functions do no I/O. */
import { MINUTE_MS } from '../../domain/resources/durations.ts';
import { movesConfiguration } from '../../domain/resources/event.ts';
import type { LoggedChange } from '../ports/azure.ts';
import type { StoredEvent } from '../ports/events.ts';

/** How far the clock of Azure may be ahead of ours. An event is received after its operation ended. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * The changes without an event, of one resource. A deployment makes several with the same correlation id, operation and
 * resource, so each event reports one. The own event of a change that has no outcome yet does not count: a crash may have
 * prevented its message. `changes`: oldest first.
 */
export function lostChanges(changes: readonly LoggedChange[], events: readonly StoredEvent[]): LoggedChange[] {
  const ids = new Set(changes.map(({ event }) => event.id));
  const counting = events.filter(({ event, outcome }) => outcome !== null || !ids.has(event.id));
  const left = counting.sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  return changes.filter((change) => {
    const index = left.findIndex((event) => reports(event, change));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** Event Grid and the Activity Log may spell ids and operations differently. Either may lack the caller. */
function reports({ event, receivedAt }: StoredEvent, { event: logged, at }: LoggedChange): boolean {
  if (event.id === logged.id) return true;
  const sameOperation =
    event.operation.toLowerCase() === logged.operation.toLowerCase() ||
    (movesConfiguration(event) && movesConfiguration(logged));
  const caller = event.changedBy?.objectId;
  const loggedCaller = logged.changedBy?.objectId;
  return (
    sameOperation &&
    (event.correlationId ?? '').toLowerCase() === (logged.correlationId ?? '').toLowerCase() &&
    (caller === undefined || loggedCaller === undefined || caller === loggedCaller) &&
    Date.parse(receivedAt) >= Date.parse(at) - CLOCK_TOLERANCE_MS
  );
}
