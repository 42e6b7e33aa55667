/** A sweep that was missed while nothing ran begins at start, after the check for an outage. */

import { expect, test } from 'vitest';
import { openTimerMonitor } from '../../../dev/functions-host/timers/timer-monitor.ts';
import { people } from '../../../simulator/estate.ts';
import { settingsAnswer } from '../../../src/api/endpoints/settings.ts';
import { staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { tableOf } from '../fixtures/stored.ts';

const site = { httpsOnly: false };
const asleep = [rightWebApp('missed-one', { site }), rightWebApp('missed-two', { site })];
const unseen = rightWebApp('missed-unseen', { site });
const HOST_ID = 'missed';

const plumbline = usePlumbline({
  resources: [...asleep, unseen],
  environment: {
    AzureFunctionsWebHost__hostid: HOST_ID,
    PLUMBLINE_SUBSCRIPTIONS: unseen.id.split('/')[2] ?? '',
    PLUMBLINE_SWEEP_SCHEDULE: '0 0 0 1 1 *',
    PLUMBLINE_SETTLE_SECONDS: '10',
  },
});

/** The timer status of a host that ended two years ago. */
async function missTheSweep(): Promise<void> {
  const environment = {
    AzureWebJobsStorage: plumbline.dev.storage.connectionString,
    AzureFunctionsWebHost__hostid: HOST_ID,
  };
  const year = new Date().getUTCFullYear();
  const Last = new Date(Date.UTC(year - 2, 0, 1));
  await openTimerMonitor('', environment).write('sweep', {
    Last,
    Next: new Date(Date.UTC(year - 1, 0, 1)),
    LastUpdated: Last,
  });
}

const sweepsBegun = () => plumbline.lines.filter((line) => line.includes('"sweep begun"')).length;

test('guarantee 11: after a long outage the service stops itself, and the sweep at start writes nothing', async () => {
  const operator = plumbline.as(staff.operator, 'Operator');
  await operator.putSettings({ mode: 'autofix', limits: { fixesPerHour: 1, resumeHours: 1 } });
  const events = asleep.map(({ id }) => gridEvent(id, { caller: people.ada }));
  for (const event of events) expect(await plumbline.deliver([event])).toBe(202);
  expect(sweepsBegun()).toBe(0);

  await plumbline.dev.kill();
  const at = new Date(Date.now() - 2 * 3_600_000).toISOString();
  const heartbeat = { partitionKey: 'guard', rowKey: 'heartbeat', Json0: JSON.stringify({ at }) };
  await tableOf(plumbline.dev.storage.connectionString, 'PlumblineGuards').upsertEntity(heartbeat);
  await missTheSweep();
  await plumbline.dev.restart();

  await eventually('a sweep at start', async () => sweepsBegun() === 1);
  const finding = await eventually('a reconcile of a change without an event', async () =>
    (await plumbline.findings(unseen.id)).get('webapp-https-only'),
  );
  expect(finding.decision?.reasons.map(({ code }) => code)).toContain('stopped');
  const { stopped } = await plumbline.as(staff.reader, 'Reader').get('/settings', settingsAnswer);
  expect(stopped).toMatchObject({ reason: expect.stringContaining(`silent since ${at}`), by: { name: 'Plumbline' } });
  for (const { id } of events) await plumbline.outcomeOf(String(id), 60);
  expect([...asleep, unseen].flatMap(({ id }) => plumbline.writes(id))).toEqual([]);
});

test('after a short outage the sweep at start fixes what it finds', async () => {
  await plumbline.as(staff.operator, 'Operator').putSettings({ mode: 'autofix', stopped: null });
  await plumbline.dev.kill();
  await missTheSweep();
  await plumbline.dev.restart();
  const fixed = await eventually('a fix by the sweep', async () =>
    (await plumbline.audit(unseen.id)).find(({ kind }) => kind === 'fix.applied'),
  );
  expect(fixed).toMatchObject({ rule: 'webapp-https-only', trigger: { type: 'sweep' } });
  expect(sweepsBegun()).toBe(2);
});
