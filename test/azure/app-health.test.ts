/** What is read of the health of an app, against prepared answers of Azure. */
import { describe, expect, test } from 'vitest';
import { createAppHealth } from '../../src/azure/app-health.ts';
import { resourceNamed } from '../fakes/azure/arm.ts';
import { type CannedReply, optionsAnswering } from './azure.ts';

const SITE = resourceNamed(
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/shop/providers/Microsoft.Web/sites/shop',
);
const APP = resourceNamed(
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/shop/providers/Microsoft.App/containerApps/cart',
);
const FROM = new Date('2026-11-29T10:00:00.000Z');
const TO = new Date('2026-11-29T10:03:00.000Z');
const at = (minute: number) => `2026-11-29T10:0${minute}:00Z`;

function health(answer: (url: URL) => CannedReply) {
  const asked: URL[] = [];
  const { options } = optionsAnswering(({ url }) => {
    asked.push(new URL(url));
    return answer(new URL(url));
  });
  return { asked, health: createAppHealth(options) };
}

const metric = (name: string, timeseries: object[], more: object = {}) => ({
  name: { value: name, localizedValue: name },
  errorCode: 'Success',
  timeseries,
  ...more,
});
const series = (category: string, ...totals: (number | undefined)[]) => ({
  metadatavalues: [{ name: { value: 'statuscodecategory', localizedValue: 'x' }, value: category }],
  data: totals.map((total, minute) => ({ timeStamp: at(minute), ...(total === undefined ? {} : { total }) })),
});

/** In milliseconds. */
const times = (category: string, ...averages: number[]) => ({
  metadatavalues: [{ name: { value: 'statuscodecategory', localizedValue: 'x' }, value: category }],
  data: averages.map((average, minute) => ({ timeStamp: at(minute), average })),
});

describe('the state', () => {
  test('of a web app is one read of the site', async () => {
    const { asked, health: of } = health(() => ({ status: 200, body: { properties: { state: 'Stopped' } } }));
    expect(await of.readState(SITE)).toEqual({ condition: 'ill', text: 'its state is Stopped' });
    expect(asked.map(({ pathname }) => pathname)).toEqual([SITE.id]);
  });

  test('of a container app is its latest revision and the replicas of that', async () => {
    const { asked, health: of } = health(({ pathname }) => {
      if (pathname.endsWith('/replicas')) return { status: 200, body: { value: [] } };
      if (pathname.includes('/revisions/'))
        return {
          status: 200,
          body: { name: 'cart--7', properties: { runningState: 'RunningAtMaxScale', healthState: 'Unhealthy' } },
        };
      return { status: 200, body: { properties: { provisioningState: 'Succeeded', latestRevisionName: 'cart--7' } } };
    });
    expect(await of.readState(APP)).toEqual({ condition: 'ill', text: 'cart--7 is RunningAtMaxScale, Unhealthy' });
    expect(asked.map(({ pathname }) => pathname.slice(APP.id.length))).toEqual([
      '',
      '/revisions/cart--7',
      '/revisions/cart--7/replicas',
    ]);
  });

  test('that is refused is not known, and says why', async () => {
    const { health: of } = health(() => ({
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message: 'no' } },
    }));
    expect(await of.readState(SITE)).toEqual({ condition: 'unread', text: 'AuthorizationFailed: no' });
    expect(await of.readMetrics(SITE, FROM, TO)).toEqual({
      kind: 'unread',
      text: 'its metrics cannot be read: AuthorizationFailed: no',
    });
  });
});

describe('the metrics', () => {
  test('of a web app are a request without a filter, and one for its health check; a point without a value is a gap', async () => {
    const data = (member: string, ...values: (number | undefined)[]) => [
      {
        metadatavalues: [],
        data: values.map((one, minute) => ({ timeStamp: at(minute), ...(one === undefined ? {} : { [member]: one }) })),
      },
    ];
    const { asked, health: of } = health(({ searchParams }) => ({
      status: 200,
      body: {
        value:
          searchParams.get('metricnames') === 'HealthCheckStatus'
            ? [metric('HealthCheckStatus', data('average', 100, undefined))]
            : [
                metric('Requests', data('total', 10, 20, undefined)),
                metric('Http5xx', data('total', 1, undefined, undefined)),
                metric('Http4xx', []),
                metric('HttpResponseTime', data('average', 0.2)),
              ],
      },
    }));
    expect(await of.readMetrics(SITE, FROM, TO)).toEqual({
      kind: 'read',
      points: [
        { at: FROM.toISOString(), requests: 10, failed: 1, refused: null, seconds: 0.2 },
        { at: '2026-11-29T10:01:00.000Z', requests: 20, failed: null, refused: null, seconds: null },
      ],
      healthChecks: [{ at: at(0), status: 100 }],
    });
    expect([...(asked[0]?.searchParams ?? [])]).toEqual([
      ['api-version', '2024-02-01'],
      ['timespan', '2026-11-29T10:00:00.000Z/2026-11-29T10:03:00.000Z'],
      ['interval', 'PT1M'],
      ['aggregation', 'Total,Average'],
      ['metricnames', 'Requests,Http5xx,Http4xx,HttpResponseTime'],
    ]);
    expect([...(asked[1]?.searchParams ?? [])].slice(2)).toEqual([
      ['interval', 'PT5M'],
      ['aggregation', 'Average'],
      ['metricnames', 'HealthCheckStatus'],
    ]);
    expect(asked).toHaveLength(2);
  });

  test.each([
    [{ status: 400, body: { code: 'BadRequest', message: 'no such grain' } }],
    [{ status: 200, body: { value: [metric('HealthCheckStatus', [])] } }],
    [{ status: 200, body: { value: [metric('HealthCheckStatus', [times('', 0)], { errorCode: 'Throttled' })] } }],
  ])('of a web app are read without its health check: %j', async (answer) => {
    const { health: of } = health(({ searchParams }) =>
      searchParams.get('metricnames') === 'HealthCheckStatus' ? answer : { status: 200, body: { value: [] } },
    );
    expect(await of.readMetrics(SITE, FROM, TO)).toEqual({ kind: 'read', points: [], healthChecks: [] });
  });

  test('of a container app are added up by the class of the answer', async () => {
    const { asked, health: of } = health(() => ({
      status: 200,
      body: {
        value: [
          metric('Requests', [series('2xx', 8, 9), series('4xx', undefined, 1), series('5xx', 2)]),
          metric('ResponseTime', [times('2xx', 100, 100), times('5xx', 2100)]),
        ],
      },
    }));
    expect(await of.readMetrics(APP, FROM, TO)).toEqual({
      kind: 'read',
      points: [
        { at: FROM.toISOString(), requests: 10, failed: 2, refused: 0, seconds: 0.5 },
        { at: '2026-11-29T10:01:00.000Z', requests: 10, failed: 0, refused: 1, seconds: 0.09 },
      ],
      healthChecks: [],
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.searchParams.get('$filter')).toBe("statusCodeCategory eq '*'");
  });

  test.each([
    [
      'one metric has an error',
      { value: [metric('Requests', [], { errorCode: 'Throttled' })] },
      'Azure Monitor has no Requests: Throttled',
    ],
    ['the answer has another form', { value: 'x' }, 'Azure Monitor answered without metrics'],
  ])('are not known when %s', async (_, body, text) => {
    const { health: of } = health(() => ({ status: 200, body }));
    expect(await of.readMetrics(SITE, FROM, TO)).toEqual({ kind: 'unread', text });
  });
});
