/** Reading and replacing settings: a replacement needs the current revision, and each change is in the log. */

import { describe, expect, test } from 'vitest';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { ConflictError, StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { changeSettings, etagOf, loadSettings, stopService } from '../../../src/workflows/settings/change-settings.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const person = { objectId: 'olga', name: 'Olga' };
const settings = (differs: Partial<Settings> = {}) => ({ ...settingsSchema.parse({ mode: 'autofix' }), ...differs });
const changed = (differs: Partial<Settings>, ifMatch = '*') => {
  return { settings: settings(differs), ifMatch, actor: { ...person, type: 'user' as const } };
};
const kinds = ({ stored }: ReturnType<typeof fakeDeps>) => stored.entries.map(({ kind }) => kind);

describe('the settings in force', () => {
  test('without stored settings: the defaults in the mode of the deployment, revision 0', async () => {
    const deps = fakeDeps({ options: { mode: 'approve' } });
    const found = await loadSettings(deps);
    expect(found.settings).toEqual(settingsSchema.parse({ mode: 'approve' }));
    expect(etagOf(found)).toBe('"0"');
  });

  test('with stored settings the mode of the deployment does not count', async () => {
    const deps = fakeDeps({ options: { mode: 'autofix' } });
    await changeSettings(deps, { ...changed({}), settings: settingsSchema.parse({}) });
    expect((await loadSettings(deps)).settings.mode).toBe('audit');
  });
});

describe('If-Match with the revision', () => {
  test('the current revision and `*` are accepted, and each change is a new revision', async () => {
    const deps = fakeDeps();
    expect(etagOf(await changeSettings(deps, changed({}, '"0"')))).toBe('"1"');
    expect(etagOf(await changeSettings(deps, changed({ mode: 'audit' }, '"1"')))).toBe('"2"');
    expect(etagOf(await changeSettings(deps, changed({}, '*')))).toBe('"3"');
  });

  test.each(['"0"', '"2"', '1', ''])(
    '%s is not the current revision: refused, and nothing changes',
    async (ifMatch) => {
      const deps = fakeDeps();
      await changeSettings(deps, changed({}));
      await expect(changeSettings(deps, changed({ mode: 'audit' }, ifMatch))).rejects.toMatchObject({
        code: 'settings-changed',
      });
      expect((await loadSettings(deps)).settings.mode).toBe('autofix');
      expect(kinds(deps)).toEqual(['settings.changed']);
    },
  );

  test('of two operators at once one change is stored and the other is refused', async () => {
    const deps = fakeDeps();
    const answers = await Promise.allSettled([
      changeSettings(deps, changed({ mode: 'audit' }, '"0"')),
      changeSettings(deps, changed({ mode: 'approve' }, '"0"')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(answers[1]).toMatchObject({ reason: { code: 'settings-changed' } });
  });
});

describe('each change is in the log', () => {
  test('with the author, the changed members and the new mode', async () => {
    const deps = fakeDeps();
    await changeSettings(deps, changed({ profile: 'strict' }));
    expect(deps.stored.entries).toMatchObject([
      { kind: 'settings.changed', mode: 'autofix', actor: { type: 'user', objectId: 'olga' } },
    ]);
    expect(deps.stored.entries[0]?.message).toBe('Settings 1: profile changed, mode autofix.');
    await changeSettings(deps, changed({ mode: 'audit', tagOptDown: true, profile: 'strict' }));
    await changeSettings(deps, changed({ mode: 'audit', tagOptDown: true, profile: 'strict' }));
    expect(deps.stored.entries.slice(1).map(({ message }) => message)).toEqual([
      'Settings 2: mode, tagOptDown changed, mode audit.',
      'Settings 3: nothing changed, mode audit.',
    ]);
  });

  test('with an application as author', async () => {
    const deps = fakeDeps();
    await changeSettings(deps, { ...changed({}), actor: { ...person, type: 'app' } });
    expect(deps.stored.entries[0]?.actor.type).toBe('app');
  });

  test('stop and resume have their own records, and author and time of a stop stay until its reason changes', async () => {
    const deps = fakeDeps();
    const first = await changeSettings(deps, changed({ stopped: { reason: 'night' } }));
    expect(first).toMatchObject({ stoppedAt: '2026-03-01T12:00:00.000Z', stoppedBy: person });
    deps.clock.advance(60);
    const other = {
      ...changed({ stopped: { reason: 'night' }, profile: 'strict' as const }),
      actor: { objectId: 'x', name: 'X', type: 'user' as const },
    };
    expect(await changeSettings(deps, other)).toMatchObject({ stoppedAt: first.stoppedAt, stoppedBy: person });
    const resumed = await changeSettings(deps, changed({ stopped: null }));
    expect(resumed).toMatchObject({ stoppedAt: null, stoppedBy: null });
    expect(kinds(deps)).toEqual([
      'settings.changed',
      'service.stopped',
      'settings.changed',
      'settings.changed',
      'service.resumed',
    ]);
  });

  test('another reason is another stop', async () => {
    const deps = fakeDeps();
    await changeSettings(deps, changed({ stopped: { reason: 'night' } }));
    await changeSettings(deps, changed({ stopped: { reason: 'incident' } }));
    expect(kinds(deps).filter((kind) => kind === 'service.stopped')).toHaveLength(2);
  });

  test('when the log fails after the change was stored, housekeeping logs it once', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'audit.append', new StorageUnavailable('down'));
    await expect(changeSettings(failing, changed({ stopped: { reason: 'night' } }))).rejects.toThrow('down');
    expect(kinds(deps)).toEqual([]);
    expect((await loadSettings(deps)).settings.stopped).toEqual({ reason: 'night' });
    await runHousekeeping(deps);
    await runHousekeeping(deps);
    expect(kinds(deps)).toEqual(['settings.changed', 'service.stopped']);
  });

  test('when the log fails and another change comes before housekeeping, both are logged', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'audit.append', new StorageUnavailable('down'), 3);
    await expect(changeSettings(failing, changed({ mode: 'audit' }))).rejects.toThrow('down');
    await expect(changeSettings(failing, changed({ stopped: { reason: 'night' } }))).rejects.toThrow('down');
    expect((await loadSettings(deps)).settings.stopped).toEqual({ reason: 'night' });
    await changeSettings(failing, changed({ stopped: null }));
    expect(kinds(deps)).toEqual([
      'settings.changed',
      'settings.changed',
      'service.stopped',
      'settings.changed',
      'service.resumed',
    ]);
  });

  test('while the log fails, six records wait, further changes are refused, and a stop is still accepted', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'audit.append', new StorageUnavailable('down'));
    const modes = ['audit', 'approve'] as const;
    for (let nth = 0; nth < 6; nth += 1) {
      await expect(changeSettings(failing, changed({ mode: modes[nth % 2] ?? 'audit' }))).rejects.toThrow('down');
    }
    const before = await loadSettings(deps);
    expect(before.records).toHaveLength(6);
    const refused = changeSettings(failing, changed({ mode: 'autofix' }));
    await expect(refused).rejects.toThrow(/6 facts about settings wait for it already; only a stop is taken now/);
    await expect(refused).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await loadSettings(deps)).toEqual(before);

    await expect(changeSettings(failing, changed({ stopped: { reason: 'night' } }))).rejects.toThrow('down');
    expect((await loadSettings(deps)).settings.stopped).toEqual({ reason: 'night' });
    // Another reason is no further stop.
    await expect(changeSettings(failing, changed({ stopped: { reason: 'day' } }))).rejects.toThrow('only a stop');

    await changeSettings(deps, changed({ stopped: null }));
    expect(kinds(deps)).toEqual([
      ...Array<string>(7).fill('settings.changed'),
      ...['service.stopped', 'settings.changed', 'service.resumed'],
    ]);
  });

  test('when the store fails, nothing is logged', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'settings.save', new StorageUnavailable('down'));
    await expect(changeSettings(failing, changed({}))).rejects.toThrow('down');
    expect(kinds(deps)).toEqual([]);
  });
});

describe('the service stops itself', () => {
  test('as the service, and once: an existing stop is unchanged', async () => {
    const deps = fakeDeps();
    await stopService(deps, 'silence');
    await stopService(deps, 'something else');
    expect((await loadSettings(deps)).settings.stopped).toEqual({ reason: 'silence' });
    const { objectId } = await deps.arm.getIdentity();
    expect(deps.stored.entries.find(({ kind }) => kind === 'service.stopped')?.actor).toEqual({
      type: 'service',
      name: 'Plumbline',
      objectId,
    });
    expect(kinds(deps)).toEqual(['settings.changed', 'service.stopped']);
  });

  test('while its own identity is unknown', async () => {
    const deps = fakeDeps();
    const unidentified = { ...deps, arm: { ...deps.arm, getIdentity: async () => ({ objectId: null, appId: null }) } };
    await stopService(unidentified, 'silence');
    expect(deps.stored.settings?.value.stoppedBy).toBeNull();
    expect(deps.stored.entries[0]?.actor).toEqual({ type: 'service', name: 'Plumbline' });
  });

  test('when an operator changes settings at the same moment; another error is thrown', async () => {
    const deps = fakeDeps();
    await stopService(failingDeps(deps, 'settings.save', new ConflictError(), 1), 'silence');
    expect((await loadSettings(deps)).settings.stopped).toEqual({ reason: 'silence' });
    const down = failingDeps(fakeDeps(), 'settings.save', new StorageUnavailable('down'), 1);
    await expect(stopService(down, 'silence')).rejects.toThrow('down');
  });
});
