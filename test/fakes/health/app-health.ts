/** The health of apps as a test sets it: well and without traffic unless it says otherwise. */
import type { AppState } from '../../../src/domain/health/gate.ts';
import type { HealthCheckPoint } from '../../../src/domain/health/health-check.ts';
import type { MetricPoint } from '../../../src/domain/health/metrics.ts';
import type { Resource } from '../../../src/domain/resources/resource.ts';
import type { AppHealth, AppMetrics } from '../../../src/workflows/ports/health-gates.ts';
import type { Clock } from '../../../src/workflows/ports/runtime.ts';

export interface FakeHealth extends AppHealth {
  /** The requests that were made. */
  readonly asked: { readonly what: 'state' | 'metrics'; readonly resource: string; readonly at: string }[];
  /** The state of an app now. */
  state: ((resource: Resource, now: Date) => AppState) | null;
  /** A minute of an app that has passed; null when Azure has nothing of it. */
  minute: ((resource: Resource, at: Date, now: Date) => Omit<MetricPoint, 'at'> | null) | null;
  /** The health check of five minutes that have passed; null when the app has none. */
  check: ((resource: Resource, at: Date) => number | null) | null;
  /** Why metrics cannot be read. */
  unread: string | null;
}

export function fakeHealth(clock: Clock): FakeHealth {
  const ask = (what: 'state' | 'metrics', { id }: Resource) =>
    health.asked.push({ what, resource: id, at: clock.now().toISOString() });
  const health: FakeHealth = {
    asked: [],
    state: null,
    minute: null,
    check: null,
    unread: null,
    readState: async (resource) => {
      ask('state', resource);
      return health.state?.(resource, clock.now()) ?? { condition: 'good', text: 'it is Running' };
    },
    readMetrics: async (resource, from, to): Promise<AppMetrics> => {
      ask('metrics', resource);
      if (health.unread !== null) return { kind: 'unread', text: health.unread };
      const points: MetricPoint[] = [];
      for (let at = Math.ceil(from.getTime() / 60_000) * 60_000; at < to.getTime(); at += 60_000) {
        const values = health.minute?.(resource, new Date(at), clock.now()) ?? null;
        const none = { requests: null, failed: null, refused: null, seconds: null };
        points.push({ at: new Date(at).toISOString(), ...(values ?? none) });
      }
      const healthChecks: HealthCheckPoint[] = [];
      for (let at = Math.floor(from.getTime() / 300_000) * 300_000; at < to.getTime(); at += 300_000) {
        const status = health.check?.(resource, new Date(at)) ?? null;
        if (status !== null) healthChecks.push({ at: new Date(at).toISOString(), status });
      }
      return { kind: 'read', points, healthChecks };
    },
  };
  return health;
}
