/**
 * What the health check of App Service says: the mean of its instances by five minutes. By default an instance counts as ill
 * after ten failed pings, one a minute. Whether a healthy one is 1 or 100 is not known, so values are only compared.
 */
import { MINUTE_MS } from '../resources/durations.ts';
import { lastClosed } from './metrics.ts';

export interface HealthCheckPoint {
  /** The beginning (ISO) of five minutes. */
  readonly at: string;
  readonly status: number;
}

/** The grain of the metric: Azure has no shorter one. */
export const HEALTH_CHECK_MINUTES = 5;
const GRAIN_MS = HEALTH_CHECK_MINUTES * MINUTE_MS;

export type HealthCheckVerdict =
  /** worse: two points in a row are low. told: the last one is, and a late point may come as 0. */
  { readonly kind: 'worse' | 'told'; readonly text: string } | { readonly kind: 'steady' };

/** Null: there is nothing to compare with, because the app has no health check, or it was low before. */
export function judgeHealthCheck(
  points: readonly HealthCheckPoint[],
  { startedAt, readAt }: { readonly startedAt: Date; readonly readAt: Date },
): HealthCheckVerdict | null {
  const inOrder = points.map(({ at, status }) => ({ at: Date.parse(at), status })).toSorted((a, b) => a.at - b.at);
  const before = inOrder.filter(({ at }) => at + GRAIN_MS <= startedAt.getTime());
  const after = inOrder.filter(({ at }) => at >= startedAt.getTime() && at + GRAIN_MS <= lastClosed(readAt));
  const level = Math.min(...before.map(({ status }) => status));
  const [previous, last] = [after.at(-2), after.at(-1)];
  if (before.length === 0 || !(level > 0)) return null;
  if (last === undefined || last.status >= level / 2) return { kind: 'steady' };
  const isInARow = previous !== undefined && previous.at + GRAIN_MS === last.at && previous.status < level / 2;
  const text = `the health check is at ${last.status}, before the write at ${level}`;
  return { kind: isInARow ? 'worse' : 'told', text };
}
