// The metrics of web apps and container apps: names, units, grains and dimensions as the generated tables of the
// documentation have them (those of 2024 and 2025).
import type { StoredResource } from '../estate/stored-resource.ts';
import { member } from '../json/json.ts';
import { illnessAt } from './outages.ts';
import { MINUTE, type StatusClass, statusClasses, type Traffic } from './traffic.ts';

export const aggregations = ['Total', 'Average', 'Minimum', 'Maximum', 'Count'] as const;
export type Aggregation = (typeof aggregations)[number];

export interface Metric {
  name: string;
  unit: 'Count' | 'Seconds' | 'MilliSeconds';
  /** The first is the default. */
  aggregations: readonly Aggregation[];
  /** Shorter ones are refused, in minutes. */
  shortestGrain: number;
  dimensions: readonly string[];
  /** A value of the minute that begins at `at` (ms); null: none. Split: of one value of a dimension. */
  value(minute: Minute, split: Split | null): number | null;
}

export interface Minute {
  resource: StoredResource;
  at: number;
  traffic: Traffic;
}

export interface Split {
  dimension: string;
  value: string;
}

const classOf = (split: Split | null): StatusClass | undefined =>
  statusClasses.find((one) => split?.dimension === 'statusCodeCategory' && one === split.value);

function count(name: string, statusClass?: StatusClass): Metric {
  return {
    name,
    unit: 'Count',
    aggregations: ['Total'],
    shortestGrain: 1,
    dimensions: ['Instance'],
    value: ({ traffic }) => (statusClass ? traffic.byClass[statusClass] : traffic.requests),
  };
}

const SITE: readonly Metric[] = [
  count('Requests'),
  count('Http2xx', '2xx'),
  count('Http3xx', '3xx'),
  count('Http4xx', '4xx'),
  count('Http5xx', '5xx'),
  {
    name: 'HttpResponseTime',
    unit: 'Seconds',
    aggregations: ['Average'],
    shortestGrain: 1,
    dimensions: ['Instance'],
    value: ({ traffic }) => traffic.seconds,
  },
  {
    // It falls after ten failed pings, one a minute. Whether it goes to 1 or to 100 is unverified.
    name: 'HealthCheckStatus',
    unit: 'Count',
    aggregations: ['Average'],
    shortestGrain: 5,
    dimensions: ['Instance'],
    value({ resource, at }) {
      const illness = illnessAt(resource, at);
      return illness && illness.since <= at - 10 * MINUTE ? 0 : 100;
    },
  },
];

const EVERY: readonly Aggregation[] = ['Average', 'Total', 'Maximum', 'Minimum'];

const CONTAINER_APP: readonly Metric[] = [
  {
    name: 'Requests',
    unit: 'Count',
    aggregations: ['Total', ...EVERY.filter((one) => one !== 'Total')],
    shortestGrain: 1,
    dimensions: ['revisionName', 'statusCodeCategory'],
    value({ traffic }, split) {
      const statusClass = classOf(split);
      return statusClass ? traffic.byClass[statusClass] : traffic.requests;
    },
  },
  {
    name: 'ResponseTime',
    unit: 'MilliSeconds',
    aggregations: EVERY,
    shortestGrain: 1,
    dimensions: ['statusCodeCategory'],
    value: ({ traffic }) => (traffic.seconds === null ? null : 1000 * traffic.seconds),
  },
  {
    // Cumulative since the replica was created; right every fifth minute only, 0 between.
    name: 'RestartCount',
    unit: 'Count',
    aggregations: EVERY,
    shortestGrain: 1,
    dimensions: ['revisionName'],
    value: ({ resource, at }) => ((at / MINUTE) % 5 === 0 ? restartsAt(resource, at) : 0),
  },
  {
    name: 'Replicas',
    unit: 'Count',
    aggregations: EVERY,
    shortestGrain: 1,
    dimensions: ['revisionName'],
    value: () => 1,
  },
];

/** Undefined: it has none. */
export function metricsFor({ kind }: StoredResource): readonly Metric[] {
  return kind === 'containerApp' ? CONTAINER_APP : SITE;
}

/** The values of a dimension; a class of answers that there was none of has no series. */
export function valuesOf(resource: StoredResource, dimension: string): string[] {
  if (dimension === 'statusCodeCategory') return [...statusClasses];
  if (dimension === 'Instance') return ['instance-0'];
  return [String(member(resource.documents.get('resource'), 'properties', 'latestRevisionName'))];
}

/** How often its container was restarted because it does not come up: at once, then twice a minute. */
export function restartsAt(resource: StoredResource, at: number): number {
  const illness = illnessAt(resource, at);
  return illness?.isShown ? 3 + Math.floor((2 * (at - illness.since)) / MINUTE) : 0;
}
