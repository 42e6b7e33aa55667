/** A change whose event Event Grid loses is found in the Activity Log and handled as one event. */

import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { people, subscriptionId } from '../../../simulator/estate.ts';
import * as posture from '../../../src/api/endpoints/findings/schemas.ts';
import { staff } from '../fixtures/callers.ts';
import { rightSlot, rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada } = people;
const RISKY_RULE = 'webapp-remote-debugging';
const oldTls = { properties: { minTlsVersion: '1.0' } };

const lost = rightWebApp('lost-event');
const told = rightWebApp('told-event');
const child = rightWebApp('lost-child');
const slot = rightSlot('lost-child', 'staging');
const risky = rightWebApp('lost-risky');
const killed = rightWebApp('lost-killed');
const unseen = rightWebApp('lost-unseen');

const plumbline = usePlumbline({
  resources: [lost, told, child, slot, risky, killed, unseen],
  environment: { PLUMBLINE_SUBSCRIPTIONS: subscriptionId, PLUMBLINE_SWEEP_SCHEDULE: '0 0 0 1 1 *' },
  pauses: { activityLogSeconds: 1 },
});

async function readActivityLog(): Promise<void> {
  const answer = await fetch(`${plumbline.dev.url}/admin/functions/lostEvents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.status).toBe(202);
}

const readings = () => plumbline.simulator.requests.filter(({ path }) => /\/eventtypes\//i.test(path)).length;
const linesWith = (text: string) => plumbline.lines.filter((line) => line.includes(text)).length;

async function changeUnseen(id: string, document: string, patch: unknown): Promise<void> {
  const { simulator } = plumbline;
  simulator.delivery = { ...simulator.delivery, lose: true };
  await simulator.change(ada, id, document, patch);
  simulator.delivery = { ...simulator.delivery, lose: false };
}

/** The events that Plumbline has of a resource, those of its own writes left out. */
async function eventsOf(id: string) {
  const reader = plumbline.as(staff.reader, 'Reader');
  const { status, body } = await reader.ask('GET', `/explain?resource=${encodeURIComponent(id)}`);
  if (status !== 200) return [];
  const { identity } = plumbline.simulator;
  return posture.explainedResource
    .parse(body)
    .events.filter(({ changedBy }) => changedBy?.objectId !== identity.objectId);
}

/** Runs the backstop until the lost change has its outcome. */
const foundIn = (id: string) =>
  eventually(`an event of ${id} from the Activity Log`, async () => {
    await readActivityLog();
    const [event] = await eventsOf(id);
    return event?.outcome && event.eventId.startsWith('activity-log-') && event;
  });

beforeAll(async () => {
  // Jitter makes entries appear in another order than they happened.
  Object.assign(plumbline.simulator.activity, { jitterSeconds: 2, mixedCase: true });
  // The first run only stores from when on changes count.
  await eventually('the first reading', async () => {
    await readActivityLog();
    return readings() > 0;
  });
});

describe('guarantee 1: a lost event', () => {
  test('is found, once, and fixed under the name of the caller', async () => {
    await changeUnseen(lost.id, 'config/web', oldTls);
    const { eventId, changedBy } = await foundIn(lost.id);
    expect(changedBy).toMatchObject({ objectId: ada.objectId });
    const fixed = await eventually('the fix', async () =>
      (await plumbline.audit(lost.id)).find(({ kind }) => kind === 'fix.applied'),
    );
    expect(fixed).toMatchObject({ rule: 'webapp-min-tls', trigger: { type: 'event', eventId } });
    const before = readings();
    await readActivityLog();
    await eventually('another reading', () => readings() >= before + 3);
    expect(await eventsOf(lost.id)).toHaveLength(1);
    expect((await plumbline.outcomeOf(eventId)).outcome).toBe('evaluated');
    expect(plumbline.writes(lost.id)).toEqual(['PATCH config/web']);
  });

  test('of a child is one of its resource; a slot is its own', async () => {
    await changeUnseen(child.id, 'basicPublishingCredentialsPolicies/ftp', { properties: { allow: true } });
    await changeUnseen(slot.id, 'config/web', oldTls);
    await foundIn(child.id);
    await foundIn(slot.id);
    expect(await eventsOf(child.id)).toHaveLength(1);
    expect(await eventsOf(slot.id)).toHaveLength(1);
  });

  test('that was delivered is no second one', async () => {
    const id = await plumbline.change(ada, told.id, 'config/web', oldTls);
    await plumbline.outcomeOf(id);
    await changeUnseen(unseen.id, 'resource', { tags: { touched: 'once' } });
    // The entry of the later change is found, so the one of the delivered event was compared.
    await foundIn(unseen.id);
    expect((await eventsOf(told.id)).map(({ eventId }) => eventId)).toEqual([id]);
  });

  test('names its caller as the changer, who cannot approve the fix', async () => {
    await changeUnseen(risky.id, 'config/web', { properties: { remoteDebuggingEnabled: true } });
    await foundIn(risky.id);
    const approval = await plumbline.pending(risky.id, RISKY_RULE);
    expect(approval.changedBy?.objectId).toBe(ada.objectId);
    expect((await plumbline.as(ada, 'Approver').approve(approval)).statusAndCode).toBe('403 own-change');
    expect((await plumbline.as(staff.approver, 'Approver').approve(approval)).statusAndCode).toBe('202');
  });

  test('survives a crash between its row and the end of the reading, and is not doubled', async () => {
    await changeUnseen(killed.id, 'config/web', oldTls);
    // The entry is visible and old enough.
    await sleep(4000);
    const remove = plumbline.simulator.addFault({
      match: { method: 'GET', path: '/eventtypes/' },
      skip: 1,
      times: 1,
      action: 'hang',
    });
    await readActivityLog();
    // The first provider was read and compared, and the second does not answer.
    await eventually('a stored event', () =>
      plumbline.lines.some(
        (line) => line.includes('Event Grid lost a change') && line.toLowerCase().includes(killed.id.toLowerCase()),
      ),
    );
    remove();
    await plumbline.dev.restart();
    await foundIn(killed.id);
    await eventually('the fix', () => plumbline.writes(killed.id).length === 1);
    expect(await eventsOf(killed.id)).toHaveLength(1);
  });
});

test('without the right there is one warning, and no further request', async () => {
  plumbline.simulator.addFault({ match: { method: 'GET', path: '/eventtypes/' }, action: 'forbidden' });
  const before = readings();
  await readActivityLog();
  await eventually('a warning', () => linesWith('may not read the Activity Log') === 1);
  for (let n = 0; n < 3; n += 1) await readActivityLog();
  await plumbline.housekeep();
  expect(readings()).toBe(before + 1);
  expect(linesWith('may not read the Activity Log')).toBe(1);
  const counted = 'plumbline_activity_log_requests_total{outcome="forbidden"} 1';
  await eventually('the stored counter', async () => (await metrics()).text.includes(counted));
  const { text } = await metrics();
  expect(text).toMatch(/plumbline_lost_events_total [5-9]/);
});

async function metrics(): Promise<{ text: string }> {
  const { body } = await plumbline.as(staff.reader, 'Reader').ask('GET', '/metrics');
  return { text: String(body) };
}
