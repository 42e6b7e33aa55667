/** An Activity Log in memory. It answers nothing until it has the right, as in a deployment that does not grant it. */
import type { Activity, ActivityEntry } from '../../src/workflows/ports.ts';

export interface MemoryActivity extends Activity {
  /** By the lower-case id of a resource. */
  readonly entries: Map<string, ActivityEntry[]>;
  /** How often it was asked. */
  asked: number;
  granted: boolean;
  /** Whether one request shows all of it. */
  complete: boolean;
}

/** Azure keeps 90 days; an hour less is taken for whole, because clocks differ. */
const KEPT_MILLISECONDS = 90 * 86_400_000 - 3_600_000;

export function memoryActivity(): MemoryActivity {
  const activity: MemoryActivity = {
    entries: new Map(),
    asked: 0,
    granted: false,
    complete: true,
    async writes({ key }, from, to) {
      activity.asked += 1;
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
        entries: structuredClone(entries),
        complete: activity.complete && to.getTime() - from.getTime() <= KEPT_MILLISECONDS,
      };
    },
  };
  return activity;
}
