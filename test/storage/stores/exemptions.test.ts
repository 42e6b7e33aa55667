import { describe, expect, it } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { TABLES } from '../../../src/storage/names.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { useAccount } from '../azurite.ts';
import { app, SUBSCRIPTION, sealedRecord, time } from '../samples.ts';

const account = useAccount();

function exemption(id: string, scope: string, more: Partial<Exemption> = {}): Exemption {
  return {
    id,
    scope,
    rule: 'webapp-min-tls',
    owner: 'Team Shop',
    reason: 'It’s an old scanner.',
    ticket: null,
    expires: time(3600),
    createdAt: time(0),
    createdBy: { type: 'user', objectId: '11111111-1111-1111-1111-111111111111', name: 'kim@contoso.com' },
    removedAt: null,
    outbox: [sealedRecord(null, 'exempt', { kind: 'exemption.created' })],
    ...more,
  };
}

describe('exemptions', () => {
  it('an exemption is saved under the version that was read, and read back unchanged', async () => {
    const { exemptions } = account.open();
    const id = exemptions.newId(new Date(time(0)));
    const saved = exemption(id, app('one').id);
    const version = await exemptions.save(saved, null);
    expect(await exemptions.get(id)).toEqual({ value: saved, version });
    await expect(exemptions.save(saved, null)).rejects.toThrow(ConflictError);
    await exemptions.save({ ...saved, removedAt: time(1), outbox: [] }, version);
    await expect(exemptions.save(saved, version)).rejects.toThrow(ConflictError);
    for (const which of [id, id, 'unknown', 'no/key']) await exemptions.remove(which);
    expect([await exemptions.get(id), await exemptions.get('no/key')]).toEqual([null, null]);
  });

  it('get refuses a row that belongs to another exemption', async () => {
    const { exemptions } = account.open();
    const [own = '', foreign = ''] = [1, 2].map((n) => exemptions.newId(new Date(time(n))));
    for (const id of [own, foreign]) await exemptions.save(exemption(id, app('one').id), null);
    const table = account.table(TABLES.exemptions);
    const copy = { ...(await table.getEntity('exemption', foreign)), partitionKey: 'exemption', rowKey: own };
    await table.upsertEntity(copy, 'Replace');
    await expect(exemptions.get(own)).rejects.toThrow(`belongs to row ${foreign}`);
    for (const id of [own, foreign]) await exemptions.remove(id);
  });

  it('one request finds the exemptions at a resource and at every scope above it, by whole segments, without regard to case', async () => {
    const { exemptions } = account.open();
    const slot = { ...app('one'), key: `${app('one').key}/slots/staging`, id: `${app('one').id}/slots/staging` };
    const scopes: Record<string, string> = {
      subscription: SUBSCRIPTION,
      group: `${SUBSCRIPTION}/resourceGroups/SHOP`,
      type: `${SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Web/sites`,
      app: app('One').id,
      slot: slot.id,
      other: app('one2').id,
      otherGroup: `${SUBSCRIPTION}/resourceGroups/sho`,
    };
    for (const [id, scope] of Object.entries(scopes)) await exemptions.save(exemption(`x-${id}`, scope), null);
    const above = async (resource: ReturnType<typeof app>) =>
      (await exemptions.listForResource(resource)).map(({ id }) => id.slice(2)).sort();
    expect(await above(app('one'))).toEqual(['app', 'group', 'subscription', 'type']);
    account.requests();
    expect(await above(slot)).toEqual(['app', 'group', 'slot', 'subscription', 'type']);
    expect(account.requests()).toEqual({ table: 1, queue: 0, blob: 0 });
    for (const id of Object.keys(scopes)) await exemptions.remove(`x-${id}`);
  });

  it('exemptions are listed newest first, page by page', async () => {
    const { exemptions } = account.open();
    const ids: string[] = [];
    for (const seconds of [1, 2, 3]) {
      const id = exemptions.newId(new Date(time(seconds)));
      ids.unshift(id);
      await exemptions.save(exemption(id, SUBSCRIPTION), null);
    }
    const first = await exemptions.list({ limit: 2, after: null });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await exemptions.list({ limit: 2, after: first.next });
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2));
  });
});
