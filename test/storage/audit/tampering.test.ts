/** Tampering with pointers and chain heads by somebody who can write the tables, and how appending handles it. */

import { BlobServiceClient } from '@azure/storage-blob';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, chainEntry, emptyHead, headAfter } from '../../../src/domain/audit/audit.ts';
import { headRow } from '../../../src/storage/audit/heads.ts';
import { entryKey, pointerKey, pointerRow } from '../../../src/storage/audit/rows.ts';
import { type Entity, entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { RecordConflict } from '../../../src/workflows/ports/audit.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, auditKeys, record, strangerKeys, time } from '../samples.ts';

const account = useAccount();
const PARTITION = 'audit';
const UNSOUND = 'a row of the audit log is not as it was signed';
const NOT_CONTINUED = 'a chain of the audit log is not continued';
let first: AuditEntry;

beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
  await BlobServiceClient.fromConnectionString(account.connectionString())
    .getContainerClient('plumbline-anchors')
    .deleteIfExists();
  const [entry] = await account.open().audit.append([record(app('one'), 'first')]);
  if (!entry) throw new Error('it was recorded');
  first = entry;
  account.faults();
});

const wanted = record(app('one'), 'wanted');
const stranger = (appended = wanted) => chainEntry(appended, emptyHead('00'), strangerKeys.signing);

describe('guarantee 14: a planted pointer suppresses nothing', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['rubbish', () => ({ id: wanted.id }), /holds no audit entry/],
    ['an entry signed with a strange key', () => stranger(), /key 'k9', which is not known/],
    ['a real entry under another id', () => first, /another id/],
    ['a real entry whose id was replaced', () => ({ ...first, id: wanted.id }), /does not match its hash/],
  ])('a record is logged although its pointer holds %s', async (_, content, why) => {
    await plant(pointerKey(wanted.id), content());
    const { audit } = account.open();
    expect(await audit.get(wanted.id)).toBeNull();
    expect(await audit.listBySubject(app('one').key)).toEqual([first]);
    const [entry] = await audit.append([wanted]);
    expect(entry).toMatchObject({ ...wanted, seq: 2 });
    expect(await audit.get(wanted.id)).toEqual(entry);
    expect(await account.open().audit.verify()).toMatchObject({ valid: true, entries: 2 });
    const faults = account.faults();
    expect(faults.map(({ message }) => message)).toEqual([UNSOUND, UNSOUND, UNSOUND]);
    expect(faults.map(({ fields }) => fields.row)).toEqual(faults.map(() => pointerKey(wanted.id)));
    expect(faults.map(({ fields }) => fields.fault)).toEqual(faults.map(() => expect.stringMatching(why)));
  });

  it('a record with a planted pointer is logged among other records, of which one is in the log already', async () => {
    const records = [record(app('one'), 'before'), wanted, record(app('one'), 'after')];
    await account.open().audit.append(records.slice(0, 1));
    await plant(pointerKey(wanted.id), stranger());
    const entries = await account.open().audit.append(records);
    expect(entries.map(({ seq, id }) => [seq, id])).toEqual(records.map(({ id }, n) => [n + 2, id]));
    expect((await account.open().audit.verify()).valid).toBe(true);
  });

  it('a record is logged although its planted pointer is overwritten at the same time', async () => {
    await plant(pointerKey(wanted.id), stranger());
    const { audit } = account.open();
    const [[entry]] = await Promise.all([
      audit.append([wanted]),
      plant(pointerKey(wanted.id), { ...stranger(), message: 'another' }),
    ]);
    expect(entry).toMatchObject({ id: wanted.id });
    // Verification shows which write came last.
    const { valid } = await audit.verify();
    expect(valid).toBe((await audit.get(wanted.id)) !== null);
  });

  it('another record of Plumbline under the same id is a conflict that fails no other append', async () => {
    const { audit } = account.open();
    await audit.append([wanted]);
    const appended = [
      audit.append([record(app('one'), 'beside 1')]),
      audit.append([{ ...wanted, kind: 'fix.failed' }, record(app('one'), 'behind it')]),
      audit.append([record(app('one'), 'beside 2')]),
    ];
    const [one, conflict, two] = await Promise.allSettled(appended);
    expect([one?.status, two?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(conflict).toMatchObject({ reason: expect.any(RecordConflict) });
    expect(await audit.listBySubject(app('one').key)).toHaveLength(4);
  });
});

describe('guarantee 14: a chain is continued only from its signed head', () => {
  const fresh = () => account.open().audit.append([wanted]);

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['edited', () => plant(`h-${first.chain}`, { chain: first.chain, seq: 0, hash: '', at: null }), /holds no head/],
    [
      'signed with a strange key',
      () => put(headRow({ ...headAfter(first), seq: 0, hash: '', at: null }, strangerKeys.signing)),
      /key 'k9'/,
    ],
    [
      'copied from another chain',
      async () => {
        const other = first.chain === '00' ? '01' : '00';
        await put({ ...headRow(emptyHead(other), auditKeys.signing), rowKey: `h-${first.chain}` });
      },
      /holds the head of chain 0[01]/,
    ],
    ['removed', () => remove(`h-${first.chain}`), /is not there/],
    [
      'dated far ahead',
      () => put(headRow({ ...headAfter(first), at: '9999-12-31T23:59:59.999Z' }, auditKeys.signing)),
      /dated 9999-12-31T23:59:59.999Z, .* ahead of this clock/,
    ],
  ])('append fails and names the row when the head was %s', async (_, tamper, why) => {
    await tamper();
    account.faults();
    const failure = await fresh().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StorageUnavailable);
    expect(String(failure)).toMatch(why);
    expect(String(failure)).toMatch(
      new RegExp(`chain ${first.chain} .* row audit/h-${first.chain} of table PlumblineAudit`),
    );
    expect(String(failure)).toContain('docs/audit-log.md#when-a-chain-is-not-continued');
    expect(account.faults()).toMatchObject([{ fields: { row: `h-${first.chain}` }, message: NOT_CONTINUED }]);
    expect(await account.open().audit.get(wanted.id)).toBeNull();
    const { valid, firstBad, reason } = await account.open().audit.verify();
    expect({ valid, firstBad }).toEqual({ valid: false, firstBad: { chain: first.chain, seq: 1, id: first.id } });
    expect(reason).toMatch(why);
  });

  it('append fails in a process that has seen a later head', async () => {
    const { audit } = account.open();
    await audit.append([wanted]);
    await put(headRow(headAfter(first), auditKeys.signing));
    await expect(audit.append([record(app('one'), 'more')])).rejects.toThrow(/ends with entry 1, and there were 2/);
  });

  it('verification reports a missing head of a chain without entries', async () => {
    const other = first.chain === '00' ? '01' : '00';
    await remove(`h-${other}`);
    const { valid, reason } = await account.open().audit.verify();
    expect({ valid, reason }).toEqual({
      valid: false,
      reason: `Row h-${other} of table PlumblineAudit, a head: it is not there.`,
    });
  });

  it('a log is created once when several processes append at the same time', async () => {
    await account.table('PlumblineAudit').deleteTable();
    const logs = Array.from({ length: 4 }, () => account.open().audit);
    await Promise.all(
      logs.flatMap((audit, n) => ['a', 'b', 'c'].map((name) => audit.append([record(app(name), `${n}`)]))),
    );
    expect(await logs[0]?.verify()).toMatchObject({ valid: true, entries: 12 });
  });

  it('an emptied log is not created again while anchors of it exist', async () => {
    const { audit } = account.open();
    expect((await audit.verifyAndAnchor(ACCOUNT_NOW)).anchor).not.toBeNull();
    await account.table('PlumblineAudit').deleteTable();
    await expect(fresh()).rejects.toThrow(/nothing of the log is there, but there are anchors of it/);
  });
});

describe('times of entries come from the clock of the writer', () => {
  const at = (seconds: number) => new Date(ACCOUNT_NOW.getTime() + seconds * 1000).toISOString();

  it('an entry may be at most five minutes ahead of the clock of the writer', async () => {
    const { audit } = account.open();
    await expect(audit.append([record(app('one'), 'ahead', { at: at(301) })])).rejects.toThrow(/ahead of this clock/);
    await expect(audit.append([record(app('one'), 'injected', { at: '9999-12-31T23:59:59.999Z' })])).rejects.toThrow(
      /ahead of this clock/,
    );
    const [late] = await audit.append([record(app('one'), 'late', { at: time(1) })]);
    expect(late).toMatchObject({ seq: 2, at: time(1) });
    const [skewed] = await audit.append([record(app('one'), 'skewed', { at: at(299) })]);
    expect(skewed).toMatchObject({ seq: 3, at: at(299) });
  });
});

describe('get and contains check the signed entry behind an id', () => {
  it('contains is false when the row holds another entry', async () => {
    const { audit } = account.open();
    expect(await audit.contains(first)).toBe(true);
    await plant(entryKey(first), { ...first, message: 'Nothing happened.' });
    expect(await audit.contains(first)).toBe(false);
    await remove(entryKey(first));
    expect(await audit.contains(first)).toBe(false);
    // A signed entry that was never logged, such as one from a fork.
    const forked = chainEntry(wanted, headAfter(first), auditKeys.signing);
    await put(pointerRow(forked));
    expect(await audit.contains(forked)).toBe(false);
  });
});

function table() {
  return openTable(account.table('PlumblineAudit'), () => undefined);
}

function put(entity: Entity): Promise<void> {
  return table().upsert(entity);
}

function plant(rowKey: string, content: unknown): Promise<void> {
  return put(entityOf({ partitionKey: PARTITION, rowKey }, content));
}

async function remove(rowKey: string): Promise<void> {
  await account.table('PlumblineAudit').deleteEntity(PARTITION, rowKey);
}
