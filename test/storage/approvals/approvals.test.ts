import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { headOf } from '../../../src/domain/approvals/approval-list.ts';
import { indexKeys, indexPrefix } from '../../../src/storage/approvals/index-rows.ts';
import { TABLES } from '../../../src/storage/names.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { ApprovalQuery, Approvals, ListedApproval } from '../../../src/workflows/ports/approvals.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, approval, SUBSCRIPTION, sealedRecord, time } from '../samples.ts';

const account = useAccount();

describe('guarantee 8: a decision is stored once', () => {
  it('of two saves at the same moment one succeeds and one is a conflict', async () => {
    const writers = [account.open().approvals, account.open().approvals];
    await writers[0]?.save(approval('a-race', app('race')), null);
    const reads = await Promise.all(writers.map((approvals) => approvals.get('a-race')));
    const answers = await Promise.allSettled(
      writers.map(async (approvals, n) => {
        const read = reads[n];
        if (!read) throw new Error('it was saved before');
        const by = { objectId: `person-${n}`, name: `Person ${n}` };
        const decision = { by, at: time(n), comment: null, decision: 'approve' as const, changerUnknown: false };
        return approvals.save({ ...read.value, status: 'approved', decision }, read.version);
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const won = answers.findIndex(({ status }) => status === 'fulfilled');
    const [lost] = answers.filter((answer) => answer.status === 'rejected');
    expect(lost?.reason).toBeInstanceOf(ConflictError);
    expect(await writers[1]?.get('a-race')).toMatchObject({
      value: { decision: { by: { objectId: `person-${won}` } } },
    });
  });

  it('an approval id cannot be created twice', async () => {
    const { approvals } = account.open();
    await approvals.save(approval('a-twice', app('one')), null);
    await expect(approvals.save(approval('a-twice', app('one')), null)).rejects.toBeInstanceOf(ConflictError);
  });

  it('get returns approvals only, not other rows of the table', async () => {
    const { approvals } = account.open();
    await approvals.claimId('entry-0', 'a-claimed');
    expect(await approvals.claimId('entry-0', 'a-other')).toBe('a-claimed');
    expect(await approvals.get('k-entry-0')).toBeNull();
  });

  it('get refuses a row that belongs to another approval, and a claim without an approval id', async () => {
    const { approvals } = account.open();
    for (const id of ['a-own', 'a-foreign']) await approvals.save(approval(id, app('one')), null);
    await approvals.claimId('entry-own', 'a-own');
    const table = account.table(TABLES.approvals);
    const copy = async (from: string, to: string) =>
      table.upsertEntity(
        { ...(await table.getEntity('approval', from)), partitionKey: 'approval', rowKey: to },
        'Replace',
      );
    await copy('a-foreign', 'a-own');
    await expect(approvals.get('a-own')).rejects.toThrow(/row approval\/a-own .* belongs to row a-foreign/);
    await table.upsertEntity({ partitionKey: 'approval', rowKey: 'k-entry-own', Json0: '"k-entry-own"' }, 'Replace');
    await expect(approvals.claimId('entry-own', 'a-new')).rejects.toThrow(/row approval\/k-entry-own .* expected form/);
  });

  it('a save returns the version for the next save', async () => {
    const { approvals } = account.open();
    const first = await approvals.save(approval('a-again', app('one')), null);
    const second = await approvals.save(approval('a-again', app('one'), { status: 'rejected' }), first);
    expect(await approvals.get('a-again')).toEqual({
      value: approval('a-again', app('one'), { status: 'rejected' }),
      version: second,
    });
    await expect(approvals.save(approval('a-again', app('one')), first)).rejects.toBeInstanceOf(ConflictError);
  });
});

describe('the list of approvals', () => {
  it('new ids sort newest first and fit into a URL', () => {
    const { approvals } = account.open();
    const ids = [3, 2, 1, 0].map((seconds) => approvals.newId(new Date(time(seconds))));
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{22}$/);
    const sameMoment = Array.from({ length: 100 }, () => approvals.newId(new Date(time(0))));
    expect(new Set(sameMoment).size).toBe(100);
  });

  it('an entry id is claimed for one approval id, however many callers claim it, and claims are not listed', async () => {
    const [one, other] = [account.open().approvals, account.open().approvals];
    const given = await Promise.all([one.claimId('entry-0', 'a-first'), other.claimId('entry-0', 'a-second')]);
    expect(new Set(given).size).toBe(1);
    expect(await other.claimId('entry-0', 'a-third')).toBe(given[0]);
    expect(await one.claimId('entry-1', 'a-fourth')).toBe('a-fourth');
    expect((await one.list({}, { limit: 200, after: null })).items.filter(({ id }) => given.includes(id))).toEqual([]);
  });

  it('get returns null for an unknown id', async () => {
    const { approvals } = account.open();
    for (const id of ['unknown', '', 'a/b', '%', 'x'.repeat(2000)]) expect(await approvals.get(id)).toBeNull();
  });

  it('the filtered list is newest first and has each approval once', async () => {
    const { approvals } = account.open();
    const made: Approval[] = [];
    for (let n = 0; n < 30; n++) {
      const of = app(n % 3 === 0 ? 'shop' : `other-${n}`, n % 2 === 0 ? 'List-A' : 'List-B');
      made.unshift(
        approval(approvals.newId(new Date(time(n))), of, {
          status: n % 5 === 0 ? 'rejected' : 'pending',
          requestedAt: time(n),
        }),
      );
    }
    for (const one of made) await approvals.save(one, null);
    const listed = (query: ApprovalQuery) => all(approvals, query, 4);
    const inA = `${SUBSCRIPTION}/resourcegroups/list-a`;
    expect(await listed({ resource: [inA] })).toEqual(made.filter(({ resource }) => resource.id.includes('List-A')));
    expect(await listed({ resource: [inA], status: ['rejected'] })).toEqual(
      made.filter(({ resource, status }) => resource.id.includes('List-A') && status === 'rejected'),
    );
    expect(await listed({ resource: [app('shop', 'List-B').id] })).toEqual(
      made.filter(({ resource }) => resource.id === app('shop', 'List-B').id),
    );
    expect(await listed({ rule: ['webapp-http2'] })).toEqual([]);
  });

  it('an approval is listed under its current status only', async () => {
    const { approvals } = account.open();
    const one = approval('a-moves', app('moves', 'Moves'));
    const { id } = one.resource;
    const statuses = ['pending', 'approved', 'blocked', 'applied'] as const;
    let version: string | null = null;
    for (const status of statuses) {
      version = await approvals.save({ ...one, status }, version);
      // A second save, as when only the audit ids change.
      version = await approvals.save({ ...one, status, auditIds: ['entry'] }, version);
      for (const asked of statuses) {
        for (const query of [
          {},
          { rule: [one.rule.id] },
          { resource: [id] },
          { resource: [id.split('/providers')[0] ?? ''] },
        ]) {
          const found = (await all(approvals, { ...query, status: [asked] }, 50)).filter(
            (other) => other.id === one.id,
          );
          expect(found, `${asked} ${JSON.stringify(query)}`).toEqual(
            asked === status ? [{ ...one, status, auditIds: ['entry'] }] : [],
          );
        }
      }
    }
    const rows = await openTable(account.table(TABLES.approvals), () => undefined).readAll(
      "PartitionKey eq 'approval'",
    );
    const kept = rows.map(({ rowKey }) => rowKey).filter((key) => key.startsWith('x-') && key.endsWith('-a-moves'));
    expect(kept.sort()).toEqual(indexKeys(one, 'applied').sort());
  });

  it('a save costs one request, and one more when something of an open approval changes', async () => {
    const { approvals } = account.open();
    const one = approval('a-cost', app('cost', 'Cost'));
    account.requests();
    const pending = await approvals.save(one, null);
    expect(account.requests().table).toBe(2);
    const approved = await approvals.save({ ...one, status: 'approved' }, pending);
    expect(account.requests().table).toBe(2);
    const outbox = [sealedRecord(app('cost', 'Cost'), 'approved')];
    const decided = await approvals.save({ ...one, status: 'approved', outbox }, approved);
    expect(account.requests().table).toBe(2);
    // The id of the record that is logged now was packed with the outbox.
    const auditIds = outbox.map(({ id }) => id);
    const logged = await approvals.save({ ...one, status: 'approved', auditIds }, decided);
    expect(account.requests().table).toBe(1);
    const applied = await approvals.save({ ...one, status: 'applied', auditIds }, logged);
    expect(account.requests().table).toBe(2);
    await approvals.save({ ...one, status: 'applied', auditIds: [] }, applied);
    expect(account.requests().table).toBe(1);
  });

  it('approvals of one resource that are saved at the same time do not conflict, and all are counted', async () => {
    const of = app('together', 'Together');
    const ids = Array.from({ length: 6 }, (_, n) => `a-together-${n}`);
    const versions = await Promise.all(ids.map((id) => account.open().approvals.save(approval(id, of), null)));
    const { approvals, counts } = account.open();
    await counts.repair(ACCOUNT_NOW);
    const pending = async () => (await approvals.listHeads({ status: ['pending'], resource: [of.id] })).heads.length;
    expect(await pending()).toBe(6);
    await Promise.all(
      ids
        .slice(2)
        .map((id, n) =>
          account.open().approvals.save(approval(id, of, { status: 'rejected' }), versions[n + 2] ?? null),
        ),
    );
    account.requests();
    expect(await pending()).toBe(2);
    expect(account.requests().table).toBe(1);
  });

  it('an approval too large for index copies is listed', async () => {
    const { approvals } = account.open();
    const large = approval('a-large', app('large', 'Large'), { moved: [], reasons: [] });
    const changes = [{ document: 'config/web' as const, path: '/properties/x', from: 'x'.repeat(450_000), to: null }];
    const version = await approvals.save({ ...large, changes }, null);
    const rejected = { ...large, changes, status: 'rejected' as const };
    await approvals.save(rejected, version);
    const { items } = await approvals.list(
      { resource: [large.resource.id], status: ['rejected'] },
      { limit: 5, after: null },
    );
    expect(items).toEqual([rejected]);
  });

  it('an approval can be saved when its index copies were deleted or its row alone has another status', async () => {
    const { approvals } = account.open();
    const one = approval('a-lacking', app('lacking'), { status: 'pending' });
    const version = await approvals.save(one, null);
    const rowKey = `${indexPrefix({ status: ['pending'] })}${one.id}`;
    await account.table(TABLES.approvals).deleteEntity('approval', rowKey);
    await approvals.save({ ...one, status: 'rejected' }, version);
    expect((await approvals.get(one.id))?.value.status).toBe('rejected');
    const forged = { partitionKey: 'approval', rowKey: one.id };
    await account.table(TABLES.approvals).upsertEntity(entityOf(forged, { ...one, status: 'approved' }), 'Replace');
    const read = await approvals.get(one.id);
    await approvals.save(one, read?.version ?? null);
    expect((await approvals.get(one.id))?.value).toEqual(one);
    const rows = await openTable(account.table(TABLES.approvals), () => undefined).readAll(
      "PartitionKey eq 'approval'",
    );
    const keys = rows.map(({ rowKey }) => rowKey).filter((key) => key.endsWith('-a-lacking'));
    expect(keys).toEqual(expect.arrayContaining(indexKeys(one, 'pending')));
    const kept = indexKeys(one, 'pending');
    expect(keys.filter((key) => indexKeys(one, 'approved').includes(key) && !kept.includes(key))).toEqual([]);
  });

  it('a save names the missing row of an approval instead of a conflict', async () => {
    const { approvals } = account.open();
    const one = approval('a-gone', app('gone'), { status: 'pending' });
    const version = await approvals.save(one, null);
    await account.table(TABLES.approvals).deleteEntity('approval', one.id);
    const saving = approvals.save({ ...one, status: 'rejected' }, version);
    await expect(saving).rejects.toThrow(/approval a-gone cannot be saved: .* lacks its row/);
    await expect(saving).rejects.not.toBeInstanceOf(ConflictError);
  });

  it('a group of final approvals is counted from their rows', async () => {
    const { approvals } = account.open();
    const one = approval('a-count-one', app('count-one'), { status: 'expired' });
    await approvals.save(one, null);
    account.requests();
    expect(await approvals.listHeads({ resource: [one.resource.id] })).toEqual({
      heads: [headOf(one)],
      complete: true,
    });
    expect(account.requests().table).toBe(1);
  });
});

async function all(approvals: Approvals, query: ApprovalQuery, limit: number): Promise<ListedApproval[]> {
  const found: ListedApproval[] = [];
  let after: string | null = null;
  do {
    account.requests();
    const page = await approvals.list(query, { limit, after });
    expect(account.requests().table).toBeLessThanOrEqual(3);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    after = page.next;
  } while (after !== null);
  return found;
}
