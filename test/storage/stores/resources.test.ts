import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { takeLease } from '../../fakes/take-lease.ts';
import { useAccount } from '../azurite.ts';
import { app, event, finding, memory, sealedRecord, time } from '../samples.ts';

const account = useAccount();

const full = memory(app('one'), {
  evaluatedAt: time(1),
  fullyEvaluatedAt: null,
  trigger: { type: 'event', eventId: 'e1', changedBy: { objectId: 'o', type: 'app' } },
  documents: [{ name: 'config/web', status: 'failed', detail: 'busy' }],
  findings: Array.from({ length: 40 }, (_, n) => finding(app('one'), `rule-${n}`)),
  writers: [
    {
      ...{ objectId: 'o', name: 'Kim', type: 'user', at: time(1), since: time(0), source: 'event' },
      ...{ eventId: 'e1', correlationId: 'c1' },
    },
    { objectId: 'p', type: 'app', at: time(2), since: time(2), source: 'activity-log' },
  ],
  writersTruncatedAt: time(0),
  compliantAt: { 'rule-1': time(0) },
  unattributedSince: { 'rule-2': time(1) },
  beforeFix: { 'rule-1': { compliantAt: null, unattributed: true } },
  openApprovals: ['a1'],
  declined: { 'sha256:1': { status: 'rejected', at: time(0), until: null } },
  attempts: [
    {
      operationId: 'op',
      rule: { id: 'rule-1', version: 1 },
      purpose: 'fix',
      digest: 'sha256:1',
      changes: [],
      approvalId: null,
      number: 1,
      status: 'open',
      operationUrls: ['https://management.azure.com/operations/1'],
    },
  ],
});

describe('guarantee 3: the version of the row guards the resource state', () => {
  it('a saved state is loaded under any casing of the id', async () => {
    const { resources } = account.open();
    expect(await resources.loadState(app('one'))).toEqual({ state: null, version: null });
    const version = await resources.saveState(app('one'), full, null);
    expect(await resources.loadState(app('ONE'))).toEqual({ state: full, version });
  });

  it('a save under an old version and a second first save are conflicts', async () => {
    const { resources } = account.open();
    const first = await resources.saveState(app('two'), memory(app('two')), null);
    await expect(resources.saveState(app('two'), full, null)).rejects.toBeInstanceOf(ConflictError);
    await resources.saveState(app('two'), memory(app('two'), { gone: true }), first);
    await expect(resources.saveState(app('two'), full, first)).rejects.toBeInstanceOf(ConflictError);
    expect((await resources.loadState(app('two'))).state?.gone).toBe(true);
  });

  it('a load and a save cost one request each', async () => {
    const { resources } = account.open();
    account.requests();
    const version = await resources.saveState(app('three'), full, null);
    await resources.loadState(app('three'));
    await resources.saveState(app('three'), full, version);
    expect(account.requests()).toEqual({ table: 3, queue: 0, blob: 0 });
  });
});

describe('the rows of a resource', () => {
  const outcome = { outcome: 'evaluated' as const, auditIds: ['1'], reasons: [] };
  const conclude = (event: StoredEvent): StoredEvent => ({ ...event, ...outcome });

  it('are read with one request, without its history', async () => {
    const { resources, events } = account.open();
    const of = app('rows');
    expect(await resources.load(of)).toEqual({
      ...{ state: null, version: null, waiting: [] },
      lease: { held: false, version: null },
    });
    for (const [n, id] of ['b', 'a', 'c'].entries()) await events.store(event(id, of, time(n)));
    await events.conclude(of, ['b'], outcome);
    const version = await resources.saveState(of, full, null);
    account.requests();
    expect(await resources.load(app('ROWS'))).toMatchObject({
      ...{ state: full, version },
      waiting: [{ event: { id: 'a' } }, { event: { id: 'c' } }],
    });
    expect(account.requests()).toEqual({ table: 1, queue: 0, blob: 0 });
  });

  it('are written in several transactions when more events get an outcome than fit into one', async () => {
    const { resources, events } = account.open();
    const of = app('many');
    const ids = Array.from({ length: 70 }, (_, n) => `many-${n}`);
    await Promise.all(ids.map((id, n) => events.store(event(id, of, time(n)))));
    const { waiting, version } = await resources.load(of);
    const lease = await takeLease({ resources }, of);
    account.requests();
    await lease?.complete({ resourceState: memory(of), version, concluded: waiting.map(conclude) });
    // 33 events with three rows each are 99, and the state and the lease are two more.
    expect(account.requests().table).toBe(3);
    expect(await resources.load(of)).toMatchObject({ state: memory(of), waiting: [], lease: { held: false } });
    const recent = await events.listRecent(of, 100);
    expect(recent.map(({ outcome: given }) => given)).toEqual(ids.map(() => 'evaluated'));
    expect(await events.get(of, 'many-69')).toMatchObject(outcome);
  });

  it('are written together or not at all: neither when the state was saved meanwhile, nor when an event has its outcome', async () => {
    const { resources, events } = account.open();
    const of = app('together');
    for (const id of ['one', 'two']) await events.store(event(id, of));
    const { waiting, version } = await resources.load(of);
    const concluded = waiting.map(conclude);
    const lease = await takeLease({ resources }, of);
    await events.conclude(of, ['one'], { outcome: 'dead', auditIds: [], reasons: [] });
    await expect(lease?.complete({ resourceState: memory(of), version, concluded })).rejects.toThrow(ConflictError);
    expect(await resources.load(of)).toMatchObject({
      state: null,
      waiting: [{ outcome: null }],
      lease: { held: true },
    });

    const rest = concluded.filter(({ event: { id } }) => id === 'two');
    const saved = await resources.saveState(of, memory(of), null);
    await expect(lease?.complete({ resourceState: full, version: null, concluded: rest })).rejects.toThrow(
      ConflictError,
    );
    const next = await lease?.save(memory(of, { gone: true }), saved);
    await lease?.complete({ resourceState: full, version: next ?? null, concluded: rest });
    expect(await resources.load(of)).toMatchObject({ state: full, waiting: [], lease: { held: false } });
    expect((await events.findById('one'))?.outcome).toBe('dead');
  });

  it('have the state that an earlier version stored in a table of its own, until it is saved here', async () => {
    const { resources } = account.open();
    const of = app('older');
    const { listedAt: _, ...older } = memory(of, { openApprovals: ['a1'] });
    const row = entityOf({ partitionKey: hashOf(of.key), rowKey: 'state' }, older);
    await resources.loadState(of);
    await account.table('PlumblineResources').upsertEntity(row);
    const stored = { state: memory(of, { openApprovals: ['a1'] }), version: null };
    expect(await resources.loadState(of)).toEqual(stored);
    expect(await resources.load(of)).toMatchObject(stored);
    const version = await resources.saveState(of, memory(of), null);
    account.requests();
    expect(await resources.loadState(of)).toEqual({ state: memory(of), version });
    expect(account.requests().table).toBe(1);
  });
});

describe('guarantee 9: a row that cannot be read is an error, never an empty answer', () => {
  it('the error names the row of a resource state or of settings in an invalid form', async () => {
    const { resources, settings } = account.open();
    await settings.load();
    const row = { partitionKey: 'settings', rowKey: 'current' };
    await account.table('PlumblineSettings').upsertEntity(entityOf(row, { settings: { mode: 'yolo' } }));
    await expect(settings.load()).rejects.toThrow(/row settings\/current of table PlumblineSettings .*settings\.mode/);
    const strange = { partitionKey: hashOf(app('strange').key), rowKey: 'state' };
    expect((await resources.loadState(app('strange'))).state).toBeNull();
    await account
      .table('PlumblineEvents')
      .upsertEntity(entityOf(strange, { ...memory(app('strange')), evaluatedAt: 7 }));
    await expect(resources.loadState(app('strange'))).rejects.toThrow(/table PlumblineEvents .*evaluatedAt/);
    await account.table('PlumblineSettings').deleteTable();
  });

  it('of two first saves of the settings one is a conflict', async () => {
    const { settings } = account.open();
    expect(await settings.load()).toBeNull();
    const stored = {
      settings: settingsSchema.parse({ mode: 'autofix', stopped: { reason: 'Freeze.' } }),
      revision: 1,
      stoppedAt: time(0),
      stoppedBy: { objectId: 'o', name: 'Kim' },
      records: [sealedRecord(null, 'settings', { kind: 'settings.changed' })],
    };
    const version = await settings.save(stored, null);
    expect(await settings.load()).toEqual({ value: stored, version });
    const savers = [account.open().settings, account.open().settings];
    const answers = await Promise.allSettled(savers.map((one, n) => one.save({ ...stored, revision: 2 + n }, version)));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
