/** A delivery of Event Grid becomes a stored event and a message, or an error that makes Event Grid deliver again. */

import { describe, expect, test } from 'vitest';
import { receiveEvent } from '../../../src/workflows/events/receive-event.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { BOB, cloudEvent, gridEvent, OURSELVES, PIPELINE } from '../../fakes/azure/event-grid.ts';
import { CART, ENVIRONMENT, SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps, START } from '../../fakes/deps.ts';
import { scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

describe('guarantee 1: no event is lost, in any form', () => {
  test.each([
    ['the Event Grid schema', gridEvent('e', SHOP)],
    ['CloudEvents 1.0', cloudEvent('e', SHOP)],
    ['an id in other cases', gridEvent('e', SHOP.toUpperCase())],
    ['a child of the app', gridEvent('e', `${SHOP}/config/web`)],
    ['a diagnostic setting of the app', gridEvent('e', `${SHOP}/providers/Microsoft.Insights/diagnosticSettings/x`)],
    ['a deletion', gridEvent('e', SHOP, { type: 'ResourceDeleteSuccess' })],
    ['a swap of slots', swap()],
    ['no claims at all', gridEvent('e', SHOP, { by: null })],
    ['claims of another type', { ...gridEvent('e', SHOP), data: { claims: 'secret', operationName: 7 } }],
    ['no data', { ...gridEvent('e', SHOP), data: null }],
  ])('%s: the app is queued', async (_, event) => {
    const deps = fakeDeps();
    await receiveEvent(deps, event);
    expect(deps.stored.events).toMatchObject([{ event: { id: 'e' }, receivedAt: START, outcome: null }]);
    expect(deps.stored.sent).toHaveLength(1);
    expect(deps.stored.sent[0]?.resource.toLowerCase()).toBe(SHOP.toLowerCase());
    expect(deps.stored.sent[0]).toMatchObject({ cause: 'event', event: { id: 'e', receivedAt: START }, attempt: 0 });
    expect(deps.stored.delays).toEqual([30]);
  });

  test.each([
    ['a slot', `${SHOP}/slots/staging/config/web`, `${SHOP}/slots/staging`],
    ['a container app', `${CART}/revisions/cart--2`, CART],
    ['an environment', ENVIRONMENT, ENVIRONMENT],
  ])('%s is its own resource', async (_, subject, resource) => {
    const deps = fakeDeps();
    await receiveEvent(deps, gridEvent('e', subject));
    expect(deps.stored.sent[0]?.resource).toBe(resource);
  });

  test.each([
    ['another provider', gridEvent('e', SHOP.replace('Microsoft.Web/sites', 'Microsoft.Sql/servers'))],
    ['no subject', { id: 'e', eventType: 'Microsoft.Resources.ResourceWriteSuccess' }],
    ['a write that failed', { ...gridEvent('e', SHOP), eventType: 'Microsoft.Resources.ResourceWriteFailure' }],
    ['an action that changes nothing', gridEvent('e', SHOP, { type: 'ResourceActionSuccess', operation: 'x/list' })],
    ['a subject with a path traversal', gridEvent('e', `${SHOP}/../../x`)],
  ])('%s: has the outcome `ignored` with its reason, and nothing is queued', async (_, event) => {
    const deps = fakeDeps();
    await receiveEvent(deps, event);
    expect(await deps.events.findById('e')).toMatchObject({ outcome: 'ignored', reasons: [{ code: 'not-ours' }] });
    expect(deps.stored.sent).toEqual([]);
    expect(deps.stored.counters.counts).toEqual({ 'events ignored': 1 });
  });

  test('each delivery is counted as received, repeated ones too, until the event has its outcome', async () => {
    const { deps, host } = scene({});
    for (let n = 0; n < 3; n += 1) await receiveEvent(deps, gridEvent('e', SHOP));
    expect(deps.stored.counters.counts).toEqual({ 'events received': 3 });
    await host.settle();
    await receiveEvent(deps, gridEvent('e', SHOP));
    expect(deps.stored.counters.counts).toMatchObject({ 'events received': 3 });
  });

  test.each([[null], ['text'], [[]], [{}], [{ id: 7 }]])('%j is no event and no error', async (input) => {
    const deps = fakeDeps();
    await receiveEvent(deps, input);
    expect([deps.stored.events, deps.stored.sent]).toEqual([[], []]);
  });

  test.each(['events.store', 'queue.send'])(
    'when %s fails, the delivery fails and the next one succeeds',
    async (call) => {
      const deps = fakeDeps();
      const failing = failingDeps(deps, call, new StorageUnavailable('the storage does not answer'), 1);
      await expect(receiveEvent(failing, gridEvent('e', SHOP))).rejects.toThrow('the storage does not answer');
      await receiveEvent(failing, gridEvent('e', SHOP));
      expect(deps.stored.events).toHaveLength(1);
      expect(deps.stored.sent).toHaveLength(1);
    },
  );

  test('the event is stored before its message is sent', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'events.store', new StorageUnavailable('down'));
    await expect(receiveEvent(failing, gridEvent('e', SHOP))).rejects.toThrow('down');
    expect(deps.stored.sent).toEqual([]);
  });
});

describe('guarantee 2: state decides, so a second delivery changes nothing', () => {
  test('while the event waits its message is sent again, with the time of the first delivery', async () => {
    const deps = fakeDeps();
    await receiveEvent(deps, gridEvent('e', SHOP));
    deps.clock.advance(60);
    await receiveEvent(deps, gridEvent('e', SHOP));
    expect(deps.stored.events).toHaveLength(1);
    expect(deps.stored.sent.map(({ event }) => event?.receivedAt)).toEqual([START, START]);
  });

  test('after the outcome no message is sent', async () => {
    const { deps, host } = scene();
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    const before = deps.stored.sent.length;
    await host.deliver(gridEvent('e', SHOP));
    expect(deps.stored.sent).toHaveLength(before);
    expect(deps.stored.events).toMatchObject([{ outcome: 'evaluated' }]);
  });
});

describe('an event about another kind of resource', () => {
  test('has its outcome at once, with the reason, and queues nothing', async () => {
    const deps = fakeDeps();
    await receiveEvent(deps, gridEvent('e', '/subscriptions/s/resourceGroups/g'));
    expect(deps.stored.events).toEqual([
      {
        event: { id: 'e', operation: '', eventTime: null, correlationId: null, changedBy: null, appId: null },
        resource: null,
        receivedAt: START,
        outcome: 'ignored',
        auditIds: [],
        reasons: [{ code: 'not-ours', text: 'The event was ignored: it is about nothing that Plumbline looks at.' }],
      },
    ]);
    expect(deps.stored.sent).toEqual([]);
  });

  test('an event about a known kind waits without outcome, entries and reasons', async () => {
    const deps = fakeDeps();
    await receiveEvent(deps, gridEvent('e', SHOP));
    expect(deps.stored.events).toMatchObject([{ resource: SHOP, outcome: null, auditIds: [], reasons: [] }]);
  });
});

describe('the changer of an event', () => {
  test.each([
    ['a user', BOB, { objectId: BOB.objectId, name: 'bob@example.com', type: 'user' }],
    ['a pipeline', PIPELINE, { objectId: PIPELINE.objectId, type: 'app' }],
    ['ourselves', OURSELVES, { objectId: OURSELVES.objectId, type: 'app' }],
    ['an unknown caller', null, null],
  ])('%s', async (_, by, expected) => {
    const deps = fakeDeps();
    await receiveEvent(deps, gridEvent('e', SHOP, { by }));
    expect(deps.stored.events[0]?.event.changedBy).toEqual(expected);
  });
});

function swap() {
  const operation = 'Microsoft.Web/sites/slots/slotsswap/action';
  return gridEvent('e', SHOP, { type: 'ResourceActionSuccess', operation });
}
