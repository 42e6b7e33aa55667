/**
 * A move of configuration concerns an app and all its slots: each is reconciled once, and the event has one outcome.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import type { DocumentState } from '../../../src/domain/resources/snapshot.ts';
import { recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { recordDeadLetter } from '../../../src/workflows/dead-letters/record-dead-letter.ts';
import { redriveDeadLetter } from '../../../src/workflows/dead-letters/redrive-dead-letter.ts';
import { resourceNamed } from '../../fakes/azure/arm.ts';
import { ADA, type EventOptions, gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedSlots, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { decisionOn } from '../../fakes/scenarios/scenarios.ts';

const BLUE = `${SHOP}/slots/blue`;
const GREEN = `${SHOP}/slots/green`;
const ALL = [SHOP, BLUE, GREEN];

let deps: FakeDeps;
let host: Host;

beforeEach(() => {
  deps = fakeDeps();
  host = createHost(deps);
  seedSlots(deps.arm, { blue: {}, green: {} });
});

function move(id: string, subject: string, reconciled: Partial<EventOptions> = {}): JsonObject {
  return gridEvent(id, subject, {
    type: 'ResourceActionSuccess',
    operation: `Microsoft.Web/sites/${subject === SHOP ? '' : 'slots/'}slotsswap/Action`,
    ...reconciled,
  });
}

/** The keys of the reconciled resources, in order. */
const reconciled = () => deps.arm.reads.map(({ resource }) => resource.toLowerCase()).sort();
const keys = (...ids: string[]) => ids.map((id) => id.toLowerCase()).sort();
const outcome = async (id: string) => (await deps.events.findById(id))?.outcome;
const outcomes = () => deps.stored.events.map((one) => `${one.resource?.replace(SHOP, '')} ${one.outcome}`).sort();
const passes = (status: DocumentState) => (resource: { id: string }, name: string) =>
  resource.id === SHOP && name === 'slots' ? status : undefined;

describe('the subject of the event', () => {
  test.each([
    ['the app', SHOP],
    ['a slot', BLUE],
    ['a child of a slot', `${BLUE}/backups/7`],
    ['a slot, in another case and with an empty segment', BLUE.toLowerCase().replace('/sites/', '//sites/')],
  ])('%s: the app and both slots are reconciled once each', async (_, subject) => {
    await host.deliver(move('swap', subject));
    await host.settle();
    expect(reconciled()).toEqual(keys(...ALL));
    expect(outcomes().map((one) => one.split(' ')[1])).toEqual(['evaluated', 'evaluated', 'evaluated']);
  });

  test.each([
    'slotsswap',
    'applySlotConfig',
    'resetSlotConfig',
    'slotcopy',
    'recover',
    'restoresnapshot',
    'restorefromdeletedapp',
    'restorefrombackupblob',
    'backups/restore',
    'config/snapshots/recover',
  ])('%s is such a move, on an app and on a slot', async (action) => {
    await host.deliver(move('app', SHOP, { operation: `microsoft.web/sites/${action}/action` }));
    await host.settle();
    await host.deliver(move('slot', BLUE, { operation: `Microsoft.Web/sites/slots/${action}/Action` }));
    await host.settle();
    expect(reconciled()).toEqual(keys(...ALL, ...ALL));
  });

  test.each(['config/list', 'restart', 'slotsdiffs', 'backup', 'listbackups', 'sync', 'publishxml', 'newpassword'])(
    '%s is not',
    async (action) => {
      await host.deliver(move('e', SHOP, { operation: `Microsoft.Web/sites/${action}/Action` }));
      await host.settle();
      expect([reconciled(), await outcome('e')]).toEqual([[], 'ignored']);
    },
  );

  test('a failed move is ignored, and so is one on a container app', async () => {
    const failed = { ...move('failed', SHOP), eventType: 'Microsoft.Resources.ResourceActionFailure' };
    const other = move('other', SHOP.replace('Microsoft.Web/sites', 'Microsoft.App/containerApps'));
    for (const event of [failed, other]) await host.deliver(event);
    await host.settle();
    expect([await outcome('failed'), await outcome('other'), reconciled()]).toEqual(['ignored', 'ignored', []]);
  });

  test('a write of the app reconciles the app only', async () => {
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect(reconciled()).toEqual(keys(SHOP));
    expect(deps.arm.reads.flatMap(({ documents }) => documents)).not.toContain('slots');
  });
});

describe('each resource is reconciled once', () => {
  test('another delivery of the event changes nothing, before and after its outcome', async () => {
    for (let times = 0; times < 3; times += 1) await host.deliver(move('swap', BLUE));
    await host.settle();
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(reconciled()).toEqual(keys(...ALL));
    expect(deps.stored.events).toHaveLength(3);
  });

  test('a swap and the write that comes with it share their reconciles', async () => {
    await host.deliver(move('swap', BLUE, { correlationId: 'c' }));
    await host.deliver(gridEvent('write', SHOP, { correlationId: 'c' }));
    await host.deliver(gridEvent('other', GREEN, { correlationId: 'c' }));
    await host.settle();
    expect(reconciled()).toEqual(keys(...ALL));
    expect([await outcome('write'), await outcome('other')].sort()).toEqual(['covered', 'evaluated']);
  });

  test('a reconcile of the app for another event covers the swap, and queues the slots', async () => {
    await host.deliver(move('swap', SHOP));
    deps.stored.queue.splice(0);
    deps.clock.advance(60);
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect(outcomes()).toEqual(['/slots/blue evaluated', '/slots/green evaluated', ' covered', ' evaluated'].sort());
  });
});

describe('the outcome of the event', () => {
  test('is null until each resource was reconciled, and its reasons name each', async () => {
    const seen: (string | null | undefined)[] = [];
    await host.deliver(move('swap', BLUE));
    deps.clock.advance(30);
    while (await host.work()) seen.push(await outcome('swap'));
    expect([seen.slice(0, -1).every((one) => one === null), seen.at(-1)]).toEqual([true, 'evaluated']);
    const found = await deps.events.findById('swap');
    expect(found?.reasons.map(({ text }) => text.replace(/: Rules.*/, '')).sort()).toEqual(
      ALL.map((id) => id.split('/sites/')[1]?.replace('/slots', '')).sort(),
    );
  });

  test('has the entries of the writes on all of them', async () => {
    seedWebApp(deps.arm, { site: { httpsOnly: false } }, GREEN);
    seedWebApp(deps.arm, { site: { httpsOnly: false } }, BLUE);
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(deps.arm.writes.map(({ resource }) => resource).sort()).toEqual([BLUE, GREEN]);
    const logged = deps.stored.entries.map(({ id }) => id).sort();
    expect([...((await deps.events.findById('swap'))?.auditIds ?? [])].sort()).toEqual(logged);
    expect(deps.stored.entries.map(({ trigger }) => trigger?.eventId)).toEqual(logged.map(() => 'swap'));
  });

  test('is evaluated for the app when the named slot is gone', async () => {
    deps.arm.remove(GREEN);
    deps.arm.change(SHOP, 'slots', '/value', [{ id: BLUE }]);
    await host.deliver(move('swap', GREEN));
    await host.settle();
    expect(outcomes()).toEqual([' evaluated', '/slots/blue evaluated', '/slots/green gone']);
    expect(await outcome('swap')).toBe('evaluated');
  });

  test('after a dead letter of the app and its release, the slots are reconciled', async () => {
    await host.deliver(move('swap', SHOP));
    const [queued] = deps.stored.queue.splice(0);
    await recordDeadLetter(deps, 'reconcile', queued?.message);
    expect(await outcome('swap')).toBe('dead');
    await redriveDeadLetter(deps, [...deps.stored.deadLetters.keys()][0] ?? '');
    await host.settle();
    expect([reconciled(), await outcome('swap')]).toEqual([keys(...ALL), 'evaluated']);
  });
});

describe('when the slots cannot be listed', () => {
  const seen = async () => {
    await host.deliver(gridEvent('before', GREEN));
    await host.settle();
    deps.arm.reads.splice(0);
  };

  test('because of a transient failure, they are listed again', async () => {
    deps.arm.onRead = passes({ status: 'failed', detail: 'Busy: later', retryable: true });
    deps.arm.later(40, () => {
      deps.arm.onRead = null;
    });
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(reconciled().filter((id) => id !== SHOP.toLowerCase())).toEqual(keys(BLUE, GREEN));
    expect((await deps.events.findById('swap'))?.reasons.map(({ code }) => code)).not.toContain('unread');
  });

  test('because of a permanent failure, the known slots are reconciled and the outcome says so', async () => {
    await seen();
    deps.arm.onRead = passes({ status: 'forbidden', detail: 'AuthorizationFailed: no' });
    await host.deliver(move('swap', SHOP));
    await host.settle();
    expect(reconciled()).toEqual(keys(SHOP, GREEN));
    const text = 'The slots could not be listed, so only those seen before were looked at: AuthorizationFailed: no';
    expect((await deps.events.findById('swap'))?.reasons).toContainEqual({ code: 'unread', text: `shop: ${text}` });
  });

  test('because of a permanent failure, an outcome from another reconcile says so', async () => {
    deps.arm.onRead = passes({ status: 'forbidden', detail: 'AuthorizationFailed: no' });
    await host.deliver(move('swap', SHOP));
    deps.stored.queue.splice(0);
    deps.clock.advance(60);
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect((await deps.events.findById('swap'))?.reasons.map(({ code }) => code)).toEqual(['covered', 'unread']);
    expect((await deps.events.findById('write'))?.reasons.map(({ code }) => code)).not.toContain('unread');
  });

  test('list members that are no slot of the app are ignored', async () => {
    deps.arm.change(SHOP, 'slots', '/value', [
      { id: `${SHOP}-other/slots/blue` },
      { id: SHOP },
      { id: 7 },
      null,
      { id: GREEN },
    ]);
    await host.deliver(move('swap', SHOP));
    await host.settle();
    expect(reconciled()).toEqual(keys(SHOP, GREEN));
  });
});

describe('guarantee 8: the author of a move is a changer of each of the resources', () => {
  const ada = { objectId: ADA.objectId, name: 'Ada' };
  const approves = async () => {
    try {
      return (await recordDecision(deps, { ...decisionOn(deps, 'approve'), person: ada })).status;
    } catch (error) {
      return error instanceof Refusal ? error.code : error;
    }
  };

  beforeEach(async () => {
    seedWebApp(deps.arm, RISKY, GREEN);
    await host.deliver(gridEvent('before', GREEN));
    await host.settle();
  });

  test('as soon as the event is stored, before the slot has its own', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    expect(deps.stored.events.map(({ resource }) => resource)).toEqual([GREEN, SHOP]);
    expect(await approves()).toBe('own-change');
  });

  test('when its message is a dead letter', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    await recordDeadLetter(deps, 'reconcile', deps.stored.queue.splice(0)[0]?.message);
    expect(await approves()).toBe('own-change');
  });

  test('after each was reconciled', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    await host.settle();
    expect(await approves()).toBe('own-change');
    const { state } = await deps.resources.loadState(resourceNamed(GREEN));
    expect(state?.writers.map(({ objectId }) => objectId)).toContain(ADA.objectId);
  });

  test('a write of the app only does not change its slot', async () => {
    await host.deliver(gridEvent('write', SHOP, { by: ADA }));
    expect(await approves()).toBe('approved');
  });
});
