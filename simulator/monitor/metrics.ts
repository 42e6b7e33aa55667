// Azure Monitor's metrics of an app. They come late and have gaps; errors of this call are flat objects.
import { ArmError } from '../arm/errors.ts';
import type { Place } from '../estate/place.ts';
import type { StoredResource } from '../estate/stored-resource.ts';
import { type Aggregation, aggregations, type Metric, metricsFor, type Split, valuesOf } from './metric-definitions.ts';
import { MINUTE, type Shown, shownAt, trafficAt } from './traffic.ts';

/** In minutes. */
const GRAINS = new Map([
  ['PT1M', 1],
  ['PT5M', 5],
  ['PT15M', 15],
  ['PT30M', 30],
  ['PT1H', 60],
  ['PT6H', 360],
  ['PT12H', 720],
  ['P1D', 1440],
]);
const MOST_NAMES = 20;
const MOST_DAYS = 31;
const DEFAULT_TOP = 10;

/** The answer to a request for metrics, or an ArmError. Undefined for the controls, which ask for no time. */
export function metricsOf({ resource, url, filter, metricsSeed = 1 }: Place): unknown {
  if (!url) return undefined;
  const asked = askedOf(resource, url.searchParams, filter);
  const scene: Scene = { ...asked, resource, now: Date.now(), seed: metricsSeed };
  const space = resource.kind === 'containerApp' ? 'Microsoft.App/containerApps' : resource.address.type;
  return {
    cost: Math.max(0, (asked.to - asked.from) / MINUTE - 1),
    timespan: `${iso(asked.from)}/${iso(asked.to)}`,
    interval: asked.interval,
    namespace: space,
    resourceregion: 'westeurope',
    value: asked.metrics.map((metric) => ({
      id: `${resource.id}/providers/Microsoft.Insights/metrics/${metric.name}`,
      type: 'Microsoft.Insights/metrics',
      name: { value: metric.name, localizedValue: metric.name },
      unit: metric.unit,
      errorCode: 'Success',
      timeseries: seriesOf(scene, metric),
    })),
  };
}

interface Asked {
  metrics: readonly Metric[];
  aggregations: readonly Aggregation[];
  from: number;
  to: number;
  interval: string;
  /** In minutes. */
  grain: number;
  /** Split by a dimension: all of its values, or one. */
  split: Split | null;
  top: number;
}

interface Scene extends Asked {
  resource: StoredResource;
  now: number;
  seed: number;
}

function askedOf(resource: StoredResource, parameters: URLSearchParams, filter: string | undefined): Asked {
  const known = metricsFor(resource);
  const names = (parameters.get('metricnames') ?? known[0]?.name ?? '').split(',').map((name) => name.trim());
  if (names.length > MOST_NAMES) refuse(`At most ${MOST_NAMES} metrics can be asked for at once.`);
  const metrics = names.map((name) => {
    const metric = known.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const valid = known.map((one) => one.name).join(',');
    return metric ?? refuse(`Failed to find metric configuration for metric: ${name}. Valid metrics: ${valid}`);
  });
  const interval = parameters.get('interval') ?? 'PT1M';
  const grain = GRAINS.get(interval.toUpperCase()) ?? refuse(`Time grain ${interval} is not supported.`);
  const tooFine = metrics.find(({ shortestGrain }) => grain < shortestGrain);
  if (tooFine) refuse(`Metric: ${tooFine.name} does not support requested time grain: ${interval}`);
  const split = splitOf(filter, metrics);
  return {
    metrics,
    aggregations: (parameters.get('aggregation') ?? '')
      .split(',')
      .filter((name) => name !== '')
      .map((name) => aggregationOf(name.trim())),
    ...spanOf(parameters.get('timespan'), grain),
    interval,
    grain,
    split,
    top: Number(parameters.get('top') ?? DEFAULT_TOP),
  };
}

function aggregationOf(name: string): Aggregation {
  const found = aggregations.find((one) => one.toLowerCase() === name.toLowerCase());
  return found ?? refuse(`Aggregation ${name} is not supported.`);
}

/** A span that is too long is cut without a word. The Azure CLI encodes it twice. */
function spanOf(encoded: string | null, grain: number): { from: number; to: number } {
  const now = Date.now();
  const text = decodeURIComponent(encoded ?? '');
  const [from = now - 60 * MINUTE, to = now] = text.split('/').flatMap((time) => (time ? [timeOf(time)] : []));
  if (from >= to) refuse(`The start of the timespan ${text} is not before its end.`);
  const length = grain * MINUTE;
  const start = Math.max(from, to - MOST_DAYS * 24 * 60 * MINUTE);
  return { from: Math.floor(start / length) * length, to };
}

/** A plus was decoded to a blank, which is no time. */
function timeOf(text: string): number {
  const [, zone] = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+\d\d:\d\d)?$/i.exec(text) ?? [null];
  const time = zone === null ? Number.NaN : Date.parse(zone === undefined ? `${text}Z` : text);
  return Number.isNaN(time) ? refuse(`${text} is no time.`) : time;
}

/** Filters of one dimension: `dimension eq 'value'`, or `'*'` for all values. */
function splitOf(filter: string | undefined, metrics: readonly Metric[]): Split | null {
  if (filter === undefined) return null;
  const { dimension, value } = /^\s*(?<dimension>\w+) eq '(?<value>[^']*)'\s*$/i.exec(filter)?.groups ?? {};
  if (dimension === undefined || value === undefined) return refuse(`The filter ${filter} is not understood.`);
  for (const { name, dimensions } of metrics) {
    if (dimensions.some((one) => one.toLowerCase() === dimension.toLowerCase())) continue;
    const supported = dimensions.map((one) => one.toLowerCase()).join(',');
    refuse(
      `Metric: ${name} does not support requested dimension combination: ${dimension.toLowerCase()}, supported ones are: ${supported}`,
    );
  }
  const known = metrics[0]?.dimensions.find((one) => one.toLowerCase() === dimension.toLowerCase());
  return { dimension: known ?? dimension, value };
}

/** Without data there is no series. Names of dimensions come back in lower case. */
function seriesOf(scene: Scene, metric: Metric): unknown[] {
  const { split, resource, top } = scene;
  if (split === null) return [{ metadatavalues: [], data: dataOf(scene, metric, null) }];
  const values = valuesOf(resource, split.dimension).filter((value) => split.value === '*' || value === split.value);
  const name = split.dimension.toLowerCase();
  return values
    .map((value) => ({
      metadatavalues: [{ name: { value: name, localizedValue: name }, value }],
      data: dataOf(scene, metric, { ...split, value }),
    }))
    .filter(({ data }) => data.some((point) => Object.values(point).some((one) => typeof one === 'number' && one > 0)))
    .slice(0, top);
}

function dataOf(scene: Scene, metric: Metric, split: Split | null): Record<string, unknown>[] {
  const { from, to, grain, now } = scene;
  const points: Record<string, unknown>[] = [];
  for (let at = from; at < Math.min(to, now); at += grain * MINUTE) {
    const shown: Shown[] = [];
    const numbers: number[] = [];
    for (let minute = at; minute < at + grain * MINUTE; minute += MINUTE) {
      const how = shownAt(scene.resource, metric.name, minute, now, scene.seed);
      shown.push(how);
      const traffic = trafficAt(scene.resource, minute, scene.seed);
      const value = how === 'value' ? metric.value({ resource: scene.resource, at: minute, traffic }, split) : null;
      if (value !== null) numbers.push(value);
      else if (how === 'zero') numbers.push(0);
    }
    if (shown.every((one) => one === 'missing')) continue;
    points.push({ timeStamp: iso(at), ...aggregated(scene, metric, numbers) });
  }
  return points;
}

/** What a metric does not support is left out (unverified). A point without numbers has its time only. */
function aggregated({ aggregations: asked }: Asked, metric: Metric, numbers: readonly number[]): object {
  if (numbers.length === 0) return {};
  const wanted = asked.length === 0 ? metric.aggregations.slice(0, 1) : asked;
  const sum = numbers.reduce((total, one) => total + one, 0);
  const of: Record<Aggregation, number> = {
    Total: sum,
    Average: sum / numbers.length,
    Minimum: Math.min(...numbers),
    Maximum: Math.max(...numbers),
    Count: numbers.length,
  };
  const given = wanted.filter((one) => metric.aggregations.includes(one));
  return Object.fromEntries(given.map((one) => [one.toLowerCase(), of[one]]));
}

function iso(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

function refuse(message: string): never {
  throw new ArmError({ status: 400, body: { code: 'BadRequest', message } });
}
