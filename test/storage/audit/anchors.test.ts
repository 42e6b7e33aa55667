import { BlobServiceClient } from '@azure/storage-blob';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Anchor, anchorFault, nextAnchor } from '../../../src/domain/audit/anchor.ts';
import { type AuditEntry, type AuditKeys, headAfter } from '../../../src/domain/audit/audit.ts';
import { openAnchoring } from '../../../src/storage/audit/anchoring.ts';
import { openAnchors } from '../../../src/storage/audit/anchors.ts';
import { headRow } from '../../../src/storage/audit/heads.ts';
import { entryKey } from '../../../src/storage/audit/rows.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { AuditLog } from '../../../src/workflows/ports/audit.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, auditKeys, record, strangerKeys, time } from '../samples.ts';

const account = useAccount();
const HOUR = 3_600_000;
const NOON = new Date(time(3600));
let audit: AuditLog;
let entries: AuditEntry[] = [];

/** Five entries on one chain and three on another, anchored. */
beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
  await container().deleteIfExists();
  audit = account.open().audit;
  entries = await append('one', 5);
  await append('three', 3);
  expect((await audit.verifyAndAnchor(NOON)).anchor).toMatchObject({ number: 1, entries: 8 });
});

describe('anchors', () => {
  it('each anchor names the anchor before it and the last entry of every chain, and is signed', async () => {
    const [fifth] = entries.slice(-1);
    const first = await audit.latestAnchor();
    expect(first?.chains[fifth?.chain ?? '']).toEqual({ seq: 5, hash: fifth?.hash, at: fifth?.at });
    const [sixth] = await append('one', 1, 100);
    const second = (await audit.verifyAndAnchor(hoursLater(1))).anchor;
    expect(second).toMatchObject({ number: 2, entries: 9, prevHash: first?.hash, wholeAt: first?.at });
    expect(second?.chains[sixth?.chain ?? '']).toMatchObject({ seq: 6, hash: sixth?.hash });
    if (!first || !second) throw new Error('there are two anchors');
    expect(anchorFault(first, null, auditKeys.all)).toBeNull();
    expect(anchorFault(second, first, auditKeys.all)).toBeNull();
    expect(anchorFault(second, first, strangerKeys.all)).toMatch(/key 'k2', which is not known/);
  });

  it('only one of two instances that anchor at the same time writes the next anchor', async () => {
    await append('one', 1, 100);
    const made = await Promise.all(
      [account.open(), account.open()].map((one) => one.audit.verifyAndAnchor(hoursLater(1))),
    );
    expect(made.filter(({ anchor }) => anchor !== null)).toHaveLength(1);
    expect(made.every(({ verification }) => verification.valid)).toBe(true);
    const before = await audit.latestAnchor();
    expect(await anchors().add({ ...anchorOf(before), at: time(0) })).toBe(false);
    expect(await audit.latestAnchor()).toEqual(before);
  });

  it('an anchor is written when there are new entries, and once a day after a check of the whole log', async () => {
    expect((await audit.verifyAndAnchor(hoursLater(1))).anchor).toBeNull();
    expect((await audit.verifyAndAnchor(hoursLater(24))).anchor).toMatchObject({
      number: 2,
      wholeAt: hoursLater(24).toISOString(),
    });
  });

  it('an anchor for new entries does not wait for a check of the whole log', async () => {
    await append('one', 1, 100);
    await edit(at(2));
    const { verification, anchor } = await audit.verifyAndAnchor(hoursLater(24));
    expect(verification).toMatchObject({ valid: false, complete: true, firstBad: { chain: at(2).chain, seq: 2 } });
    expect(anchor).toMatchObject({ number: 2, wholeAt: NOON.toISOString() });
  });

  it('no anchor is written when verification fails', async () => {
    await edit(at(5));
    const [sixth] = await append('one', 1, 100);
    const { verification, anchor } = await audit.verifyAndAnchor(hoursLater(1));
    expect(verification).toMatchObject({ valid: false, firstBad: { chain: sixth?.chain, seq: 5 } });
    expect(anchor).toBeNull();
  });

  it('no anchor is written for an empty log', async () => {
    await account.table('PlumblineAudit').deleteTable();
    await container().delete();
    expect(await account.open().audit.verifyAndAnchor(NOON)).toMatchObject({
      verification: { valid: true },
      anchor: null,
    });
  });
});

describe.each([
  ['of the whole log', 5000],
  ['from the anchor', 0],
])('guarantee 14: verification %s', (_, shortLog) => {
  const verify = () => openAnchoring({ table: table(), anchors: anchors(), keys: auditKeys, now, shortLog }).verify();

  it('passes when nothing was changed, with and without entries after the anchor', async () => {
    expect(await verify()).toMatchObject({ valid: true, complete: shortLog > 0, entries: 8, verifiedTo: time(40) });
    await append('one', 2, 100);
    await append('nine', 1, 120);
    expect(await verify()).toMatchObject({ valid: true, entries: 11, verifiedTo: time(120) });
  });

  it('reports a head that was rolled back together with its tail', async () => {
    await cutTo(3);
    const { valid, firstBad, reason } = await verify();
    expect({ valid, firstBad }).toEqual({ valid: false, firstBad: { chain: at(1).chain, seq: 4, id: null } });
    expect(reason).toMatch(/anchor 1 says that there were 5/);
  });

  it('reports a rolled-back head when the chain was continued to its old length', async () => {
    await cutTo(3);
    await append('one', 2, 200);
    expect(await verify()).toMatchObject({ valid: false, firstBad: { chain: at(1).chain, seq: expect.any(Number) } });
    await append('one', 2, 300);
    expect(await verify()).toMatchObject({ valid: false, firstBad: { chain: at(1).chain, seq: expect.any(Number) } });
  });

  it('reports a chain whose rows are all deleted', async () => {
    for (const entry of entries) await remove(entryKey(entry));
    await remove(`h-${at(1).chain}`);
    expect(await verify()).toMatchObject({ valid: false, firstBad: { chain: at(1).chain, seq: 1, id: null } });
  });

  it('reports an edited, deleted or cut-off entry after the anchor', async () => {
    const added = await append('one', 4, 100);
    const [sixth, seventh, , ninth] = added;
    if (!sixth || !seventh || !ninth) throw new Error('there are four');
    await edit(seventh);
    expect((await verify()).firstBad).toEqual({ chain: sixth.chain, seq: 7, id: seventh.id });
    await remove(entryKey(sixth));
    expect((await verify()).firstBad).toEqual({ chain: sixth.chain, seq: 6, id: null });
    await table().upsert(row(sixth));
    await table().upsert(row(seventh));
    expect((await verify()).valid).toBe(true);
    await remove(entryKey(ninth));
    expect((await verify()).firstBad).toEqual({ chain: sixth.chain, seq: 9, id: null });
  });

  it('reports a head that was rolled back while its tail remains', async () => {
    const [sixth] = await append('one', 1, 4000);
    await table().upsert(headRow(headAfter(at(5)), auditKeys.signing));
    expect(await verify()).toMatchObject({ valid: false, firstBad: { chain: sixth?.chain, seq: 6 } });
  });

  it('reports an anchored entry that was edited or deleted', async () => {
    await edit(at(5));
    expect((await verify()).firstBad).toMatchObject({ chain: at(5).chain, seq: 5 });
    await remove(entryKey(at(5)));
    expect((await verify()).firstBad).toMatchObject({ chain: at(5).chain, seq: 5, id: null });
  });

  it.each<[string, (anchor: Anchor) => Anchor, RegExp]>([
    ['edited', (anchor) => ({ ...anchor, chains: {} }), /Anchor 1: its content does not match its hash/],
    ['signed by a stranger', (anchor) => resigned(anchor, strangerKeys), /Anchor 1: it names the key 'k9'/],
    ['moved to another number', (anchor) => ({ ...anchor, number: 2 }), /holds no anchor/],
  ])('reports an anchor that was %s', async (_what, change, reason) => {
    await overwriteAnchor(1, change(anchorOf(await audit.latestAnchor())));
    expect(await verify()).toMatchObject({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('reports an anchor that was deleted', async () => {
    for (const hour of [1, 2]) {
      await append('one', 1, 100 * hour);
      await audit.verifyAndAnchor(hoursLater(hour));
    }
    await container().deleteBlob(blobOf(2));
    expect(await verify()).toMatchObject({ valid: false, reason: 'Anchor 3: anchor 2 is not there.' });
    await container().deleteBlob(blobOf(1));
    expect(await verify()).toMatchObject({ valid: false, reason: 'Anchor 3: anchor 2 is not there.' });
  });
});

describe('the cost of verification', () => {
  it('verification from the anchor does not cost more when the log below the anchor grows', async () => {
    await audit.append(
      Array.from({ length: 2500 }, (_, n) => record(app(`app-${n % 20}`), `${n}`, { at: time(100 + n) })),
    );
    const proof = openAnchoring({
      table: openTable(account.table('PlumblineAudit'), () => requests++),
      anchors: anchors(),
      keys: auditKeys,
      now,
      shortLog: 0,
    });
    let requests = 0;
    await proof.verifyAndAnchor(hoursLater(1));
    await append('one', 10, 10_000);
    requests = 0;
    expect(await proof.verify()).toMatchObject({ valid: true, complete: false, entries: 2518 });
    expect(requests).toBeLessThanOrEqual(1 + 2 + 8 + 10);
  });

  it('an entry older than the anchor is checked again within a day, not at each call', async () => {
    const proof = openAnchoring({ table: table(), anchors: anchors(), keys: auditKeys, now, shortLog: 0 });
    await edit(at(2));
    expect(await proof.verify()).toMatchObject({ valid: true, complete: false });
    expect((await proof.verifyAndAnchor(hoursLater(23))).verification).toMatchObject({ valid: true, complete: false });
    expect((await proof.verifyAndAnchor(hoursLater(24))).verification).toMatchObject({
      valid: false,
      complete: true,
      firstBad: { chain: at(2).chain, seq: 2, id: at(2).id },
    });
  });
});

function now(): Date {
  return ACCOUNT_NOW;
}

function hoursLater(hours: number): Date {
  return new Date(NOON.getTime() + hours * HOUR);
}

/** As another process would: no instance remembers a head. */
function append(name: string, count: number, from = 0): Promise<AuditEntry[]> {
  const records = Array.from({ length: count }, (_, n) =>
    record(app(name), `${name} ${from} ${n}`, { at: time(from + 10 * n) }),
  );
  return account.open().audit.append(records);
}

function at(seq: number): AuditEntry {
  const entry = entries[seq - 1];
  if (!entry) throw new Error(`there is no entry ${seq}`);
  return entry;
}

/** Deletes the end of the chain, and its head. */
async function cutTo(seq: number): Promise<void> {
  for (const entry of entries.slice(seq)) {
    await remove(entryKey(entry));
    await remove(`i-${entry.id}`);
  }
  await table().upsert(headRow(headAfter(at(seq)), auditKeys.signing));
}

async function edit(entry: AuditEntry): Promise<void> {
  await table().upsert(row({ ...entry, message: 'Nothing happened.' }));
}

function row(entry: AuditEntry) {
  const { id, type } = entry.resource ?? { id: '', type: '' };
  expect(type).not.toBe('');
  const columns = { ResourceKey: id.toLowerCase(), Rule: entry.rule, Kind: entry.kind };
  return entityOf({ partitionKey: 'audit', rowKey: entryKey(entry) }, entry, columns);
}

async function remove(rowKey: string): Promise<void> {
  await account.table('PlumblineAudit').deleteEntity('audit', rowKey);
}

function anchorOf(anchor: Anchor | null): Anchor {
  if (!anchor) throw new Error('there is an anchor');
  return anchor;
}

function resigned(anchor: Anchor, keys: AuditKeys): Anchor {
  const ends = Object.entries(anchor.chains).map(([chain, end]) => ({ chain, ...end }));
  return nextAnchor(null, ends, { at: anchor.at, whole: true }, keys.signing);
}

async function overwriteAnchor(number: number, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await container().getBlockBlobClient(blobOf(number)).upload(text, Buffer.byteLength(text));
}

function blobOf(number: number): string {
  return `anchor-${999_999_999 - number}.json`;
}

function table() {
  return openTable(account.table('PlumblineAudit'), () => undefined);
}

function anchors() {
  return openAnchors(container(), () => undefined);
}

function container() {
  return BlobServiceClient.fromConnectionString(account.connectionString()).getContainerClient('plumbline-anchors');
}
