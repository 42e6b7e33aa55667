import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../src/domain/settings.ts';
import { entityOf } from '../../src/storage/entity.ts';
import { hashOf } from '../../src/storage/keys.ts';
import { StaleVersion } from '../../src/workflows/ports.ts';
import { useAccount } from './azurite.ts';
import { app, finding, memory, sealedFact, time } from './samples.ts';

const account = useAccount();

describe('promise 3: the fence guards what is remembered of a resource', () => {
  const full = memory(app('one'), {
    evaluatedAt: time(1),
    completeAt: null,
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
    writersCut: time(0),
    heldAt: { 'rule-1': time(0) },
    unexplained: { 'rule-2': time(1) },
    beforeFix: { 'rule-1': { heldAt: null, unexplained: true } },
    openApprovals: ['a1'],
    declined: { 'sha256:1': { status: 'rejected', at: time(0), until: null } },
    operations: [
      {
        operationId: 'op',
        startedAt: time(0),
        trigger: { type: 'sweep' },
        entries: [
          {
            rule: 'rule-1',
            ruleVersion: 1,
            purpose: 'fix',
            digest: 'sha256:1',
            changes: [],
            approvalId: null,
            attempts: 1,
            state: 'open',
          },
        ],
        waitingFor: ['https://management.azure.com/operations/1'],
      },
    ],
  });

  it('gives back what was saved, under any casing of the id', async () => {
    const { memories } = account.open();
    expect(await memories.load(app('one'))).toBeNull();
    const version = await memories.save(app('one'), full, null);
    expect(await memories.load(app('ONE'))).toEqual({ value: full, version });
  });

  it('refuses a save under an old version, and a second first save', async () => {
    const { memories } = account.open();
    const first = await memories.save(app('two'), memory(app('two')), null);
    await expect(memories.save(app('two'), full, null)).rejects.toBeInstanceOf(StaleVersion);
    await memories.save(app('two'), memory(app('two'), { gone: true }), first);
    await expect(memories.save(app('two'), full, first)).rejects.toBeInstanceOf(StaleVersion);
    expect((await memories.load(app('two')))?.value.gone).toBe(true);
  });

  it('costs one request to load and one to save', async () => {
    const { memories } = account.open();
    account.requests();
    const version = await memories.save(app('three'), full, null);
    await memories.load(app('three'));
    await memories.save(app('three'), full, version);
    expect(account.requests()).toEqual({ table: 3, queue: 0, blob: 0 });
  });
});

describe('promise 9: what cannot be read is an error, never an empty answer', () => {
  it('names the row of a memory or of settings that have a strange form', async () => {
    const { memories, settings } = account.open();
    await settings.load();
    const row = { partitionKey: 'settings', rowKey: 'current' };
    await account.table('PlumblineSettings').upsertEntity(entityOf(row, { settings: { mode: 'yolo' } }));
    await expect(settings.load()).rejects.toThrow(/row settings\/current of table PlumblineSettings .*settings\.mode/);
    const strange = { partitionKey: hashOf(app('strange').key), rowKey: 'state' };
    expect(await memories.load(app('strange'))).toBeNull();
    await account
      .table('PlumblineResources')
      .upsertEntity(entityOf(strange, { ...memory(app('strange')), evaluatedAt: 7 }));
    await expect(memories.load(app('strange'))).rejects.toThrow(/table PlumblineResources .*evaluatedAt/);
    await account.table('PlumblineSettings').deleteTable();
  });

  it('keeps one settings document, of which the first of two savers wins', async () => {
    const { settings } = account.open();
    expect(await settings.load()).toBeNull();
    const stored = {
      settings: settingsSchema.parse({ mode: 'autofix', stopped: { reason: 'Freeze.' } }),
      revision: 1,
      stoppedAt: time(0),
      stoppedBy: { objectId: 'o', name: 'Kim' },
      facts: [sealedFact(null, 'settings', { kind: 'settings.changed' })],
    };
    const version = await settings.save(stored, null);
    expect(await settings.load()).toEqual({ value: stored, version });
    const savers = [account.open().settings, account.open().settings];
    const answers = await Promise.allSettled(savers.map((one, n) => one.save({ ...stored, revision: 2 + n }, version)));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
