/** A move of configuration concerns an app and all its slots: each is looked at once, and the event has one outcome. */
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

function move(id: string, subject: string, looks: Partial<EventOptions> = {}): JsonObject {
  return gridEvent(id, subject, {
    type: 'ResourceActionSuccess',
    operation: `Microsoft.Web/sites/${subject === SHOP ? '' : 'slots/'}slotsswap/Action`,
    ...looks,
  });
}

/** The keys of what was looked at, in order. */
const looks = () => deps.arm.reads.map(({ resource }) => resource.toLowerCase()).sort();
const keys = (...ids: string[]) => ids.map((id) => id.toLowerCase()).sort();
const outcome = async (id: string) => (await deps.events.findById(id))?.outcome;
const outcomes = () => deps.stored.events.map((one) => `${one.resource?.replace(SHOP, '')} ${one.outcome}`).sort();
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
    expect(deps.arm.reads.flatMap(({ documents }) => documents)).not.toContain('slots');
  });
});

describe('once each', () => {
  test('the event delivered again, before and after its outcome, changes nothing', async () => {
    for (let times = 0; times < 3; times += 1) await host.deliver(move('swap', BLUE));
    await host.settle();
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(looks()).toEqual(keys(...ALL));
    expect(deps.stored.events).toHaveLength(3);
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
    deps.stored.queue.splice(0);
    deps.clock.advance(60);
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect(outcomes()).toEqual(['/slots/blue evaluated', '/slots/green evaluated', ' covered', ' evaluated'].sort());
  });
});

describe('one event has one outcome', () => {
  test('it waits until each has been looked at; then its reasons name each', async () => {
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

  test('with the entries of what was written on any of them', async () => {
    seedWebApp(deps.arm, { site: { httpsOnly: false } }, GREEN);
    seedWebApp(deps.arm, { site: { httpsOnly: false } }, BLUE);
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(deps.arm.writes.map(({ resource }) => resource).sort()).toEqual([BLUE, GREEN]);
    const logged = deps.stored.entries.map(({ id }) => id).sort();
    expect([...((await deps.events.findById('swap'))?.auditIds ?? [])].sort()).toEqual(logged);
    expect(deps.stored.entries.map(({ trigger }) => trigger?.eventId)).toEqual(logged.map(() => 'swap'));
  });

  test('the app is evaluated although the named slot is gone', async () => {
    deps.arm.remove(GREEN);
    deps.arm.change(SHOP, 'slots', '/value', [{ id: BLUE }]);
    await host.deliver(move('swap', GREEN));
    await host.settle();
    expect(outcomes()).toEqual([' evaluated', '/slots/blue evaluated', '/slots/green gone']);
    expect(await outcome('swap')).toBe('evaluated');
  });

  test('what was given up at the app reaches the slots when it is released', async () => {
    await host.deliver(move('swap', SHOP));
    const [queued] = deps.stored.queue.splice(0);
    await recordDeadLetter(deps, 'reconcile', queued?.message);
    expect(await outcome('swap')).toBe('dead');
    await redriveDeadLetter(deps, [...deps.stored.deadLetters.keys()][0] ?? '');
    await host.settle();
    expect([looks(), await outcome('swap')]).toEqual([keys(...ALL), 'evaluated']);
  });
});

describe('when the slots cannot be listed', () => {
  const seen = async () => {
    await host.deliver(gridEvent('before', GREEN));
    await host.settle();
    deps.arm.reads.splice(0);
  };

  test('for a while, they are asked for again', async () => {
    deps.arm.onRead = passes({ status: 'failed', detail: 'Busy: later', retryable: true });
    deps.arm.later(40, () => {
      deps.arm.onRead = null;
    });
    await host.deliver(move('swap', BLUE));
    await host.settle();
    expect(looks().filter((id) => id !== SHOP.toLowerCase())).toEqual(keys(BLUE, GREEN));
    expect((await deps.events.findById('swap'))?.reasons.map(({ code }) => code)).not.toContain('unread');
  });

  test('for good, those seen before are looked at, and the outcome says so', async () => {
    await seen();
    deps.arm.onRead = passes({ status: 'forbidden', detail: 'AuthorizationFailed: no' });
    await host.deliver(move('swap', SHOP));
    await host.settle();
    expect(looks()).toEqual(keys(SHOP, GREEN));
    const text = 'The slots could not be listed, so only those seen before were looked at: AuthorizationFailed: no';
    expect((await deps.events.findById('swap'))?.reasons).toContainEqual({ code: 'unread', text: `shop: ${text}` });
  });

  test('for good, an outcome that another look gave says so, too', async () => {
    deps.arm.onRead = passes({ status: 'forbidden', detail: 'AuthorizationFailed: no' });
    await host.deliver(move('swap', SHOP));
    deps.stored.queue.splice(0);
    deps.clock.advance(60);
    await host.deliver(gridEvent('write', SHOP));
    await host.settle();
    expect((await deps.events.findById('swap'))?.reasons.map(({ code }) => code)).toEqual(['covered', 'unread']);
    expect((await deps.events.findById('write'))?.reasons.map(({ code }) => code)).not.toContain('unread');
  });

  test('what is listed and no slot of the app is left alone', async () => {
    deps.arm.change(SHOP, 'slots', '/value', [
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

describe('guarantee 8: who moved configuration has changed each of them', () => {
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

  test('as soon as the event came, also for a slot that nobody has told yet', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    expect(deps.stored.events.map(({ resource }) => resource)).toEqual([GREEN, SHOP]);
    expect(await approves()).toBe('own-change');
  });

  test('when its message was given up', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    await recordDeadLetter(deps, 'reconcile', deps.stored.queue.splice(0)[0]?.message);
    expect(await approves()).toBe('own-change');
  });

  test('after each was looked at', async () => {
    await host.deliver(move('swap', SHOP, { by: ADA }));
    await host.settle();
    expect(await approves()).toBe('own-change');
    const memory = await deps.resourceStates.load(resourceNamed(GREEN));
    expect(memory?.value.writers.map(({ objectId }) => objectId)).toContain(ADA.objectId);
  });

  test('a write of the app alone is no change of its slot', async () => {
    await host.deliver(gridEvent('write', SHOP, { by: ADA }));
    expect(await approves()).toBe('approved');
  });
});
