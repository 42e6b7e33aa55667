/** The verification of a period between two anchors, and the anchors of a time. */
import { BlobServiceClient } from '@azure/storage-blob';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/domain/audit/audit.ts';
import { openAnchors } from '../../../src/storage/audit/anchors.ts';
import { openPeriods } from '../../../src/storage/audit/period.ts';
import { entryKey, entryRow } from '../../../src/storage/audit/rows.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { PeriodTooLong } from '../../../src/workflows/ports/audit.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, auditKeys, record, time } from '../samples.ts';

const account = useAccount();
const entries: AuditEntry[] = [];
const BETWEEN = { from: time(250), to: time(450) };

/** Six times two entries on two chains, each hundred seconds; an anchor behind each two. */
beforeAll(async () => {
  const { audit } = account.open();
  for (let round = 0; round < 6; round++) {
    const records = ['one', 'three'].map((name, n) =>
      record(app(name), `${name} ${round}`, { at: time(100 * round + n) }),
    );
    entries.push(...(await audit.append(records)));
    await audit.verifyAndAnchor(new Date(time(100 * round + 50)));
  }
});

/** Each test finds the log whole. */
beforeEach(async () => {
  for (const entry of entries) await account.table('PlumblineAudit').upsertEntity(entryRow(entry), 'Replace');
});

describe('guarantee 14: the verification of a period', () => {
  const verify = (period = BETWEEN) => account.open().audit.verifyPeriod(period);

  it('is valid from the anchor before it to the anchor after it', async () => {
    expect(await verify()).toMatchObject({
      valid: true,
      complete: false,
      entries: 4,
      verifiedFrom: time(250),
      verifiedTo: time(401),
    });
    expect(await account.open().audit.verifyPeriod({})).toMatchObject({ valid: true, entries: 12, verifiedFrom: null });
    expect(await account.open().audit.verifyPeriod({ to: time(120) })).toMatchObject({ valid: true, entries: 4 });
    expect(await account.open().audit.verifyPeriod({ from: time(480) })).toMatchObject({ valid: true, entries: 2 });
  });

  it.each<[string, number, RegExp]>([
    ['the first entry', 4, /Entry 3 of chain \d+: .*not there/],
    ['an entry in the middle', 6, /Entry 4 of chain \d+: .*not there/],
    ['the entry that the anchor behind it names', 9, /Entry 5 of chain \d+: it is not there, but anchor 5 says/],
  ])('names %s when it was removed', async (_, n, reason) => {
    await account.table('PlumblineAudit').deleteEntity('audit', entryKey(entryAt(n)));
    expect(await verify()).toMatchObject({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('names an entry that was edited in the period, and finds nothing of one before it', async () => {
    const edit = (n: number) =>
      account
        .table('PlumblineAudit')
        .upsertEntity(entryRow({ ...entryAt(n), message: 'Nothing happened.' }), 'Replace');
    await edit(0);
    expect(await verify()).toMatchObject({ valid: true });
    await edit(6);
    const { chain, seq, id } = entryAt(6);
    expect(await verify()).toMatchObject({ valid: false, firstBad: { chain, seq, id } });
  });

  it('reads a few anchors, and the rows from the anchor behind it to the one before it', async () => {
    account.requests();
    await verify();
    const { table, blob } = account.requests();
    // Heads, one page of rows, and the entries that the first anchor names.
    expect(table).toBeLessThanOrEqual(4);
    expect(blob).toBeLessThanOrEqual(12);
  });

  it('is refused with the longest end when it has too many entries', async () => {
    const open = (maxPeriod: number) =>
      openPeriods({
        table: openTable(account.table('PlumblineAudit'), () => undefined),
        anchors: openAnchors(container(), () => undefined),
        keys: auditKeys,
        now: () => ACCOUNT_NOW,
        maxPeriod,
      });
    const tooLong = (maxPeriod: number) =>
      open(maxPeriod)
        .verifyPeriod(BETWEEN)
        .then(null, (error: unknown) => error);
    const longest = await tooLong(3);
    expect(longest).toBeInstanceOf(PeriodTooLong);
    expect(longest).toMatchObject({ longestTo: time(350) });
    expect(await open(3).verifyPeriod({ ...BETWEEN, to: time(350) })).toMatchObject({ valid: true, entries: 2 });
    expect(await tooLong(1)).toMatchObject({ longestTo: null });
  });

  it('names an anchor that is missing', async () => {
    const blob = container().getBlockBlobClient('anchor-999999997.json');
    const content = await blob.downloadToBuffer();
    await blob.delete();
    expect(await verify()).toMatchObject({ valid: true });
    expect(await account.open().audit.readAnchors(1, 3)).toMatchObject([{ number: 1 }, null, { number: 3 }]);
    await blob.upload(content, content.length);
  });

  it('has a fact that was recorded late, with the time of the period', async () => {
    const { audit } = account.open();
    const [late] = await audit.append([record(app('five'), 'late', { at: time(300) })]);
    expect(late?.at).toBe(time(300));
    expect(await verify()).toMatchObject({ valid: true, entries: 7 });
    await audit.verifyAndAnchor(new Date(time(700)));
    expect(await verify()).toMatchObject({ valid: true, entries: 7 });
    if (late) await account.table('PlumblineAudit').upsertEntity(entryRow({ ...late, message: 'Nothing.' }), 'Replace');
    expect(await verify()).toMatchObject({ valid: false, firstBad: { chain: late?.chain } });
  });

  it('finds the anchor of a time', async () => {
    const { audit } = account.open();
    expect(await Promise.all([time(49), time(50), time(449), time(450)].map((at) => audit.findAnchor(at)))).toEqual([
      0, 1, 4, 5,
    ]);
    expect(await audit.findAnchor()).toBe((await audit.latestAnchor())?.number);
  });
});

function entryAt(n: number): AuditEntry {
  const entry = entries[n];
  if (!entry) throw new Error(`there is no entry ${n}`);
  return entry;
}

function container() {
  return BlobServiceClient.fromConnectionString(account.connectionString()).getContainerClient('plumbline-anchors');
}
