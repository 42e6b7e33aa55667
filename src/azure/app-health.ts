/**
 * What Azure itself says of the health of an app: the state of a web app, the latest revision of a container app with its
 * replicas, and the metrics of Azure Monitor by minute. Nothing is retried: a look that fails says that nothing is known.
 */
import * as z from 'zod';
import { containerAppState, latestRevisionOf, webAppState } from '../domain/health/app-states.ts';
import type { AppState } from '../domain/health/gate.ts';
import { HEALTH_CHECK_MINUTES, type HealthCheckPoint } from '../domain/health/health-check.ts';
import type { MetricPoint } from '../domain/health/metrics.ts';
import { APP, METRICS, REVISIONS, WEB } from '../domain/resources/api-versions.ts';
import { isObject, type Json, type JsonObject } from '../domain/resources/json.ts';
import type { Resource } from '../domain/resources/resource.ts';
import type { AppHealth, AppMetrics } from '../workflows/ports/health-gates.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';
import { armFailureOf, type HttpResponse, transientFailureOf } from './errors.ts';

export function createAppHealth(options: ClientOptions): AppHealth {
  const client = createClient(options);
  const { now } = options;

  async function ask(url: URL): Promise<Answer> {
    const reply: HttpResponse | ReturnType<typeof transientFailureOf> = await client
      .send('GET', url)
      .catch(transientFailureOf);
    if (!('status' in reply)) return { body: null, why: `${reply.code}: ${reply.message}` };
    if (reply.status === 200 && isObject(reply.body)) return { body: reply.body, why: '' };
    const { code, message } = armFailureOf(reply, now());
    return { body: null, why: `${code}: ${message}` };
  }

  async function containerApp({ id }: Resource): Promise<AppState> {
    const { body, why } = await ask(client.urlOf(id, APP));
    if (body === null) return { condition: 'unread', text: why };
    const name = latestRevisionOf(body);
    if (name === null) return containerAppState(body, null, null);
    const revisionId = `${id}/revisions/${name}`;
    const [revision, replicas] = await Promise.all([
      ask(client.urlOf(revisionId, REVISIONS)),
      ask(client.urlOf(`${revisionId}/replicas`, REVISIONS)),
    ]);
    return containerAppState(body, revision.body, listOf(replicas.body));
  }

  return {
    async readState(resource) {
      if (resource.kind === 'container-app') return containerApp(resource);
      const { body, why } = await ask(client.urlOf(resource.id, WEB));
      return body === null ? { condition: 'unread', text: why } : webAppState(body);
    },

    async readMetrics(resource, from, to): Promise<AppMetrics> {
      const [{ body, why }, checked] = await Promise.all([
        ask(metricsUrl(client, resource, from, to)),
        resource.kind === 'container-app' ? null : ask(healthCheckUrl(client, resource, from, to)),
      ]);
      if (body === null) return { kind: 'unread', text: `its metrics cannot be read: ${why}` };
      const answer = metricsAnswer.safeParse(body);
      if (!answer.success) return { kind: 'unread', text: 'Azure Monitor answered without metrics' };
      const refused = answer.data.value.find(({ errorCode = 'Success' }) => errorCode !== 'Success');
      if (refused) return { kind: 'unread', text: `Azure Monitor has no ${refused.name.value}: ${refused.errorCode}` };
      const points = resource.kind === 'container-app' ? byCategory(answer.data) : byMetric(answer.data);
      return { kind: 'read', points, healthChecks: healthChecksIn(checked?.body) };
    },
  };
}

interface Answer {
  /** Null: it was refused, or is no object. */
  readonly body: JsonObject | null;
  readonly why: string;
}

function listOf(body: JsonObject | null): readonly Json[] | null {
  return Array.isArray(body?.value) ? body.value : null;
}

/** Metrics of one request must have the same dimensions: these do. Times end with Z, because a plus would become a blank. */
function metricsUrl(client: Client, { id, kind }: Resource, from: Date, to: Date): URL {
  const query = {
    timespan: `${from.toISOString()}/${to.toISOString()}`,
    interval: 'PT1M',
    aggregation: 'Total,Average',
  };
  const own =
    kind === 'container-app'
      ? { metricnames: 'Requests,ResponseTime', $filter: "statusCodeCategory eq '*'", top: '10' }
      : { metricnames: 'Requests,Http5xx,Http4xx,HttpResponseTime' };
  return client.urlOf(`${id}/providers/Microsoft.Insights/metrics`, METRICS, { ...query, ...own });
}

/** A request of its own: the metric has no points of one minute. */
function healthCheckUrl(client: Client, { id }: Resource, from: Date, to: Date): URL {
  return client.urlOf(`${id}/providers/Microsoft.Insights/metrics`, METRICS, {
    timespan: `${from.toISOString()}/${to.toISOString()}`,
    interval: `PT${HEALTH_CHECK_MINUTES}M`,
    aggregation: 'Average',
    metricnames: 'HealthCheckStatus',
  });
}

const value = z.number().nullish();
const series = z.object({
  metadatavalues: z.array(z.object({ name: z.object({ value: z.string() }), value: z.string() })).default([]),
  data: z.array(z.object({ timeStamp: z.string(), total: value, average: value })).default([]),
});
/** A metric without data has no series. Each metric has an error of its own, in an answer with status 200. */
const metricsAnswer = z.object({
  value: z.array(
    z.object({
      name: z.object({ value: z.string() }),
      errorCode: z.string().nullish(),
      timeseries: z.array(series).default([]),
    }),
  ),
});
type MetricsAnswer = z.infer<typeof metricsAnswer>;
type Member = Exclude<keyof MetricPoint, 'at'>;

const NOTHING: Omit<MetricPoint, 'at'> = { requests: null, failed: null, refused: null, seconds: null };

/** The minutes of series that name the member each number belongs to; numbers of one minute are added. */
function minutesOf(
  numbers: readonly { readonly at: string; readonly member: Member; readonly number: number }[],
): MetricPoint[] {
  const minutes = new Map<string, Record<Member, number | null>>();
  for (const { at, member, number } of numbers) {
    const time = new Date(at);
    if (Number.isNaN(time.getTime())) continue;
    const key = time.toISOString();
    const minute = minutes.get(key) ?? { ...NOTHING };
    minute[member] = (minute[member] ?? 0) + number;
    minutes.set(key, minute);
  }
  return [...minutes].map(([at, values]) => ({ at, ...values }));
}

const MEMBERS = new Map<string, Member>([
  ['requests', 'requests'],
  ['http5xx', 'failed'],
  ['http4xx', 'refused'],
  ['httpresponsetime', 'seconds'],
]);

/** A web app has a metric for each class of answers. */
function byMetric({ value: metrics }: MetricsAnswer): MetricPoint[] {
  return minutesOf(
    metrics.flatMap(({ name, timeseries }) => {
      const member = MEMBERS.get(name.value.toLowerCase());
      if (member === undefined) return [];
      return timeseries.flatMap(({ data }) =>
        data.flatMap(({ timeStamp: at, total, average }) => {
          const number = member === 'seconds' ? average : total;
          return typeof number === 'number' ? [{ at, member, number }] : [];
        }),
      );
    }),
  );
}

/** Without a health check there is no series. A refusal says nothing. */
function healthChecksIn(body: JsonObject | null | undefined): HealthCheckPoint[] {
  const [metric] = metricsAnswer.safeParse(body).data?.value ?? [];
  if (metric === undefined || (metric.errorCode ?? 'Success') !== 'Success') return [];
  return metric.timeseries.flatMap(({ data }) =>
    data.flatMap(({ timeStamp: at, average }) => (typeof average === 'number' ? [{ at, status: average }] : [])),
  );
}

/** A container app has one metric of each kind, split by the class of the answer. A class without a number in a minute has none. */
function byCategory({ value: metrics }: MetricsAnswer): MetricPoint[] {
  const seriesOf = (metric: string) =>
    (metrics.find(({ name }) => name.value.toLowerCase() === metric)?.timeseries ?? []).map(
      ({ metadatavalues, data }) => ({
        category: metadatavalues.find(({ name }) => name.value.toLowerCase() === 'statuscodecategory')?.value ?? '',
        data,
      }),
    );
  const milliseconds = new Map(
    seriesOf('responsetime').flatMap(({ category, data }) =>
      data.map(({ timeStamp, average }) => [`${category} ${timeStamp}`, average]),
    ),
  );
  const numbers = seriesOf('requests').flatMap(({ category, data }) => {
    const own = category.startsWith('5') ? 'failed' : category.startsWith('4') ? 'refused' : null;
    return data.flatMap(({ timeStamp: at, total }) => {
      if (typeof total !== 'number') return [];
      const time = milliseconds.get(`${category} ${at}`);
      return [
        { at, member: 'requests' as const, number: total },
        ...(own === null ? [] : [{ at, member: own, number: total } as const]),
        // The sum over the requests, until it is divided by them.
        ...(typeof time === 'number' ? [{ at, member: 'seconds' as const, number: (time / 1000) * total }] : []),
      ];
    });
  });
  return minutesOf(numbers).map(({ seconds, requests, ...point }) => ({
    ...point,
    requests,
    failed: point.failed ?? 0,
    refused: point.refused ?? 0,
    seconds: seconds === null || !requests ? null : seconds / requests,
  }));
}
