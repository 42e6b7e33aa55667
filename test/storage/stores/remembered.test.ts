/** What a process remembers of settings, exemptions and guards: for some seconds, and never over its own writes. */
import { describe, expect, it } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { useAccount } from '../azurite.ts';
import { app, SUBSCRIPTION, time } from '../samples.ts';

const account = useAccount();

/** Two processes on the same tables. The clock of the first moves. */
function processes() {
  const clock = { now: new Date(time(0)) };
  const here = account.openWith({ now: () => clock.now, rememberSeconds: 5 });
  const there = account.openWith({ now: () => new Date(time(0)), rememberSeconds: 5 });
  const wait = (seconds: number) => {
    clock.now = new Date(clock.now.getTime() + seconds * 1000);
  };
  return { here, there, wait };
}

async function tablesFor(work: () => Promise<unknown>): Promise<number> {
  account.requests();
  await work();
  return account.requests().table;
}

const stored = (revision: number) => ({
  ...{ settings: settingsSchema.parse({}), revision, stoppedAt: null, stoppedBy: null, records: [] },
});

function exemption(id: string, scope: string): Exemption {
  return {
    ...{ id, scope, rule: 'webapp-min-tls', owner: 'Shop', reason: 'An old scanner.', ticket: null },
    ...{ expires: time(3600), createdAt: time(0), createdBy: { type: 'user', objectId: 'o', name: 'Kim' } },
    ...{ removedAt: null, outbox: [] },
  };
}

describe('settings', () => {
  it('of another process are seen after five seconds, and at once by a load', async () => {
    const { here, there, wait } = processes();
    expect(await here.settings.loadRecent()).toBeNull();
    const version = await there.settings.save(stored(1), null);
    expect(await tablesFor(() => here.settings.loadRecent())).toBe(0);
    expect(await here.settings.loadRecent()).toBeNull();
    wait(5);
    expect(await here.settings.loadRecent()).toEqual(stored(1));
    await there.settings.save(stored(2), version);
    expect((await here.settings.load())?.value).toEqual(stored(2));
    expect(await here.settings.loadRecent()).toEqual(stored(2));
  });

  it('of this process are seen at once', async () => {
    const { here } = processes();
    const version = (await here.settings.load())?.version ?? null;
    await here.settings.loadRecent();
    await here.settings.save(stored(3), version);
    expect(await here.settings.loadRecent()).toEqual(stored(3));
  });

  it('that cannot be read are not remembered: the next evaluation reads them again', async () => {
    const { here } = processes();
    await account
      .table('PlumblineSettings')
      .upsertEntity(entityOf({ partitionKey: 'settings', rowKey: 'current' }, { settings: { mode: 'yolo' } }));
    for (let times = 0; times < 2; times += 1) {
      expect(await tablesFor(() => expect(here.settings.loadRecent()).rejects.toThrow('settings.mode'))).toBe(1);
    }
  });
});

describe('exemptions', () => {
  const scopes = async (list: Promise<readonly Exemption[]>) => (await list).map(({ scope }) => scope).sort();

  it('of any resource come from one request, until this process changes or lists some', async () => {
    const { here, there, wait } = processes();
    const [own, other] = [here.exemptions.newId(new Date(time(1))), here.exemptions.newId(new Date(time(2)))];
    await there.exemptions.save(exemption(own, app('one').id), null);
    await there.exemptions.save(exemption(other, SUBSCRIPTION), null);
    const both = [SUBSCRIPTION, app('one').id].sort();
    expect(await tablesFor(() => here.exemptions.listRecentForResource(app('two')))).toBe(1);
    expect(await tablesFor(() => here.exemptions.listRecentForResource(app('ONE')))).toBe(0);
    expect(await scopes(here.exemptions.listRecentForResource(app('ONE')))).toEqual(both);
    expect(await scopes(here.exemptions.listRecentForResource(app('on')))).toEqual([SUBSCRIPTION]);

    await there.exemptions.remove(other);
    expect(await scopes(here.exemptions.listRecentForResource(app('one')))).toEqual(both);
    // Whoever is about to write reads them, and what is remembered is not older afterwards.
    expect(await scopes(here.exemptions.listForResource(app('one')))).toEqual([app('one').id]);
    expect(await scopes(here.exemptions.listRecentForResource(app('one')))).toEqual([app('one').id]);

    await there.exemptions.save(exemption(here.exemptions.newId(new Date(time(3))), app('two').id), null);
    expect(await scopes(here.exemptions.listRecentForResource(app('two')))).toEqual([]);
    wait(5);
    expect(await scopes(here.exemptions.listRecentForResource(app('two')))).toEqual([app('two').id]);

    const created = here.exemptions.newId(new Date(time(4)));
    await here.exemptions.save(exemption(created, app('three').id), null);
    expect(await scopes(here.exemptions.listRecentForResource(app('three')))).toEqual([app('three').id]);
    await here.exemptions.remove(created);
    expect(await scopes(here.exemptions.listRecentForResource(app('three')))).toEqual([]);
  });

  it('of the other resources are found when one has an invalid form', async () => {
    const { here } = processes();
    const id = here.exemptions.newId(new Date(time(5)));
    const broken = app('broken').id.toLowerCase();
    const row = entityOf({ partitionKey: 'exemption', rowKey: id }, { id }, { ScopeKey: broken });
    const table = account.table('PlumblineExemptions');
    await table.upsertEntity(row);
    expect(await scopes(here.exemptions.listRecentForResource(app('one')))).toEqual([app('one').id]);
    await expect(here.exemptions.listRecentForResource(app('broken'))).rejects.toThrow(/row exemption\//);
    await table.deleteEntity('exemption', id);
  });

  it('of a resource are asked for when there are more than a thousand', async () => {
    const { here } = processes();
    const table = account.table('PlumblineExemptions');
    for (let start = 0; start < 1000; start += 100) {
      const rows = Array.from({ length: 100 }, (_, n) => {
        const one = exemption(here.exemptions.newId(new Date(time(10 + start + n))), app(`many-${start + n}`).id);
        return entityOf({ partitionKey: 'exemption', rowKey: one.id }, one, { ScopeKey: one.scope.toLowerCase() });
      });
      await table.submitTransaction(rows.map((row) => ['create', row]));
    }
    expect(await scopes(here.exemptions.listRecentForResource(app('many-999')))).toEqual([app('many-999').id]);
    expect(await scopes(here.exemptions.listRecentForResource(app('one')))).toEqual([app('one').id]);
    expect(await tablesFor(() => here.exemptions.listRecentForResource(app('many-0')))).toBe(1);
  }, 60_000);
});

describe('guards', () => {
  const throttle = { since: time(0), until: time(60) };

  it('are read once for each subscription and requester, until this process writes them', async () => {
    const { here, there, wait } = processes();
    const read = () => here.guards.read('s-1');
    // It creates the table.
    await there.guards.readHeartbeat();
    expect(await tablesFor(read)).toBe(1);
    expect(await tablesFor(read)).toBe(0);
    expect(await tablesFor(() => here.guards.read('S-1'))).toBe(0);
    expect(await tablesFor(() => here.guards.read('s-1', 'sweep'))).toBe(1);
    expect(await tablesFor(() => here.guards.read('s-2'))).toBe(1);
    await there.guards.writeHeartbeat(new Date(time(1)));
    expect((await read()).heartbeat).toBeNull();
    wait(5);
    expect((await read()).heartbeat).toBe(time(1));
    await here.guards.writeHeartbeat(new Date(time(2)));
    expect((await read()).heartbeat).toBe(time(2));
    await here.guards.storeThrottle('s-1', throttle);
    expect((await read()).throttle).toEqual(throttle);
    // Whoever asks only for the throttling or the heartbeat reads it.
    expect(await tablesFor(() => here.guards.readThrottle('s-1'))).toBe(1);
    expect(await tablesFor(() => here.guards.readHeartbeat())).toBe(1);
  });
});
