/**
 * Settings and exemptions are verified against the log: a row without an entry is named, one that is just being
 * written is not.
 */

import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { expireExemptions } from '../../../src/workflows/exemptions/expire-exemptions.ts';
import { createExemption, removeExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import { anchorAudit } from '../../../src/workflows/housekeeping/anchor-audit.ts';
import { verifyRecords } from '../../../src/workflows/housekeeping/verify-records.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { StoredSettings } from '../../../src/workflows/ports/settings.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { logLinesOf } from '../../fakes/scenarios/log-lines.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const by = { type: 'user', objectId: 'olga', name: 'Olga' } as const;
const TOMORROW = '2026-03-02T12:00:00.000Z';
const UNEXPLAINED = 'settings or exemptions are not what the audit log says';
let deps: FakeDeps;

beforeEach(() => {
  deps = fakeDeps();
});

const choose = (differs: Partial<Settings>, on: Deps = deps) =>
  changeSettings(on, {
    settings: { ...settingsSchema.parse({}), ...differs },
    ifMatch: '*',
    actor: { objectId: 'olga', name: 'Olga', type: 'user' },
  });
const exempt = (on: Deps = deps) =>
  createExemption(
    on,
    { scope: SHOP, rule: 'webapp-min-tls', owner: 'Team', reason: 'x', ticket: null, expires: TOMORROW },
    by,
  );
const explained = async () => expect(await verifyRecords(deps)).toMatchObject({ valid: true });

/** It is named, and logged. */
async function named(reason: RegExp): Promise<void> {
  const found = await verifyRecords(deps);
  expect(found).toMatchObject({ valid: false, reason: expect.stringMatching(reason) });
  expect(logLinesOf(deps).at(-1)).toMatchObject({ level: 'error', message: UNEXPLAINED });
}

test('ten rows without an entry are named, with the number of the others', async () => {
  for (let nth = 0; nth < 12; nth++) await exempt();
  await explained();
  deps.stored.entries.length = 0;
  const { reason = '' } = await verifyRecords(deps);
  expect([reason.match(/Exemption \S+: /g)?.length, reason.endsWith(' There are 2 more.')]).toEqual([10, true]);
});

describe('verified settings', () => {
  const row = async () => {
    const stored = await deps.settings.load();
    if (!stored) throw new Error('there are settings');
    return stored;
  };
  const put = async (differs: Partial<StoredSettings>) => {
    const { value, version } = await row();
    await deps.settings.save({ ...value, ...differs }, version);
  };

  it('are valid when nothing is stored and after stored changes', async () => {
    await explained();
    await choose({ mode: 'autofix' });
    await choose({ mode: 'autofix', stopped: { reason: 'night' } });
    await explained();
  });

  it('are named when they were changed in the table', async () => {
    await choose({ mode: 'audit', stopped: { reason: 'night' } });
    const { settings } = (await row()).value;
    for (const other of [
      { ...settings, mode: 'autofix' as const },
      { ...settings, stopped: null },
      { ...settings, limits: { ...settings.limits, fixesPerHour: 10_000 } },
      { ...settings, scopes: [{ scope: SHOP, approvers: [] }] },
    ]) {
      await put({ settings: other });
      await named(/number 1, are not those of entry/);
    }
    await put({ settings });
    await explained();
  });

  it('are named when an older version was restored, and valid again after the next change', async () => {
    await choose({ mode: 'autofix' });
    const older = (await row()).value;
    await choose({ mode: 'audit' });
    await choose({ mode: 'audit', profile: 'strict' });
    await put(older);
    await named(/number 1, but the log has a later change/);
    await put({ ...older, revision: 3 });
    await named(/number 3, are not those of entry/);
    await put({ ...older, revision: 4 });
    await named(/No entry of the log explains the stored settings, number 4/);
    await put(older);
    expect(await choose({ mode: 'approve' })).toMatchObject({ revision: 4 });
    await explained();
    expect(deps.stored.entries).toHaveLength(4);
  });

  it('leave no gap for an older version when somebody raised their revision', async () => {
    for (const mode of ['approve', 'autofix'] as const) await choose({ mode });
    const older = (await row()).value;
    await put({ revision: 9000 });
    await named(/No entry of the log explains the stored settings, number 9000/);
    expect((await choose({ mode: 'audit' })).revision).toBe(3);
    await explained();
    await put(older);
    await named(/number 2, but the log has a later change/);
  });

  it('are named when they were deleted', async () => {
    await choose({ mode: 'autofix' });
    deps = { ...deps, settings: { ...deps.settings, load: async () => null } };
    await named(/There are no stored settings, but the log has a later change/);
  });

  it('are named when they cannot be read, unless the storage does not answer', async () => {
    deps = {
      ...deps,
      settings: { ...deps.settings, load: () => Promise.reject(new Error('row settings/current has not the form')) },
    };
    await named(/row settings\/current has not the form/);
    await expect(verifyRecords(failingDeps(deps, 'settings.load', new StorageUnavailable('down')))).rejects.toThrow(
      'down',
    );
  });

  it('are valid while a signed record waits for the log', async () => {
    const failing = failingDeps(deps, 'audit.append', new StorageUnavailable('down'));
    await expect(choose({ mode: 'autofix' }, failing)).rejects.toThrow('down');
    const { records } = (await row()).value;
    await explained();
    await put({ records: records.map((record) => ({ ...record, message: 'x' })) });
    await named(/No entry of the log explains/);
  });

  it('keep their digest when a later version adds a default', async () => {
    const { approvals, ...others } = settingsSchema.parse({ mode: 'autofix' });
    const { separationOfDuties: _, ...fewer } = approvals;
    await choose({ mode: 'autofix' });
    await put({ settings: settingsSchema.parse({ ...others, approvals: fewer }) });
    await explained();
  });
});

describe('verified exemptions', () => {
  const row = async (id: string) => {
    const stored = await deps.exemptions.get(id);
    if (!stored) throw new Error('there is one');
    return stored;
  };
  const put = async (id: string, differs: Partial<Exemption>) => {
    const { value, version } = await row(id);
    await deps.exemptions.save({ ...value, ...differs }, version);
  };

  it('are valid when created, removed and ended', async () => {
    const { id } = await exempt();
    await exempt();
    await explained();
    await removeExemption(deps, id, by);
    await explained();
    deps.clock.advanceTo(new Date(Date.parse(TOMORROW) + 3_600_000));
    await explained();
    await expireExemptions(deps);
    expect(deps.stored.exemptions.size).toBe(0);
    await explained();
  });

  it('are named when they were never created', async () => {
    const { id } = await exempt();
    await deps.exemptions.save({ ...(await row(id)).value, id: 'x-planted' }, null);
    await named(/Exemption x-planted: no entry of the log explains it/);
  });

  it.each<[string, Partial<Exemption>]>([
    ['scope', { scope: SHOP.split('/providers')[0] ?? '' }],
    ['rule', { rule: 'webapp-https-only' }],
    ['end', { expires: '2027-01-01T00:00:00.000Z' }],
    ['owner', { owner: 'Nobody' }],
  ])('are named when they have another %s', async (_, differs) => {
    const { id } = await exempt();
    await put(id, differs);
    await named(/it is not as it was granted by entry/);
  });

  it('are named when they are restored after their removal or end', async () => {
    const { id } = await exempt();
    const before = (await row(id)).value;
    await removeExemption(deps, id, by);
    await put(id, before);
    await named(/it is over by entry .*, and in force by its row/);
    await put(id, { removedAt: '2026-03-01T12:00:00.000Z' });
    await explained();
  });

  it('are named when their row is deleted or marked as removed while they are in force', async () => {
    const { id } = await exempt();
    await put(id, { removedAt: '2026-03-01T12:00:00.000Z' });
    await named(/says that it was taken back, and no entry of the log does/);
    await deps.exemptions.remove(id);
    await named(/The row of an exemption is gone that is in force by entry/);
    deps.clock.advanceTo(new Date(TOMORROW));
    await explained();
  });

  it('are valid while signed records wait for the log', async () => {
    const failing = failingDeps(deps, 'audit.append', new StorageUnavailable('down'));
    await expect(exempt(failing)).rejects.toThrow('down');
    const [{ id, outbox } = { id: '', outbox: [] }] = (await deps.exemptions.list({ limit: 1, after: null })).items;
    await explained();
    await put(id, { outbox: outbox.map((record) => ({ ...record, rule: 'other' })) });
    await named(/no entry of the log explains it/);
  });
});

test('a change during the verification is no fault', async () => {
  await choose({ mode: 'autofix' });
  const before = await deps.settings.load();
  await choose({ mode: 'audit' });
  let loads = 0;
  const load: Deps['settings']['load'] = async () => (loads++ === 0 ? before : deps.settings.load());
  expect(await verifyRecords({ ...deps, settings: { ...deps.settings, load } })).toMatchObject({ valid: true });
  expect(loads).toBe(2);
});

test('the hourly verification reports it', async () => {
  const { id } = await exempt();
  await deps.exemptions.remove(id);
  await anchorAudit(deps);
  expect(logLinesOf(deps).slice(-2)).toMatchObject([
    { level: 'info', message: 'audit log anchored' },
    { level: 'error', message: UNEXPLAINED },
  ]);
});

test('a fault of the log itself is reported first', async () => {
  const { id } = await exempt();
  await deps.exemptions.remove(id);
  const whole = await deps.audit.verify();
  const verify: Deps['audit']['verify'] = async () => ({ ...whole, valid: false, reason: 'Entry 1 of chain 00: r.' });
  const { reason } = await verifyRecords({ ...deps, audit: { ...deps.audit, verify } });
  expect(reason).toMatch(/^Entry 1 of chain 00: r\. The row of an exemption is gone/);
});
