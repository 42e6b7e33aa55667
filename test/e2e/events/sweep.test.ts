/**
 * The sweep in the whole development environment: it finds changes without events, and an operator decides which of
 * them are queued.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { scanAnswer as scanSchema } from '../../../src/api/endpoints/scans.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { putMessage, tableOf } from '../fixtures/stored.ts';

const old = rightWebApp('swept-old', { site: { httpsOnly: false } });
const risky = rightWebApp('swept-risky', { web: { remoteDebuggingEnabled: true } });
const lost = rightWebApp('swept-lost');
const gone = rightWebApp('swept-gone', { web: { remoteDebuggingEnabled: true } });
const RULE = 'webapp-remote-debugging';
const subscription = old.id.split('/')[2] ?? '';
const scope = old.id.split('/providers/')[0] ?? '';

const plumbline = usePlumbline({
  resources: [old, risky, lost, gone],
  simulator: { graph: { pageSize: 3 } },
  environment: { PLUMBLINE_SUBSCRIPTIONS: subscription, PLUMBLINE_SWEEP_SCHEDULE: '0 0 0 1 1 *' },
});

async function sweep(): Promise<void> {
  const answer = await fetch(`${plumbline.dev.url}/admin/functions/sweep`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.status).toBe(202);
}

async function decisionOn(id: string): Promise<string | undefined> {
  const found = (await plumbline.findings(id)).get(RULE)?.decision;
  return found ? [found.action, ...found.reasons.map(({ code }) => code)].join(' ') : undefined;
}

beforeAll(async () => {
  // One app is known by an event and then deleted without one; another is changed and its event is lost.
  await plumbline.change(people.ada, gone.id, 'resource', touched);
  await plumbline.pending(gone.id, RULE);
  plumbline.simulator.remove(gone.id);
  plumbline.simulator.delivery = { ...plumbline.simulator.delivery, lose: true };
  await plumbline.change(people.ada, lost.id, 'resource', { properties: { httpsOnly: false } });
  plumbline.simulator.delivery = { ...plumbline.simulator.delivery, lose: false };
  await sweep();
}, 60_000);

describe('guarantee 1: the sweep finds changes without an event', () => {
  test('existing apps, and apps whose event was lost, are fixed', async () => {
    for (const { id } of [old, lost]) {
      const entry = await eventually(`a fix of ${id}`, async () =>
        (await plumbline.audit(id)).find(({ kind }) => kind === 'fix.applied'),
      );
      expect(entry).toMatchObject({ rule: 'webapp-https-only', trigger: { type: 'sweep' } });
      expect(plumbline.simulator.get(id)).toMatchObject({ properties: { httpsOnly: true } });
    }
  });

  test('an app that was deleted without an event is confirmed by a 404 and cleared', async () => {
    await eventually('the approval to be cleared', async () =>
      (await plumbline.approvals(gone.id)).every(({ status }) => status === 'cleared'),
    );
    await eventually('its findings to go', async () => (await plumbline.findings(gone.id)).size === 0);
    expect(plumbline.reads(gone.id, 'resource')).toBeGreaterThan(1);
  });
});

describe('a risky violation that only the sweep found', () => {
  test('is reported until an operator requests its approval, and written after the approval', async () => {
    expect(await eventually('a decision', () => decisionOn(risky.id))).toBe('report tier-risky found-by-sweep');
    expect(await plumbline.approvals(risky.id)).toEqual([]);
    const answer = await plumbline
      .as(staff.operator, 'Operator')
      .ask('POST', '/approvals', { body: { rule: RULE, scope } });
    expect([answer.status, answer.body]).toEqual([202, { queued: 1 }]);
    const approval = await plumbline.pending(risky.id, RULE);
    expect((await plumbline.as(staff.approver, 'Approver').approve(approval)).status).toBe(202);
    await eventually('the write', () => plumbline.writes(risky.id).length > 0);
    await eventually('the end', async () =>
      (await plumbline.approvals(risky.id)).every(({ status }) => status === 'applied'),
    );
  });
});

test('a message that the sweep queue gave up is a dead letter', async () => {
  const { connectionString } = plumbline.dev.storage;
  const message = { resource: old.id, cause: 'sweep', sweep: { id: 'given-up', startedAt: new Date() }, attempt: 0 };
  await putMessage(connectionString, 'plumbline-sweep-poison', Buffer.from(JSON.stringify(message)).toString('base64'));
  await eventually('the letter', async () => {
    const rows = tableOf(connectionString, 'PlumblineDeadLetters').listEntities();
    for await (const row of rows) if (JSON.stringify(row).includes('given-up')) return JSON.stringify(row);
    return null;
  });
});

describe('a scan', () => {
  test('shows its progress, and ends when everything is evaluated', async () => {
    const operator = plumbline.as(staff.operator, 'Operator');
    const begun = await operator.ask('POST', '/scans', { body: { scope } });
    expect(begun.status).toBe(202);
    const { id } = scanSchema.parse(begun.body);
    expect(begun.headers.get('location')).toBe(`/api/scans/${id}`);
    const done = await eventually('the scan to end', async () => {
      const scan = await operator.get(`/scans/${id}`, scanSchema);
      return scan.status === 'done' && scan;
    });
    expect(done).toEqual({
      ...{ id, scope, status: 'done', found: 3, evaluated: 3 },
      ...{
        actor: expect.objectContaining({ type: 'user' }),
        startedAt: expect.any(String),
        endedAt: expect.any(String),
      },
      progress: { found: 3, evaluated: 3, ratePerMinute: expect.any(Number), secondsLeft: null },
    });
  });
});
