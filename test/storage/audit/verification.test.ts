import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  type AuditKeys,
  chainEntry,
  headAfter,
  publicKeyText,
} from '../../../src/domain/audit/audit.ts';
import { headRow } from '../../../src/storage/audit/heads.ts';
import { entryKey, entryRow, pointerRow } from '../../../src/storage/audit/rows.ts';
import { type Entity, entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { useAccount } from '../azurite.ts';
import { app, auditKeys, record, strangerKeys, time } from '../samples.ts';

const account = useAccount();
const PARTITION = 'audit';
let entries: AuditEntry[] = [];
let others: AuditEntry[] = [];

/** Five entries on the chain that is tampered with, and three on another. */
beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
  const { audit } = account.open();
  const records = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => record(app(name), `${name} ${n + 1}`, { at: time(10 * n) }));
  entries = await audit.append(records('one', 5));
  others = await audit.append(records('three', 3));
  expect(others[0]?.chain).not.toBe(entries[0]?.chain);
});

describe('guarantee 14: verification finds and names an entry that was tampered with', () => {
  it('a complete log is valid', async () => {
    expect(await account.open().audit.verify()).toEqual({
      valid: true,
      complete: true,
      entries: 8,
      verifiedTo: time(40),
      publicKeys: auditKeys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) })),
    });
  });

  it('an empty log is valid', async () => {
    await account.table('PlumblineAudit').deleteTable();
    expect(await account.open().audit.verify()).toMatchObject({ valid: true, entries: 0, verifiedTo: null });
  });

  it.each<[string, (entry: AuditEntry) => AuditEntry]>([
    ['message', (entry) => ({ ...entry, message: 'Nothing happened.' })],
    ['actor', (entry) => ({ ...entry, actor: { type: 'user', objectId: 'somebody', name: 'Somebody' } })],
    ['signature', (entry) => ({ ...entry, signature: signatureOf(5) })],
    ['key id', (entry) => ({ ...entry, keyId: 'k7' })],
    ['key id to another known key', (entry) => ({ ...entry, keyId: 'k1' })],
    ['hash', (entry) => ({ ...entry, hash: 'f'.repeat(64) })],
  ])('an edited %s is reported', async (_, edit) => {
    const third = at(3);
    await overwrite(entryKey(third), edit(third));
    expect(await account.open().audit.verify()).toMatchObject({
      valid: false,
      verifiedTo: time(10),
      firstBad: { chain: third.chain, seq: 3, id: third.id },
    });
  });

  it.each<[string, Partial<Entity>]>([
    ['shortened', { Json0: '{"id":"x"}' }],
    ['emptied', { Json0: '' }],
  ])('a row that was %s is reported', async (_, columns) => {
    await merge(entryKey(at(3)), columns);
    expect(await verified()).toEqual({ seq: 3, id: null, reason: expect.stringMatching(/holds no audit entry/) });
  });

  it('a field that was added to an entry is reported', async () => {
    await overwrite(entryKey(at(3)), { ...at(3), approvedBy: 'nobody' });
    expect(await verified()).toMatchObject({ seq: 3 });
  });

  it('an edited column that hides an entry from a filter is reported', async () => {
    await merge(entryKey(at(3)), { Rule: 'another-rule' });
    expect(await verified()).toMatchObject({ seq: 3, id: at(3).id, reason: expect.stringMatching(/column Rule/) });
  });

  it.each([
    ['the first', 1],
    ['one in the middle', 3],
    ['one before the last', 4],
  ])('a deleted entry is reported: %s', async (_, seq) => {
    await account.table('PlumblineAudit').deleteEntity(PARTITION, entryKey(at(seq)));
    expect(await verified()).toEqual({ seq, id: null, reason: expect.stringMatching(/is not there/) });
  });

  it('a cut tail is reported', async () => {
    for (const seq of [4, 5]) await account.table('PlumblineAudit').deleteEntity(PARTITION, entryKey(at(seq)));
    expect(await verified()).toEqual({ seq: 4, id: null, reason: expect.stringMatching(/the head says .* 5/) });
  });

  it('a chain of which only the head is left is reported', async () => {
    for (const entry of entries) await account.table('PlumblineAudit').deleteEntity(PARTITION, entryKey(entry));
    expect(await verified()).toMatchObject({ seq: 1, id: null });
  });

  it('a head that was rolled back or deleted while its tail remains is reported', async () => {
    const { chain, hash, at: when } = at(3);
    await table().upsert(headRow({ chain, seq: 3, hash, at: when }, auditKeys.signing));
    expect(await verified()).toMatchObject({ seq: 5, reason: expect.stringMatching(/the head says .* 3/) });
    await account.table('PlumblineAudit').deleteEntity(PARTITION, `h-${chain}`);
    expect(await verified()).toMatchObject({ seq: 5 });
  });

  it('a head that names another hash is reported', async () => {
    const { chain, at: when } = at(5);
    await table().upsert(headRow({ chain, seq: 5, hash: 'f'.repeat(64), at: when }, auditKeys.signing));
    expect(await verified()).toMatchObject({ seq: 5, reason: expect.stringMatching(/another hash/) });
  });

  it('two entries whose rows were exchanged are reported', async () => {
    await overwrite(entryKey(at(3)), at(4));
    await overwrite(entryKey(at(4)), at(3));
    expect(await verified()).toMatchObject({ seq: 3 });
  });

  it('two entries whose rows and sequence numbers were exchanged are reported', async () => {
    const [third, fourth] = [at(3), at(4)];
    for (const seq of [3, 4]) await account.table('PlumblineAudit').deleteEntity(PARTITION, entryKey(at(seq)));
    await table().upsert(entryRow({ ...fourth, seq: 3, at: third.at }));
    await table().upsert(entryRow({ ...third, seq: 4, at: fourth.at }));
    expect(await verified()).toMatchObject({ seq: 3, id: fourth.id });
  });

  it('an entry that was written a second time later in the chain is reported', async () => {
    await table().upsert(entryRow({ ...at(2), at: time(35) }));
    expect(await verified()).toMatchObject({
      seq: 2,
      id: at(2).id,
      reason: expect.stringMatching(/behind a later entry/),
    });
  });

  it.each<[string, AuditKeys]>([
    ['with a strange key under its own name', strangerKeys],
    [
      'with a strange key under the name of a known key',
      { ...strangerKeys, signing: { ...strangerKeys.signing, id: 'k2' } },
    ],
  ])('an inserted entry is reported: %s', async (_, keys) => {
    const before = at(3);
    const forged = chainEntry(record(app('one'), 'forged', { at: time(25) }), before, keys.signing);
    await table().upsert(entryRow(forged));
    expect(await verified()).toMatchObject({ seq: 4, id: forged.id });
  });

  it.each<[string, (hash: string) => string]>([
    ['another algorithm', (hash) => sign('sha256', Buffer.from(hash), ellipticKey).toString('base64')],
    ['the public key as a password', (hash) => createHmac('sha512', publicBytes()).update(hash).digest('base64')],
    ['nothing', () => ''],
  ])('an entry that was signed with %s is reported', async (_, signed) => {
    await overwrite(entryKey(at(3)), { ...at(3), signature: signed(at(3).hash) });
    expect(await verified()).toEqual({ seq: 3, id: at(3).id, reason: expect.stringMatching(/its signature/) });
  });

  it('a chain that was made with a strange key is reported', async () => {
    const forged = chainEntry(
      record(app('one'), 'forged'),
      { chain: '99', seq: 0, hash: '', at: null },
      strangerKeys.signing,
    );
    await table().upsert(entryRow(forged));
    expect((await account.open().audit.verify()).firstBad).toEqual({ chain: '99', seq: 1, id: forged.id });
  });

  it('the oldest bad entry of the first bad chain is named', async () => {
    for (const entry of [...entries, ...others].filter(({ seq }) => seq > 1)) {
      await overwrite(entryKey(entry), { ...entry, message: 'Nothing.' });
    }
    const first = [at(2), others[1]].map((entry) => entry?.chain ?? '').sort()[0];
    expect((await account.open().audit.verify()).firstBad).toMatchObject({ chain: first, seq: 2 });
  });

  it('entries signed with an older known key are valid', async () => {
    const older = { ...auditKeys, signing: auditKeys.all[1] ?? auditKeys.signing };
    const entry = chainEntry(record(app('one'), 'older', { at: time(60) }), at(5), older.signing);
    for (const row of [entryRow(entry), pointerRow(entry), headRow(headAfter(entry), older.signing)])
      await table().upsert(row);
    expect(entry.keyId).toBe('k1');
    expect(await account.open().audit.verify()).toMatchObject({ valid: true, entries: 9 });
  });

  it('entries that are appended during verification are not reported', async () => {
    const [writer, reader] = [account.open().audit, account.open().audit];
    const written = Array.from({ length: 60 }, (_, n) =>
      record(app(`app-${n % 5}`), `meanwhile ${n}`, { at: time(100 + n) }),
    );
    const writing = written.reduce<Promise<unknown>>(
      (before, one) => before.then(() => writer.append([one])),
      Promise.resolve(),
    );
    for (let n = 0; n < 10; n++) expect(await reader.verify()).toMatchObject({ valid: true });
    await writing;
    expect(await reader.verify()).toMatchObject({ valid: true, entries: 68 });
  });

  it('verification reads by pages: 1,500 entries take two reads, two of the pointers, and the heads', async () => {
    const { audit } = account.open();
    await audit.append(
      Array.from({ length: 1492 }, (_, n) => record(app(`app-${n % 20}`), `${n}`, { at: time(100 + n) })),
    );
    account.requests();
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 1500 });
    expect(account.requests().table).toBe(2 + 2 + 2);
  });
});

const { privateKey: ellipticKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function publicBytes(): Buffer {
  return Buffer.from(publicKeyText(auditKeys.signing), 'base64');
}

function table() {
  return openTable(account.table('PlumblineAudit'), () => undefined);
}

function at(seq: number): AuditEntry {
  const entry = entries[seq - 1];
  if (!entry) throw new Error(`there is no entry ${seq}`);
  return entry;
}

function signatureOf(seq: number): string {
  return at(seq).signature;
}

/** An edit by somebody with the key of the table: the content changes, row key and columns stay. */
async function overwrite(rowKey: string, value: unknown): Promise<void> {
  const row = (await table().get(PARTITION, rowKey)) ?? {};
  const columns = Object.fromEntries(
    Object.entries(row).flatMap(([name, column]) =>
      /^[A-Z]/.test(name) && !name.startsWith('Json') && typeof column === 'string' ? [[name, column]] : [],
    ),
  );
  await table().upsert(entityOf({ partitionKey: PARTITION, rowKey }, value, columns));
}

async function merge(rowKey: string, columns: Partial<Entity>): Promise<void> {
  await account.table('PlumblineAudit').updateEntity({ partitionKey: PARTITION, rowKey, ...columns }, 'Merge');
}

async function verified() {
  const { valid, firstBad, reason } = await account.open().audit.verify();
  expect(valid).toBe(false);
  expect(firstBad?.chain).toBe(at(1).chain);
  return { seq: firstBad?.seq, id: firstBad?.id, reason };
}
