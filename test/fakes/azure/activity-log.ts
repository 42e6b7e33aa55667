/** An Activity Log in memory. It refuses every request until `granted` is set, as in a deployment without that role. */

import { parseEvent } from '../../../src/domain/resources/event.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import type { ActivityEntry, ActivityLog, ActivityQuery, LoggedChange } from '../../../src/workflows/ports/azure.ts';
import { copyOf } from '../copy.ts';

export interface FakeActivity extends ActivityLog {
  /** By the lower-case id of a resource. */
  readonly entries: Map<string, ActivityEntry[]>;
  /** The number of requests. */
  requests: number;
  granted: boolean;
  /** Whether one request returns all entries. */
  complete: boolean;
  /** The finished changes of all subscriptions, oldest first. */
  readonly changes: LoggedChange[];
  /** The queries for changes. */
  readonly queries: ActivityQuery[];
  /** The number of changes that are read at once. */
  pageSize: number;
}

/** Azure keeps 90 days. A range counts as complete up to an hour less, because clocks differ. */
const KEPT_MILLISECONDS = 90 * 86_400_000 - 3_600_000;

const FORBIDDEN = {
  kind: 'refused',
  failure: {
    kind: 'blocked',
    code: 'AuthorizationFailed',
    message: 'The identity may not read the Activity Log.',
    retryAfter: null,
  },
} as const;

/** The change that an event reports, as the log has it. */
export function loggedChange(event: JsonObject, endedAt: Date): LoggedChange {
  const parsed = parseEvent({ ...event, id: `activity-log-${event.id}` });
  if (parsed.kind === 'ignored') throw new Error(parsed.reason);
  const at = endedAt.toISOString();
  return { resource: parsed.resource, at, event: { ...parsed.event, eventTime: at, source: 'activity-log' } };
}

export function fakeActivity(): FakeActivity {
  const activity: FakeActivity = {
    entries: new Map(),
    requests: 0,
    granted: false,
    complete: true,
    changes: [],
    queries: [],
    pageSize: 1000,
    async listChanges(query) {
      activity.queries.push(query);
      if (!activity.granted) return FORBIDDEN;
      const { subscriptionId, provider, from, to } = query;
      const isWanted = ({ event, resource, at }: LoggedChange) =>
        resource.subscriptionId === subscriptionId &&
        event.operation.toLowerCase().startsWith(`${provider.toLowerCase()}/`) &&
        Date.parse(at) >= from.getTime() &&
        Date.parse(at) <= to.getTime();
      const all = activity.changes.filter(isWanted);
      const changes = all.slice(-activity.pageSize);
      const [first] = changes;
      return {
        kind: 'read',
        changes: copyOf(changes),
        unreadTo: first && changes.length < all.length ? new Date(Date.parse(first.at) + 1) : null,
      };
    },
    async listWrites({ key }, from, to) {
      activity.requests += 1;
      if (!activity.granted) return FORBIDDEN;
      const isThen = ({ at }: ActivityEntry) => Date.parse(at) >= from.getTime() && Date.parse(at) <= to.getTime();
      const entries = (activity.entries.get(key) ?? []).filter(isThen);
      return {
        kind: 'read',
        entries: copyOf(entries),
        complete: activity.complete && to.getTime() - from.getTime() <= KEPT_MILLISECONDS,
      };
    },
  };
  return activity;
}
