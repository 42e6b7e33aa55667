/**
 * The guards in the whole development environment: a throttled subscription waits alone, and after an outage nothing
 * is written.
 */

import { expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { settingsAnswer } from '../../../src/api/endpoints/settings.ts';
import { auditEntry } from '../../../src/domain/audit/audit.ts';
import { staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { tableOf } from '../fixtures/stored.ts';

const { ada } = people;
const OTHER_SUBSCRIPTION = '00000000-0000-4000-8000-000000000002';
const WAIT_SECONDS = 12;
const site = { httpsOnly: false };
const first = rightWebApp('slow-first', { site });
const second = rightWebApp('slow-second', { site });
const elsewhere = rightWebApp('not-slow', { subscription: OTHER_SUBSCRIPTION, site });
const asleep = [rightWebApp('asleep-one', { site }), rightWebApp('asleep-two', { site })];
const subscription = first.id.split('/')[2] ?? '';

const plumbline = usePlumbline({
  resources: [first, second, elsewhere, ...asleep],
  environment: { PLUMBLINE_SETTLE_SECONDS: '3' },
  // The heartbeat is changed while the service runs, which no outage does.
  pauses: { rememberSeconds: 0 },
});
const guards = () => tableOf(plumbline.dev.storage.connectionString, 'PlumblineGuards');

test('after one app is throttled, no other app of its subscription calls Azure until then, and another subscription is fixed', async () => {
  const { simulator } = plumbline;
  const match = { method: 'PATCH', path: `${first.id}$` };
  simulator.addFault({ match, times: 1, action: 'throttled', retryAfter: WAIT_SECONDS });
  await plumbline.change(ada, first.id, 'resource', touched);
  const { Json0 } = await eventually('the row of the subscription', () =>
    guards().getEntity<{ Json0: string }>('guard', `throttle-${subscription}`),
  );
  const [, until = ''] = /"until":"([^"]+)"/.exec(Json0) ?? [];
  expect(until).not.toBe('');
  await plumbline.change(ada, second.id, 'resource', touched);
  await plumbline.change(ada, elsewhere.id, 'resource', touched);
  for (const { id } of [first, second, elsewhere]) await plumbline.atRest(id, 60);
  const asked = simulator.requests.filter(
    ({ path, callerObjectId }) => callerObjectId === simulator.identity.objectId && path.startsWith(second.id),
  );
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter(({ at }) => at < until)).toEqual([]);
  for (const { id } of [first, second, elsewhere]) {
    expect(simulator.get(id)).toMatchObject({ properties: { httpsOnly: true } });
  }
  expect(plumbline.writes(first.id)).toEqual(['PATCH resource', 'PATCH resource']);
});

test('guarantee 11: after an outage with too many waiting resources the service is stopped, notifies, and writes nothing', async () => {
  await plumbline.as(staff.operator, 'Operator').putSettings({
    mode: 'autofix',
    limits: { fixesPerHour: 1, resumeHours: 1 },
  });
  const events = asleep.map(({ id }) => gridEvent(id, { caller: ada }));
  for (const event of events) expect(await plumbline.deliver([event])).toBe(202);
  const at = new Date(Date.now() - 2 * 3_600_000).toISOString();
  await guards().upsertEntity({ partitionKey: 'guard', rowKey: 'heartbeat', Json0: JSON.stringify({ at }) });
  for (const { id } of events) await plumbline.outcomeOf(String(id), 60);
  const reader = plumbline.as(staff.reader, 'Reader');
  const { stopped } = await reader.get('/settings', settingsAnswer);
  expect(stopped).toMatchObject({ reason: expect.stringContaining(`silent since ${at}`), by: { name: 'Plumbline' } });
  expect(asleep.flatMap(({ id }) => plumbline.writes(id))).toEqual([]);
  const entries = await reader.list('/audit?kind=service.stopped', auditEntry);
  expect(entries.map(({ actor }) => actor.type)).toEqual(['service']);
});
