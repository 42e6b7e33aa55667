import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { containerApp, environment, idOf, people, webApp } from '../../simulator/estate.ts';
import { serviceIdentity } from '../../simulator/identity/directory.ts';
import { isObject, member } from '../../simulator/json/json.ts';
import { type Course, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const app = idOf('Microsoft.App/containerApps', { name: 'app' });
const MINUTE = 60_000;
const NOW = Date.parse('2026-11-29T10:00:30Z');

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    operationMilliseconds: 1,
    estate: {
      resources: [
        webApp({ name: 'web', web: { minTlsVersion: '1.0' } }),
        environment({ name: 'production' }),
        containerApp({ name: 'app', ingress: { allowInsecure: true } }),
      ],
    },
  });
  azure = await connect(simulator);
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(async () => {
  vi.useRealTimers();
  azure.close();
  await simulator.close();
});

function metrics(id: string, query: Record<string, string>) {
  const timespan = `${new Date(NOW - 20 * MINUTE).toISOString()}/${new Date().toISOString()}`;
  const parameters = { timespan, interval: 'PT1M', aggregation: 'Total,Average', ...query };
  const text = new URLSearchParams({ 'api-version': '2024-02-01', ...parameters }).toString();
  const url = `${simulator.url}${id}/providers/Microsoft.Insights/metrics?${text}`;
  return azure.raw('GET', url, { authorization: `Bearer ${azure.token}` });
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The sum of the closed minutes of a metric since a time. */
async function totalOf(name: string, since: number): Promise<number> {
  const { body } = await metrics(site, { metricnames: name });
  return list(member(list(member(body, 'value'))[0], 'timeseries'))
    .flatMap((series) => list(member(series, 'data')))
    .filter((point) => Date.parse(String(member(point, 'timeStamp'))) >= since)
    .reduce<number>((sum, point) => sum + Number(member(point, 'total') ?? 0), 0);
}

const fix = (id: string, document: string, properties: object) =>
  simulator.change(serviceIdentity, id, document, { properties });
const breakSite = (course: Course) =>
  simulator.addOutage({ id: site, document: 'config/web', property: 'properties.minTlsVersion', course });

it('answers the metrics of a web app by minute, the same ones again, and the last minutes late', async () => {
  const names = 'Requests,Http5xx,Http4xx,HttpResponseTime';
  const first = await metrics(site, { metricnames: names });
  expect(first.status).toBe(200);
  expect(list(first.at('value')).map((one) => member(one, 'name', 'value'))).toEqual(names.split(','));
  const data = list(first.at('value.0.timeseries.0.data')).filter(isObject);
  const early = data.filter(({ timeStamp }) => Date.parse(String(timeStamp)) < NOW - 5 * MINUTE);
  expect(early.length).toBeGreaterThan(10);
  expect(early.filter(({ total }) => Number(total) > 20).length).toBeGreaterThan(10);
  expect(
    data.filter(({ timeStamp, total }) => Date.parse(String(timeStamp)) > NOW - MINUTE && Number(total) > 0),
  ).toEqual([]);
  expect((await metrics(site, { metricnames: names })).body).toEqual(first.body);
});

it('splits the requests of a container app by the class of the answer', async () => {
  const answer = await metrics(app, { metricnames: 'Requests,ResponseTime', $filter: "statusCodeCategory eq '*'" });
  const series = list(answer.at('value.0.timeseries'));
  expect(series.map((one) => member(list(member(one, 'metadatavalues'))[0], 'value'))).toContain('2xx');
  expect(answer.at('value.0.timeseries.0.metadatavalues.0.name.value')).toBe('statuscodecategory');
});

it('refuses what metrics do not have, with flat errors', async () => {
  const refused = async (query: Record<string, string>) => {
    const { status, at } = await metrics(site, query);
    return [status, at('code')];
  };
  expect(await refused({ metricnames: 'Nothing' })).toEqual([400, 'BadRequest']);
  expect(await refused({ metricnames: 'HealthCheckStatus' })).toEqual([400, 'BadRequest']);
  expect(await refused({ metricnames: 'Requests', $filter: "statusCodeCategory eq '*'" })).toEqual([400, 'BadRequest']);
  expect(
    await refused({ metricnames: 'Requests', timespan: '2026-11-29T10:00:00 00:00/2026-11-29T11:00:00Z' }),
  ).toEqual([400, 'BadRequest']);
});

it('is ill from the fix until the value is back, and not through the change of a person', async () => {
  breakSite('at-once');
  const availability = async () => (await azure.get(site)).at('properties.availabilityState');
  await simulator.change(people.ada, site, 'config/web', { properties: { minTlsVersion: '1.1' } });
  expect(await availability()).toBe('Normal');
  await fix(site, 'config/web', { minTlsVersion: '1.2' });
  expect(await availability()).toBe('Limited');
  await fix(site, 'config/web', { minTlsVersion: '1.1' });
  expect(await availability()).toBe('Normal');
});

it('shows a container app whose container does not come up in its revision and its replicas', async () => {
  const property = 'properties.configuration.ingress.allowInsecure';
  simulator.addOutage({ id: app, document: 'resource', property, course: 'at-once' });
  const name = (await azure.get(app)).at('properties.latestRevisionName');
  const look = async () => {
    const revision = await azure.get(`${app}/revisions/${name}`);
    const replicas = await azure.get(`${app}/revisions/${name}/replicas`);
    return [revision.at('properties.healthState'), replicas.at('value.0.properties.containers.0.ready')];
  };
  expect(await look()).toEqual(['Healthy', true]);
  await fix(app, 'resource', { configuration: { ingress: { allowInsecure: false } } });
  expect(await look()).toEqual(['Unhealthy', false]);
  expect((await azure.get(`${app}/revisions/none`)).status).toBe(404);
});

it.each([
  ['at-once', 'Limited', 0.6, 1.2],
  ['slowly', 'Normal', 0.2, 0.6],
  ['for-a-while', 'Normal', 0.05, 0.4],
  ['unseen', 'Normal', 0.6, 1.5],
] as const)('%s: what its state says after ten minutes, and the share of requests that fail', async (...row) => {
  const [course, state, least, most] = row;
  breakSite(course);
  await fix(site, 'config/web', { minTlsVersion: '1.2' });
  vi.setSystemTime(NOW + 10 * MINUTE);
  expect((await azure.get(site)).at('properties.availabilityState')).toBe(state);
  const share = (await totalOf('Http5xx', NOW - MINUTE)) / (await totalOf('Requests', NOW - MINUTE));
  expect(share).toBeGreaterThanOrEqual(least);
  expect(share).toBeLessThanOrEqual(most);
  if (course === 'unseen') expect(await totalOf('Requests', NOW)).toBeLessThan(30);
});

it('needs the right to read metrics', async () => {
  const reader = simulator.tokenFor(people.grace);
  const url = `${simulator.url}${site}/providers/Microsoft.Insights/metrics?api-version=2024-02-01`;
  expect((await azure.raw('GET', url, { authorization: `Bearer ${reader}` })).status).toBe(403);
});
