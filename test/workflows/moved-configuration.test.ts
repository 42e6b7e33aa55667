/** A move of configuration concerns an app and all its slots: each is looked at once, and the event has one outcome. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import type { DocumentState } from '../../src/domain/snapshot.ts';
import { buryMessage } from '../../src/workflows/bury-message.ts';
import { recordDecision } from '../../src/workflows/record-decision.ts';
import { releaseLetter } from '../../src/workflows/release-letter.ts';
import { RISKY, SHOP, seedSlots, seedWebApp } from '../world/apps.ts';
import { ADA, type EventLooks, gridEvent } from '../world/event-grid.ts';
import { createHost, type Host } from '../world/host.ts';
import { resourceNamed } from '../world/memory-azure.ts';
import { type MemoryWorld, memoryWorld } from '../world/memory-world.ts';
import { decisionOn } from '../world/ways.ts';

const BLUE = `${SHOP}/slots/blue`;
const GREEN = `${SHOP}/slots/green`;
const ALL = [SHOP, BLUE, GREEN];

let world: MemoryWorld;
let host: Host;

beforeEach(() => {
  world = memoryWorld();
  host = createHost(world);
  seedSlots(world.arm, { blue: {}, green: {} });
});

function move(id: string, subject: string, looks: Partial<EventLooks> = {}): JsonObject {
  return gridEvent(id, subject, {
    type: 'ResourceActionSuccess',
    operation: `Microsoft.Web/sites/${subject === SHOP ? '' : 'slots/'}slotsswap/Action`,
    ...looks,
  });
}

/** The keys of what was looked at, in order. */
const looks = () => world.arm.reads.map(({ resource }) => resource.toLowerCase()).sort();
const keys = (...ids: string[]) => ids.map((id) => id.toLowerCase()).sort();
const outcome = async (id: string) => (await world.events.find(id))?.outcome;
const outcomes = () => world.stored.events.map((one) => `${one.resource?.replace(SHOP, '')} ${one.outcome}`).sort();
const passes = (status: DocumentState) => (resource: { id: string }, name: string) =>
  resource.id === SHOP && name === 'slots' ? status : undefined;

describe('whichever of them is the subject', () => {
  test.each([
    ['the app', SHOP],
    ['a slot', BLUE],
    ['a child of a slot', `${BLUE}/backups/7`],
    ['a slot, in another case and with an empty segment', BLUE.toLowerCase().replace('/sites/', '//sites/')],
  ])('%s: the app and both slots are looked at, once each', async (_, subject) => {
    await host.deliver(move('swap', subject));
    await host.settle();
    expect(looks()).toEqual(keys(...ALL));
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
  ])('%s is such a move, of an app and of a slot', async (action) => {
    await host.deliver(move('app', SHOP, { operation: `microsoft.web/sites/${action}/action` }));
    await host.settle();
    await host.deliver(move('slot', BLUE, { operation: `Microsoft.Web/sites/slots/${action}/Action` }));
    await host.settle();
    expect(looks()).toEqual(keys(...ALL, ...ALL));
  });

  test.each(['config/list', 'restart', 'slotsdiffs', 'backup', 'listbackups', 'sync', 'publishxml', 'newpassword'])(
    '%s moves nothing',
    async (action) => {
      await host.deliver(move('e', SHOP, { operation: `Microsoft.Web/sites/${action}/Action` }));
      await host.settle();
      expect([looks(), await outcome('e')]).toEqual([[], 'ignored']);
    },
  );

  test('a move that failed is none, and so is one that somebody writes of a container app', async () => {
    const failed = { ...move('failed', SHOP), eventType: 'Microsoft.Resources.ResourceActionFailure' };
    const other = move('other', SHOP.replace('Microsoft.Web/sites', 'Microsoft.App/containerApps'));
    for (const event of [failed, other]) await host.deliver(event);
    await host.settle();
    expect([await outcome('failed'), await outcome('other'), looks()]).toEqual(['ignored', 'ignored', []]);
  });

  test('a write of the app is about the app alone', async () => {
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect(looks()).toEqual(keys(SHOP));
    expect(world.arm.reads.flatMap(({ documents }) => documents)).not.toContain('slots');
  });
});

describe('once each', () => {
  test('the event delivered again, before and after its outcome, changes nothing', async () => {
    for (let times = 0; times < 3; times += 1) await host.deliver(move('swap', BLUE));
    await host.settle();
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(looks()).toEqual(keys(...ALL));
    expect(world.stored.events).toHaveLength(3);
  });

  test('a swap and the write that comes with it share their looks', async () => {
    await host.deliver(move('swap', BLUE, { correlationId: 'c' }));
    await host.deliver(gridEvent('write', SHOP, { correlationId: 'c' }));
    await host.deliver(gridEvent('other', GREEN, { correlationId: 'c' }));
    await host.settle();
    expect(looks()).toEqual(keys(...ALL));
    expect([await outcome('write'), await outcome('other')].sort()).toEqual(['covered', 'evaluated']);
  });

  test('a look at the app for another reason, which covers the swap, tells the slots as well', async () => {
    await host.deliver(move('swap', SHOP));
    world.stored.queue.splice(0);
    world.clock.advance(60);
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect(outcomes()).toEqual(['/slots/blue evaluated', '/slots/green evaluated', ' covered', ' evaluated'].sort());
  });
});

describe('one event has one outcome', () => {
  test('it waits until each has been looked at; then its reasons name each', async () => {
    const seen: (string | null | undefined)[] = [];
    await host.deliver(move('swap', BLUE));
    world.clock.advance(30);
    while (await host.work()) seen.push(await outcome('swap'));
    expect([seen.slice(0, -1).every((one) => one === null), seen.at(-1)]).toEqual([true, 'evaluated']);
    const found = await world.events.find('swap');
    expect(found?.reasons.map(({ text }) => text.replace(/: Rules.*/, '')).sort()).toEqual(
      ALL.map((id) => id.split('/sites/')[1]?.replace('/slots', '')).sort(),
    );
  });

  test('with the entries of what was written on any of them', async () => {
    seedWebApp(world.arm, { site: { httpsOnly: false } }, GREEN);
    seedWebApp(world.arm, { site: { httpsOnly: false } }, BLUE);
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(world.arm.writes.map(({ resource }) => resource).sort()).toEqual([BLUE, GREEN]);
    const logged = world.stored.entries.map(({ id }) => id).sort();
    expect([...((await world.events.find('swap'))?.auditIds ?? [])].sort()).toEqual(logged);
    expect(world.stored.entries.map(({ trigger }) => trigger?.eventId)).toEqual(logged.map(() => 'swap'));
  });

  test('the app is evaluated although the named slot is gone', async () => {
    world.arm.remove(GREEN);
    world.arm.change(SHOP, 'slots', '/value', [{ id: BLUE }]);
    await host.deliver(move('swap', GREEN));
    await host.settle();
    expect(outcomes()).toEqual([' evaluated', '/slots/blue evaluated', '/slots/green gone']);
    expect(await outcome('swap')).toBe('evaluated');
  });

  test('what was given up at the app reaches the slots when it is released', async () => {
    await host.deliver(move('swap', SHOP));
    const [queued] = world.stored.queue.splice(0);
    await buryMessage(world, 'reconcile', queued?.message);
    expect(await outcome('swap')).toBe('dead');
    await releaseLetter(world, [...world.stored.deadLetters.keys()][0] ?? '');
    await host.settle();
    expect([looks(), await outcome('swap')]).toEqual([keys(...ALL), 'evaluated']);
  });
});

describe('when the slots cannot be listed', () => {
  const seen = async () => {
    await host.deliver(gridEvent('before', GREEN));
    await host.settle();
    world.arm.reads.splice(0);
  };

  test('for a while, they are asked for again', async () => {
    world.arm.onRead = passes({ status: 'failed', detail: 'Busy: later', passing: true });
    world.arm.later(40, () => {
      world.arm.onRead = null;
    });
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(looks().filter((id) => id !== SHOP.toLowerCase())).toEqual(keys(BLUE, GREEN));
    expect((await world.events.find('swap'))?.reasons.map(({ code }) => code)).not.toContain('unread');
  });

  test('for good, those seen before are looked at, and the outcome says so', async () => {
    await seen();
    world.arm.onRead = passes({ status: 'forbidden', detail: 'AuthorizationFailed: no' });
    await host.deliver(move('swap', SHOP));
    await host.settle();
    expect(looks()).toEqual(keys(SHOP, GREEN));
    const text = 'The slots could not be listed, so only those seen before were looked at: AuthorizationFailed: no';
    expect((await world.events.find('swap'))?.reasons).toContainEqual({ code: 'unread', text: `shop: ${text}` });
  });

  test('for good, an outcome that another look gave says so, too', async () => {
    world.arm.onRead = passes({ status: 'forbidden', detail: 'AuthorizationFailed: no' });
    await host.deliver(move('swap', SHOP));
    world.stored.queue.splice(0);
    world.clock.advance(60);
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect((await world.events.find('swap'))?.reasons.map(({ code }) => code)).toEqual(['covered', 'unread']);
    expect((await world.events.find('write'))?.reasons.map(({ code }) => code)).not.toContain('unread');
  });

  test('what is listed and no slot of the app is left alone', async () => {
    world.arm.change(SHOP, 'slots', '/value', [
      { id: `${SHOP}-other/slots/blue` },
      { id: SHOP },
      { id: 7 },
      null,
      { id: GREEN },
    ]);
    await host.deliver(move('swap', SHOP));
    await host.settle();
    expect(looks()).toEqual(keys(SHOP, GREEN));
  });
});

describe('promise 8: who moved configuration has changed each of them', () => {
  const ada = { objectId: ADA.objectId, name: 'Ada' };
  const approves = async () => {
    try {
      return (await recordDecision(world, { ...decisionOn(world, 'approve'), person: ada })).status;
    } catch (error) {
      return error instanceof Refusal ? error.code : error;
    }
  };

  beforeEach(async () => {
    seedWebApp(world.arm, RISKY, GREEN);
    await host.deliver(gridEvent('before', GREEN));
    await host.settle();
  });

  test('as soon as the event came, also for a slot that nobody has told yet', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    expect(world.stored.events.map(({ resource }) => resource)).toEqual([GREEN, SHOP]);
    expect(await approves()).toBe('own-change');
  });

  test('when its message was given up', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    await buryMessage(world, 'reconcile', world.stored.queue.splice(0)[0]?.message);
    expect(await approves()).toBe('own-change');
  });

  test('after each was looked at', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    await host.settle();
    expect(await approves()).toBe('own-change');
    const memory = await world.memories.load(resourceNamed(GREEN));
    expect(memory?.value.writers.map(({ objectId }) => objectId)).toContain(ADA.objectId);
  });

  test('a write of the app alone is no change of its slot', async () => {
    await host.deliver(gridEvent('write', SHOP, { by: ADA }));
    expect(await approves()).toBe('approved');
  });
});
