/** Guarantee 14: the rows that make entries unique are verified with the log. */
import { BlobServiceClient } from '@azure/storage-blob';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, chainEntry, headAfter } from '../../../src/domain/audit/audit.ts';
import { openAnchoring } from '../../../src/storage/audit/anchoring.ts';
import { openAnchors } from '../../../src/storage/audit/anchors.ts';
import { headRow } from '../../../src/storage/audit/heads.ts';
import { entryKey, pointerKey, pointerRow } from '../../../src/storage/audit/rows.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, auditKeys, record, strangerKeys, time } from '../samples.ts';

const account = useAccount();
let entries: AuditEntry[] = [];

beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
  await container().deleteIfExists();
  const { audit } = account.open();
  await audit.append(records('before', 0));
  await audit.verifyAndAnchor(ACCOUNT_NOW);
  entries = await audit.append(records('behind', 100));
});

describe.each([
  ['of the whole log', 5000],
  ['from the anchor', 0],
])('verification of pointers, %s', (_, shortLog) => {
  const verify = () =>
    openAnchoring({
      table: table(),
      anchors: openAnchors(container(), () => 0),
      keys: auditKeys,
      now: () => ACCOUNT_NOW,
      shortLog,
    }).verify();
  const bad = ({ chain, seq, id }: AuditEntry) => ({ chain, seq, id });

  it('passes when nothing was changed', async () => {
    expect(await verify()).toMatchObject({ valid: true, complete: shortLog > 0, entries: 12 });
  });

  it('reports an entry without its pointer', async () => {
    await account.table('PlumblineAudit').deleteEntity('audit', pointerKey(at(3).id));
    expect(await verify()).toMatchObject({
      valid: false,
      firstBad: bad(at(3)),
      reason: `Entry ${at(3).seq} of chain ${at(3).chain}: its pointer, row i-${at(3).id}, is not there.`,
    });
  });

  it('reports a pointer that was edited or signed with a strange key', async () => {
    for (const content of [
      { id: at(3).id },
      { ...at(3), message: 'Nothing happened.' },
      { ...at(3), signature: at(2).signature },
      chainEntry(record(app('one'), 'x', { id: at(3).id }), headAfter(at(2)), strangerKeys.signing),
    ]) {
      await plant(pointerKey(at(3).id), content);
      const { valid, reason } = await verify();
      expect(valid).toBe(false);
      expect(reason).toMatch(new RegExp(`^Row i-${at(3).id} of table PlumblineAudit: its? `));
    }
  });

  it('reports a pointer that holds another entry than the log', async () => {
    const forked = chainEntry(record(app('one'), 'fork', { id: at(3).id }), headAfter(at(2)), auditKeys.signing);
    await table().upsert(pointerRow(forked));
    expect(await verify()).toMatchObject({
      valid: false,
      firstBad: bad(at(3)),
      reason: expect.stringMatching(/another entry/),
    });
  });
});

describe('verification of the whole log', () => {
  const verify = () => account.open().audit.verify();

  it.each<[string, () => unknown, RegExp]>([
    ['that holds nothing', () => ({}), /holds no audit entry/],
    ['with a real entry of another id', () => at(2), /has another id/],
    ['signed with a strange key', () => chainEntry(planted, headAfter(at(2)), strangerKeys.signing), /key 'k9'/],
  ])('reports a pointer without entry %s', async (_, content, why) => {
    await plant(pointerKey(planted.id), content());
    expect(await verify()).toMatchObject({ valid: false, reason: expect.stringMatching(why) });
    expect((await verify()).reason).toMatch(new RegExp(`^Row i-${planted.id} `));
  });

  it('reports a pointer to an entry that was never logged, below and above the end of the chain', async () => {
    for (const before of [headAfter(at(2)), headAfter(at(6)), { ...headAfter(at(6)), seq: 100 }]) {
      const entry = chainEntry(planted, before, auditKeys.signing);
      await table().upsert(pointerRow(entry));
      expect(await verify()).toMatchObject({
        valid: false,
        firstBad: { chain: entry.chain, seq: entry.seq, id: entry.id },
        reason: expect.stringMatching(/^Row i-.* the entry that it holds, number .*, is not in the log\.$/),
      });
    }
  });

  it('reports a tail that was cut while its pointers remain, without any anchor', async () => {
    await container().delete();
    const { audit } = account.open();
    const last = at(6);
    await account.table('PlumblineAudit').deleteEntity('audit', entryKey(last));
    await table().upsert(headRow(headAfter(at(5)), auditKeys.signing));
    expect(await audit.verify()).toMatchObject({ valid: false, firstBad: { seq: last.seq, id: last.id } });
  });

  it('reports nothing for entries appended meanwhile, and accepts a pointer that replaced a planted one', async () => {
    const [writer, reader] = [account.open().audit, account.open().audit];
    let writing = true;
    const work = (async () => {
      for (let n = 0; n < 40; n++) await writer.append([record(app(`app-${n % 3}`), `meanwhile ${n}`)]);
      writing = false;
    })();
    while (writing) expect(await reader.verify()).toMatchObject({ valid: true });
    await work;
    expect(await reader.verify()).toMatchObject({ valid: true, entries: 52 });
  });
});

const planted = record(app('one'), 'planted');

/** Six entries on one chain. */
function records(name: string, from: number) {
  return Array.from({ length: 6 }, (_, n) => record(app('one'), `${name} ${n}`, { at: time(from + n) }));
}

function at(n: number): AuditEntry {
  const entry = entries[n - 1];
  if (!entry) throw new Error(`there is no entry ${n}`);
  return entry;
}

function table() {
  return openTable(account.table('PlumblineAudit'), () => undefined);
}

function container() {
  return BlobServiceClient.fromConnectionString(account.connectionString()).getContainerClient('plumbline-anchors');
}

function plant(rowKey: string, content: unknown): Promise<void> {
  return table().upsert(entityOf({ partitionKey: 'audit', rowKey }, content));
}
