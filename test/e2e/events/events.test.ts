import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { people, pipeline } from '../../../simulator/estate.ts';
import * as posture from '../../../src/api/endpoints/findings/schemas.ts';
import type { EventAnswer } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { cloudEvent, type EventOptions, gridEvent } from '../fixtures/deliveries.ts';
import { insecure, rightSlot, rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace, katherine } = people;
const SETTLE_SECONDS = 3;

const schemasApp = rightWebApp('schemas');
const twice = rightWebApp('twice');
const busy = rightWebApp('busy');
const busyWrong = rightWebApp('busy-wrong', { site: { httpsOnly: false } });
const children = rightWebApp('Children');
const swapped = rightWebApp('swapped');
const swappedSlots = [
  rightSlot('swapped', 'staging', { web: { minTlsVersion: '1.0' } }),
  rightSlot('swapped', 'spare'),
];
const named = rightWebApp('named', { web: { remoteDebuggingEnabled: true } });
const doomed = rightWebApp('doomed', { web: { remoteDebuggingEnabled: true } });
const survivor = rightWebApp('survivor');
const parent = rightWebApp('parent');
const staging = rightSlot('parent', 'staging');
const deploying = rightWebApp('deploying');
const bystander = rightWebApp('bystander');
const shuffled = rightWebApp('shuffled');

const plumbline = usePlumbline({
  resources: [
    ...[schemasApp, twice, busy, busyWrong, children, swapped, ...swappedSlots, named, doomed, survivor],
    ...[parent, staging, deploying, bystander, shuffled],
  ],
  ownStorage: true,
  environment: { PLUMBLINE_SETTLE_SECONDS: String(SETTLE_SECONDS) },
});

/** Delivers events and returns their ids. */
async function delivered(events: readonly Record<string, unknown>[]): Promise<string[]> {
  expect(await plumbline.deliver(events)).toBe(202);
  return events.map(({ id }) => String(id));
}

/** One after the other: most have their outcome when the first has. */
async function outcomesOf(ids: readonly string[]): Promise<EventAnswer[]> {
  const outcomes: EventAnswer[] = [];
  for (const id of ids) outcomes.push(await plumbline.outcomeOf(id));
  return outcomes;
}

describe.concurrent('guarantee 1: no event is lost', () => {
  test('events of both schemas are accepted, alone and in batches', async () => {
    const alone = cloudEvent(schemasApp.id);
    expect(await plumbline.deliver(alone, { 'content-type': 'application/cloudevents+json' })).toBe(202);
    const ids = await delivered([gridEvent(schemasApp.id), gridEvent(schemasApp.id), cloudEvent(schemasApp.id)]);
    const outcomes = await outcomesOf([...ids, String(alone.id)]);
    expect(outcomes.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
    expect(outcomes.filter(({ reasons }) => reasons.length === 0)).toEqual([]);
  });

  test('the handshakes of both schemas are answered', async () => {
    const url = `${plumbline.dev.url}/runtime/webhooks/EventGrid?functionName=resourceChanged`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'aeg-event-type': 'SubscriptionValidation' },
      body: JSON.stringify([{ id: '1', eventType: 'x', data: { validationCode: 'the-code' } }]),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ validationResponse: 'the-code' });
    const options = await fetch(url, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net' },
    });
    expect([options.status, options.headers.get('webhook-allowed-origin')]).toEqual([200, 'eventgrid.azure.net']);
  });

  test('an event about another kind of resource is accepted and has the outcome ignored', async () => {
    const other = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers';
    const ids = await delivered([
      gridEvent(undefined),
      gridEvent(`${other}/Microsoft.Storage/storageAccounts/files`),
      gridEvent('/subscriptions/00000000-0000-4000-8000-000000000001'),
      gridEvent(`${other}/Microsoft.Web/sites/../../escape`),
      gridEvent(schemasApp.id, {
        type: 'Microsoft.Resources.ResourceActionSuccess',
        operation: 'Microsoft.Web/sites/config/list/action',
      }),
      cloudEvent(`${other}/Microsoft.Resources/deployments/release`),
    ]);
    const outcomes = await outcomesOf(ids);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'ignored'));
    expect(outcomes.flatMap(({ reasons }) => reasons.map(({ code }) => code))).toEqual(ids.map(() => 'not-ours'));
    // An event without an id has no outcome, and must not be delivered again.
    expect(await plumbline.deliver([{ subject: schemasApp.id }])).toBe(202);
  });

  test('a delivery that is not JSON is 500, so that it is repeated; an unknown event is 404', async () => {
    expect(await plumbline.deliver('{ "id": ')).toBe(500);
    const reader = plumbline.as(staff.reader, 'Reader');
    expect((await reader.ask('GET', `/explain?event=${randomUUID()}`)).statusAndCode).toBe('404 not-found');
  });

  test('an event about a missing app has the outcome gone', async () => {
    const [id = ''] = await delivered([gridEvent(doomed.id.replace('doomed', 'never-was'))]);
    expect((await plumbline.outcomeOf(id)).outcome).toBe('gone');
  });
});

describe.concurrent('guarantee 2: state decides', () => {
  test('the same event delivered twice is one event with one outcome', async () => {
    const event = gridEvent(twice.id);
    await delivered([event, event]);
    await delivered([event]);
    const outcome = await plumbline.outcomeOf(String(event.id));
    expect(outcome.outcome).toBe('evaluated');
    await delivered([event]);
    expect(await plumbline.outcomeOf(String(event.id))).toEqual(outcome);
    // Any message that was still in the queue is handled before this one.
    const [later = ''] = await delivered([gridEvent(twice.id)]);
    await plumbline.outcomeOf(later);
    expect(plumbline.reads(twice.id, 'resource')).toBe(2);
  });

  test('fifty events for one app within half the settle delay cost at most two evaluations', async () => {
    const callers = [ada, grace, katherine, pipeline];
    const events = Array.from({ length: 50 }, (_, at) => gridEvent(busy.id, callerOf(callers[at % callers.length])));
    const outcomes = await outcomesOf(await delivered(events));
    const evaluated = outcomes.filter(({ outcome }) => outcome === 'evaluated').length;
    expect(plumbline.reads(busy.id, 'resource')).toBeLessThanOrEqual(2);
    expect(evaluated).toBeGreaterThanOrEqual(1);
    expect(evaluated).toBeLessThanOrEqual(2);
    expect(outcomes.filter(({ outcome }) => outcome === 'covered')).toHaveLength(50 - evaluated);
  });

  test('a burst of events about an app with a violation is one fix', async () => {
    const ids = await delivered(Array.from({ length: 20 }, () => gridEvent(busyWrong.id, { caller: ada })));
    await outcomesOf(ids);
    await plumbline.atRest(busyWrong.id);
    expect(plumbline.writes(busyWrong.id)).toEqual(['PATCH resource']);
    const applied = (await plumbline.audit(busyWrong.id)).filter(({ kind }) => kind === 'fix.applied');
    expect(applied).toHaveLength(1);
  });

  test('ids of child resources are mapped to their parent, in any casing', async () => {
    const ids = await delivered([
      gridEvent(`${children.id}/config/web`, { operation: 'Microsoft.Web/sites/config/write' }),
      gridEvent(`${children.id.toUpperCase()}/basicPublishingCredentialsPolicies/ftp`),
      cloudEvent(`${children.id.toLowerCase()}/providers/microsoft.insights/diagnosticSettings/to-central`),
    ]);
    const outcomes = await outcomesOf(ids);
    expect(outcomes.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
    const reader = plumbline.as(staff.reader, 'Reader');
    const explained = await reader.get(`/explain?resource=${children.id}`, posture.explainedResource);
    expect(explained.events.map(({ eventId }) => eventId).sort()).toEqual([...ids].sort());
  });

  test('an event of a slot is about the slot', async () => {
    const [id = ''] = await delivered([gridEvent(`${staging.id}/config/web`)]);
    expect((await plumbline.outcomeOf(id)).outcome).toBe('evaluated');
    expect(plumbline.reads(staging.id, 'resource')).toBe(1);
    expect(plumbline.reads(parent.id, 'resource')).toBe(0);
  });

  test('an event of a swap is about the app and all its slots, whichever it names', async () => {
    const [staging] = swappedSlots;
    const type = 'Microsoft.Resources.ResourceActionSuccess';
    const subject = (staging?.id ?? '').replace('Microsoft.Web/', 'Microsoft.Web//');
    const swap = gridEvent(subject, { type, operation: 'Microsoft.Web/sites/slots/slotsswap/Action', caller: ada });
    const [id = ''] = await delivered([swap, swap]);
    const { outcome, reasons } = await plumbline.outcomeOf(id);
    expect(outcome).toBe('evaluated');
    const names = ['swapped', 'swapped/staging', 'swapped/spare'];
    for (const name of names)
      expect(reasons.map(({ text }) => text)).toContainEqual(expect.stringMatching(`^${name}: `));
    const [, spare] = swappedSlots;
    for (const app of [swapped, spare]) expect(plumbline.reads(app?.id ?? '', 'resource')).toBe(1);
    expect(plumbline.writes(staging?.id ?? '')).toEqual(['PATCH config/web']);
    const [fix] = (await plumbline.audit(staging?.id ?? '')).filter(({ kind }) => kind === 'fix.applied');
    expect(fix?.trigger).toMatchObject({ eventId: id, changedBy: { objectId: ada.objectId } });
  });

  test('a caller in claims and authorization as text is a changer and cannot approve', async () => {
    const event = gridEvent(`${named.id}/config/web`);
    const claims = { 'http://schemas.microsoft.com/identity/claims/objectidentifier': ada.objectId, name: 'Ada' };
    const evidence = { principalId: katherine.objectId.replaceAll('-', ''), principalType: 'User' };
    const asText = [
      { ...event, data: { ...Object(event.data), claims: JSON.stringify(claims) } },
      {
        ...event,
        id: `${event.id}-2`,
        data: {
          ...Object(event.data),
          claims: '{}',
          authorization: JSON.stringify({ evidence: JSON.stringify(evidence) }),
        },
      },
    ];
    await outcomesOf(await delivered(asText));
    const approval = await plumbline.pending(named.id, 'webapp-remote-debugging');
    for (const person of [ada, katherine]) {
      expect((await plumbline.as(person, 'Approver').approve(approval)).statusAndCode).toBe('403 own-change');
    }
    expect((await plumbline.as(staff.approver, 'Approver').approve(approval)).statusAndCode).toBe('202');
  });

  test('a deleted app has no open approvals and findings any more', async () => {
    await plumbline.change(ada, doomed.id, 'resource', touched);
    const approval = await plumbline.pending(doomed.id, 'webapp-remote-debugging');
    const event = await plumbline.change(ada, doomed.id, 'resource', null);
    expect(await plumbline.outcomeOf(event)).toMatchObject({ outcome: 'gone' });
    expect((await plumbline.findings(doomed.id)).size).toBe(0);
    expect((await plumbline.approvals(doomed.id)).map(({ id, status }) => ({ id, status }))).toEqual([
      { id: approval.id, status: 'cleared' },
    ]);
    expect((await plumbline.audit(doomed.id)).map(({ kind }) => kind)).toEqual([
      'approval.requested',
      'approval.cleared',
    ]);
    const approver = plumbline.as(staff.approver, 'Approver');
    expect((await approver.approve(approval)).statusAndCode).toBe('409 superseded');
  });

  test('a delete event does not clear an app that exists', async () => {
    const [id = ''] = await delivered([
      gridEvent(survivor.id, {
        type: 'Microsoft.Resources.ResourceDeleteSuccess',
        operation: 'Microsoft.Web/sites/delete',
      }),
    ]);
    expect((await plumbline.outcomeOf(id)).outcome).toBe('evaluated');
    expect((await plumbline.findings(survivor.id)).size).toBeGreaterThan(0);
  });
});

describe.concurrent('the settle delay', () => {
  test('starts again with each event of the same caller on the app, not with those of others', async () => {
    const [alone = ''] = await delivered([gridEvent(bystander.id, { caller: ada })]);
    const deployment: string[] = [];
    // As long as the deployment goes on, so that an app whose delay starts again would never be reconciled.
    await eventually('the reconcile of the bystander', async () => {
      deployment.push(...(await delivered([gridEvent(deploying.id, { caller: ada })])));
      return plumbline.reads(bystander.id, 'resource') > 0;
    });
    expect((await plumbline.outcomeOf(alone)).outcome).toBe('evaluated');

    const outcomes = await outcomesOf(deployment);
    const last = Math.max(...outcomes.map(({ receivedAt }) => Date.parse(receivedAt)));
    expect((Date.parse(firstRead(deploying.id)) - last) / 1000).toBeGreaterThanOrEqual(SETTLE_SECONDS);
    expect(plumbline.reads(deploying.id, 'resource')).toBe(1);
  });
});

describe('guarantee 2: late, duplicate and shuffled deliveries', () => {
  test('change nothing but the count', async () => {
    plumbline.simulator.delivery = { delayMilliseconds: 200, duplicates: 2, shuffle: true, lose: false };
    await plumbline.change(ada, shuffled.id, 'resource', insecure);
    await plumbline.change(ada, shuffled.id, 'resource', { properties: { httpsOnly: true } });
    await plumbline.change(grace, shuffled.id, 'resource', insecure);
    await plumbline.atRest(shuffled.id);
    expect(plumbline.writes(shuffled.id)).toEqual(['PATCH resource']);
    expect((await plumbline.audit(shuffled.id)).map(({ kind }) => kind)).toEqual(['fix.intended', 'fix.applied']);
  });
});

describe('guarantee 1: an event that cannot be stored is not accepted', () => {
  test('a delivery without storage is 500, so that Event Grid repeats it, and the API answers 503', async () => {
    await plumbline.dev.storage.close();
    expect(await plumbline.deliver([gridEvent(twice.id)])).toBe(500);
    const answer = await plumbline.as(staff.reader, 'Reader').ask('GET', '/findings');
    expect(answer.statusAndCode).toBe('503 storage-unavailable');
    expect((await plumbline.as(null).ask('GET', '/health')).status).toBe(503);
  });
});

function firstRead(id: string): string {
  const read = plumbline.simulator.requests.find(
    ({ method, path }) => method === 'GET' && path.toLowerCase() === id.toLowerCase(),
  );
  if (!read) throw new Error(`${id} was never read`);
  return read.at;
}

function callerOf(caller: EventOptions['caller']): EventOptions {
  return caller ? { caller } : {};
}
