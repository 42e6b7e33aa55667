/**
 * A changer of an app cannot approve its fix, whatever happened in between, and forged events block nobody for other
 * apps.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import type { Approval } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const RULE = 'webapp-remote-debugging';
/** After this time the Activity Log has a change: longer than a scan takes. */
const LAG_SECONDS = 8;
const bad = { properties: { remoteDebuggingEnabled: true } };
const debugging = { web: { remoteDebuggingEnabled: true } };

const switched = rightWebApp('switched');
const vanished = rightWebApp('vanished');
const later = rightWebApp('later');
const underway = rightWebApp('underway', debugging);
const swept = rightWebApp('swept', debugging);
const lost = rightWebApp('lost');
const rejected = rightWebApp('rejected');
const framed = rightWebApp('framed', debugging);

const plumbline = usePlumbline({
  resources: [switched, vanished, later, underway, swept, lost, rejected, framed],
});
const operator = () => plumbline.as(staff.operator, 'Operator');
const approver = (caller = staff.approver) => plumbline.as(caller, 'Approver');

async function changed(by: typeof ada, id: string, document: string, patch: unknown): Promise<void> {
  await plumbline.outcomeOf(await plumbline.change(by, id, document, patch));
  await plumbline.atRest(id);
}
/** A change without an event. */
async function changedUnseen(by: typeof ada, id: string): Promise<void> {
  const { simulator } = plumbline;
  simulator.delivery = { ...simulator.delivery, lose: true };
  await simulator.change(by, id, 'config/web', bad);
  simulator.delivery = { ...simulator.delivery, lose: false };
}
const choose = (more: Record<string, unknown> = {}) => operator().putSettings({ mode: 'autofix', ...more });

describe('a changer since the rule was last met cannot approve', () => {
  test('after the rule was switched off and on', async () => {
    await changed(ada, switched.id, 'config/web', bad);
    await choose({ rules: { [RULE]: { enabled: false } } });
    await changed(grace, switched.id, 'resource', touched);
    await choose();
    await changed(grace, switched.id, 'resource', { tags: { touched: 'again' } });
    const approval = await plumbline.pending(switched.id, RULE);
    expect((await approver(ada).approve(approval)).statusAndCode).toBe('403 own-change');
  });

  test('after a single 404 of the app', async () => {
    await changed(ada, vanished.id, 'config/web', bad);
    const there = plumbline.simulator.addFault({
      match: { method: 'GET', path: `${vanished.id}$` },
      action: 'not-found',
    });
    await changed(grace, vanished.id, 'resource', touched);
    there();
    await changed(grace, vanished.id, 'resource', { tags: { touched: 'again' } });
    const approval = await plumbline.pending(vanished.id, RULE);
    expect((await approver(ada).approve(approval)).statusAndCode).toBe('403 own-change');
  });

  test('after a harmless change by another user, the only one with an event', async () => {
    const { simulator } = plumbline;
    await choose({ approvals: { fromSweep: true } });
    simulator.activity.lagSeconds = LAG_SECONDS;
    await changedUnseen(ada, later.id);
    await operator().ask('POST', '/scans', { body: { scope: later.id } });
    const approval = await plumbline.pending(later.id, RULE);
    expect(approval.changedBy).toBeUndefined();
    expect(approval.reasons.map(({ code }) => code)).toContain('changer-unknown');
    await plumbline.outcomeOf(await plumbline.change(grace, later.id, 'resource', touched));
    await sleep(LAG_SECONDS * 1000);
    expect((await approver(ada).approve(approval)).statusAndCode).toBe('403 own-change');
    simulator.activity.lagSeconds = null;
    await choose();
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
  });

  test('when the event of the change comes between the decision and the write', async () => {
    await changed(grace, underway.id, 'resource', touched);
    const approval = await plumbline.pending(underway.id, RULE);
    let delivered = false;
    const remove = plumbline.simulator.onRequest(async ({ method, path }, phase) => {
      const isRead = method === 'GET' && phase === 'before' && path.toLowerCase().startsWith(underway.id.toLowerCase());
      if (delivered || !isRead) return;
      delivered = true;
      await plumbline.deliver([gridEvent(underway.id, { caller: ada })]);
    });
    expect((await approver(ada).approve(approval)).statusAndCode).toBe('202');
    const successor = await eventually('a new question', async () => {
      const found = await plumbline.approvals(underway.id);
      return found.find(({ id, status }) => id !== approval.id && status === 'pending');
    });
    remove();
    // The new request is stored before the old one ends.
    await eventually('the end of the old one', async () => (await statusOf(approval)) === 'superseded');
    expect(plumbline.writes(underway.id)).toEqual([]);
    expect((await approver(ada).approve(successor)).statusAndCode).toBe('403 own-change');
  });
});

describe('a change without an event', () => {
  test('and without an entry in the Activity Log is refused when the settings say so', async () => {
    await choose({ approvals: { fromSweep: true, unknownChanger: 'refuse' } });
    const answer = await operator().ask('POST', '/scans', { body: { scope: swept.id } });
    expect(answer.status).toBe(202);
    const approval = await plumbline.pending(swept.id, RULE);
    expect((await approver().approve(approval)).statusAndCode).toBe('403 changer-unknown');
    await choose();
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
  });

  test('has its changer from the Activity Log, who cannot approve, while others may under any setting', async () => {
    await choose({ approvals: { fromSweep: true, unknownChanger: 'refuse' } });
    await changedUnseen(ada, lost.id);
    await operator().ask('POST', '/scans', { body: { scope: lost.id } });
    const approval = await plumbline.pending(lost.id, RULE);
    expect(approval.changedBy?.objectId).toBe(ada.objectId);
    expect((await approver(ada).approve(approval)).statusAndCode).toBe('403 own-change');
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
    await choose();
  });
});

test('forged events make an approver a changer of that app only', async () => {
  await changed(grace, framed.id, 'resource', touched);
  const approval = await plumbline.pending(framed.id, RULE);
  for (let number = 0; number < 7; number += 1) {
    await plumbline.deliver([gridEvent(framed.id, { caller: staff.approver })]);
  }
  await eventually('the framing', async () => (await approver().approve(approval)).statusAndCode === '403 own-change');
  expect((await approver(staff.otherApprover).approve(approval)).statusAndCode).toBe('202');
  await eventually('the write', () => plumbline.writes(framed.id).length === 1);
});

test('a violation whose safe fix its changer rejected in mode approve is fixed in mode autofix', async () => {
  await operator().putSettings({ mode: 'approve' });
  await changed(ada, rejected.id, 'config/web', { properties: { minTlsVersion: '1.0' } });
  const approval = await plumbline.pending(rejected.id, 'webapp-min-tls');
  expect((await approver(ada).reject(approval, 'I want it so.')).statusAndCode).toBe('200');
  await choose();
  await changed(grace, rejected.id, 'resource', touched);
  expect(plumbline.writes(rejected.id)).toEqual(['PATCH config/web']);
});

async function statusOf({ id }: Approval): Promise<string> {
  return (await approver().get(`/approvals/${id}`, approvalAnswer)).status;
}
