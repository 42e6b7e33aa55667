import { BlobServiceClient } from '@azure/storage-blob';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, record, time } from '../samples.ts';

const account = useAccount();
const [first, second] = [11, 12].map((byte, n) => `k${n + 1}:${Buffer.alloc(32, byte).toString('base64')}`);
const HOUR = 3_600_000;

/** Three entries and an anchor under the first key, then three and an anchor under the second. */
beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
  await BlobServiceClient.fromConnectionString(account.connectionString())
    .getContainerClient('plumbline-anchors')
    .deleteIfExists();
  const before = logWith(`${first}`);
  expect((await append(before, 0)).map(({ keyId }) => keyId)).toEqual(['k1', 'k1', 'k1']);
  expect((await before.verifyAndAnchor(new Date(time(100)))).anchor).toMatchObject({ number: 1, keyId: 'k1' });
  const after = logWith(`${second},${first}`);
  expect((await append(after, 200)).map(({ keyId, seq }) => [keyId, seq])).toEqual([
    ['k2', 4],
    ['k2', 5],
    ['k2', 6],
  ]);
});

describe('a new signing key', () => {
  it('signs new entries, and entries of the old key still verify', async () => {
    const log = logWith(`${second},${first}`);
    expect(await log.verify()).toMatchObject({
      valid: true,
      entries: 6,
      publicKeys: [{ keyId: 'k2' }, { keyId: 'k1' }],
    });
    const { anchor } = await log.verifyAndAnchor(new Date(Date.parse(time(0)) + HOUR));
    expect(anchor).toMatchObject({ number: 2, keyId: 'k2' });
    expect((await log.verify()).valid).toBe(true);
  });

  it('does not replace the old key: without it, verification names the first entry of the old key and the key', async () => {
    expect(await logWith(`${second}`).verify()).toMatchObject({
      valid: false,
      firstBad: { seq: 1 },
      reason: expect.stringMatching(/^Anchor 1: it names the key 'k1'.* Entry 1 of chain .*: it names the key 'k1'/),
    });
  });

  it('must not be another seed under the name of the old key', async () => {
    const seed = Buffer.alloc(32, 99).toString('base64');
    expect(await logWith(`${second},k1:${seed}`).verify()).toMatchObject({
      valid: false,
      firstBad: { seq: 1 },
      reason: expect.stringMatching(/its signature does not match/),
    });
  });
});

function logWith(keys: string) {
  return openStorage({
    connection: { kind: 'connection-string', value: account.connectionString() },
    auditKeys: parseAuditKeys(keys),
    now: () => ACCOUNT_NOW,
  }).audit;
}

function append(log: ReturnType<typeof logWith>, from: number): Promise<AuditEntry[]> {
  return log.append([0, 1, 2].map((n) => record(app('one'), `${from} ${n}`, { at: time(from + n) })));
}
