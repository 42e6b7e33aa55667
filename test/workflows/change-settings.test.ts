/** Reading and replacing what operators choose: nobody overwrites what he has not seen, and each change is in the log. */
import { describe, expect, test } from 'vitest';
import { type Settings, settingsSchema } from '../../src/domain/settings.ts';
import { changeSettings, currentSettings, etagOf, stopService } from '../../src/workflows/change-settings.ts';
import { housekeep } from '../../src/workflows/housekeeping.ts';
import { StaleVersion, StorageUnavailable } from '../../src/workflows/ports.ts';
import { memoryWorld } from '../world/memory-world.ts';
import { failingWorld } from '../world/watched-world.ts';

const person = { objectId: 'olga', name: 'Olga' };
const settings = (differs: Partial<Settings> = {}) => ({ ...settingsSchema.parse({ mode: 'autofix' }), ...differs });
const changed = (differs: Partial<Settings>, ifMatch = '*') => {
  return { settings: settings(differs), ifMatch, person, personIsApp: false };
};
const kinds = ({ stored }: ReturnType<typeof memoryWorld>) => stored.entries.map(({ kind }) => kind);

describe('the settings in force', () => {
  test('while nothing is stored: the defaults in the mode of the deployment, revision 0', async () => {
    const world = memoryWorld({ options: { mode: 'approve' } });
    const found = await currentSettings(world);
    expect(found.settings).toEqual(settingsSchema.parse({ mode: 'approve' }));
    expect(etagOf(found)).toBe('"0"');
  });

  test('once something is stored the mode of the deployment no longer counts', async () => {
    const world = memoryWorld({ options: { mode: 'autofix' } });
    await changeSettings(world, { ...changed({}), settings: settingsSchema.parse({}) });
    expect((await currentSettings(world)).settings.mode).toBe('audit');
  });
});

describe('If-Match: nobody overwrites what he has not seen', () => {
  test('the revision that was seen, and `*`, are taken; each change is a revision', async () => {
    const world = memoryWorld();
    expect(etagOf(await changeSettings(world, changed({}, '"0"')))).toBe('"1"');
    expect(etagOf(await changeSettings(world, changed({ mode: 'audit' }, '"1"')))).toBe('"2"');
    expect(etagOf(await changeSettings(world, changed({}, '*')))).toBe('"3"');
  });

  test.each(['"0"', '"2"', '1', ''])('%s is not what is stored: refused, and nothing changes', async (ifMatch) => {
    const world = memoryWorld();
    await changeSettings(world, changed({}));
    await expect(changeSettings(world, changed({ mode: 'audit' }, ifMatch))).rejects.toMatchObject({
      code: 'settings-changed',
    });
    expect((await currentSettings(world)).settings.mode).toBe('autofix');
    expect(kinds(world)).toEqual(['settings.changed']);
  });

  test('two operators at once: one change stands, the other is told', async () => {
    const world = memoryWorld();
    const answers = await Promise.allSettled([
      changeSettings(world, changed({ mode: 'audit' }, '"0"')),
      changeSettings(world, changed({ mode: 'approve' }, '"0"')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(answers[1]).toMatchObject({ reason: { code: 'settings-changed' } });
  });
});

describe('each change is in the log', () => {
  test('it names who, what and the mode from now on', async () => {
    const world = memoryWorld();
    await changeSettings(world, changed({ profile: 'strict' }));
    expect(world.stored.entries).toMatchObject([
      { kind: 'settings.changed', mode: 'autofix', actor: { type: 'user', objectId: 'olga' } },
    ]);
    expect(world.stored.entries[0]?.message).toBe('Settings 1: profile changed, mode autofix.');
    await changeSettings(world, changed({ mode: 'audit', tagOptDown: true, profile: 'strict' }));
    await changeSettings(world, changed({ mode: 'audit', tagOptDown: true, profile: 'strict' }));
    expect(world.stored.entries.slice(1).map(({ message }) => message)).toEqual([
      'Settings 2: mode, tagOptDown changed, mode audit.',
      'Settings 3: nothing changed, mode audit.',
    ]);
  });

  test('an application may be the one', async () => {
    const world = memoryWorld();
    await changeSettings(world, { ...changed({}), personIsApp: true });
    expect(world.stored.entries[0]?.actor.type).toBe('app');
  });

  test('stop and resume are facts of their own; who stopped and when stays while the reason does', async () => {
    const world = memoryWorld();
    const first = await changeSettings(world, changed({ stopped: { reason: 'night' } }));
    expect(first).toMatchObject({ stoppedAt: '2026-03-01T12:00:00.000Z', stoppedBy: person });
    world.clock.advance(60);
    const other = {
      ...changed({ stopped: { reason: 'night' }, profile: 'strict' as const }),
      person: { objectId: 'x', name: 'X' },
    };
    expect(await changeSettings(world, other)).toMatchObject({ stoppedAt: first.stoppedAt, stoppedBy: person });
    const resumed = await changeSettings(world, changed({ stopped: null }));
    expect(resumed).toMatchObject({ stoppedAt: null, stoppedBy: null });
    expect(kinds(world)).toEqual([
      'settings.changed',
      'service.stopped',
      'settings.changed',
      'settings.changed',
      'service.resumed',
    ]);
  });

  test('another reason is another stop', async () => {
    const world = memoryWorld();
    await changeSettings(world, changed({ stopped: { reason: 'night' } }));
    await changeSettings(world, changed({ stopped: { reason: 'incident' } }));
    expect(kinds(world).filter((kind) => kind === 'service.stopped')).toHaveLength(2);
  });

  test('the log cannot be written after the change was stored: housekeeping logs it, once', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'audit.append', new StorageUnavailable('down'));
    await expect(changeSettings(failing, changed({ stopped: { reason: 'night' } }))).rejects.toThrow('down');
    expect(kinds(world)).toEqual([]);
    expect((await currentSettings(world)).settings.stopped).toEqual({ reason: 'night' });
    await housekeep(world);
    await housekeep(world);
    expect(kinds(world)).toEqual(['settings.changed', 'service.stopped']);
  });

  test('the log cannot be written, and another change comes before housekeeping: both are in the log', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'audit.append', new StorageUnavailable('down'), 3);
    await expect(changeSettings(failing, changed({ mode: 'audit' }))).rejects.toThrow('down');
    await expect(changeSettings(failing, changed({ stopped: { reason: 'night' } }))).rejects.toThrow('down');
    expect((await currentSettings(world)).settings.stopped).toEqual({ reason: 'night' });
    await changeSettings(failing, changed({ stopped: null }));
    expect(kinds(world)).toEqual([
      'settings.changed',
      'settings.changed',
      'service.stopped',
      'settings.changed',
      'service.resumed',
    ]);
  });

  test('while the log takes nothing, six facts wait; further changes are refused, and a stop is still taken', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'audit.append', new StorageUnavailable('down'));
    const modes = ['audit', 'approve'] as const;
    for (let nth = 0; nth < 6; nth += 1) {
      await expect(changeSettings(failing, changed({ mode: modes[nth % 2] ?? 'audit' }))).rejects.toThrow('down');
    }
    const before = await currentSettings(world);
    expect(before.facts).toHaveLength(6);
    const refused = changeSettings(failing, changed({ mode: 'autofix' }));
    await expect(refused).rejects.toThrow(/6 facts about settings wait for it already; only a stop is taken now/);
    await expect(refused).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await currentSettings(world)).toEqual(before);

    await expect(changeSettings(failing, changed({ stopped: { reason: 'night' } }))).rejects.toThrow('down');
    expect((await currentSettings(world)).settings.stopped).toEqual({ reason: 'night' });
    // Another reason is no further stop.
    await expect(changeSettings(failing, changed({ stopped: { reason: 'day' } }))).rejects.toThrow('only a stop');

    await changeSettings(world, changed({ stopped: null }));
    expect(kinds(world)).toEqual([
      ...Array<string>(7).fill('settings.changed'),
      ...['service.stopped', 'settings.changed', 'service.resumed'],
    ]);
  });

  test('the store cannot be written: nothing is in the log', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'settings.save', new StorageUnavailable('down'));
    await expect(changeSettings(failing, changed({}))).rejects.toThrow('down');
    expect(kinds(world)).toEqual([]);
  });
});

describe('the service stops itself', () => {
  test('as itself, and once: a stop that is there already is left as it is', async () => {
    const world = memoryWorld();
    await stopService(world, 'silence');
    await stopService(world, 'something else');
    expect((await currentSettings(world)).settings.stopped).toEqual({ reason: 'silence' });
    const { objectId } = await world.arm.identity();
    expect(world.stored.entries.find(({ kind }) => kind === 'service.stopped')?.actor).toEqual({
      type: 'service',
      name: 'Plumbline',
      objectId,
    });
    expect(kinds(world)).toEqual(['settings.changed', 'service.stopped']);
  });

  test('also while it does not know who it is', async () => {
    const world = memoryWorld();
    const nobody = { ...world, arm: { ...world.arm, identity: async () => ({ objectId: null, appId: null }) } };
    await stopService(nobody, 'silence');
    expect(world.stored.settings?.value.stoppedBy).toBeNull();
    expect(world.stored.entries[0]?.actor).toEqual({ type: 'service', name: 'Plumbline' });
  });

  test('also when an operator changes something at the same moment; what fails otherwise is told', async () => {
    const world = memoryWorld();
    await stopService(failingWorld(world, 'settings.save', new StaleVersion(), 1), 'silence');
    expect((await currentSettings(world)).settings.stopped).toEqual({ reason: 'silence' });
    const down = failingWorld(memoryWorld(), 'settings.save', new StorageUnavailable('down'), 1);
    await expect(stopService(down, 'silence')).rejects.toThrow('down');
  });
});
