/** An Activity Log in memory. It refuses every request until `granted` is set, as in a deployment without that role. */

import type { ActivityEntry, ActivityLog } from '../../../src/workflows/ports/azure.ts';
import { copyOf } from '../copy.ts';

export interface FakeActivity extends ActivityLog {
  /** By the lower-case id of a resource. */
  readonly entries: Map<string, ActivityEntry[]>;
  /** The number of requests. */
  requests: number;
  granted: boolean;
  /** Whether one request returns all entries. */
  complete: boolean;
}

/** Azure keeps 90 days. A range counts as complete up to an hour less, because clocks differ. */
const KEPT_MILLISECONDS = 90 * 86_400_000 - 3_600_000;

export function fakeActivity(): FakeActivity {
  const activity: FakeActivity = {
    entries: new Map(),
    requests: 0,
    granted: false,
    complete: true,
    async listWrites({ key }, from, to) {
      activity.requests += 1;
      if (!activity.granted) {
        const message = 'The identity may not read the Activity Log.';
        return {
          kind: 'refused',
          failure: { kind: 'blocked', code: 'AuthorizationFailed', message, retryAfter: null },
        };
      }
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
