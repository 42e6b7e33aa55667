import { QueueClient } from '@azure/storage-queue';
import { describe, expect, it } from 'vitest';
import type { Scans } from '../../../src/workflows/ports/findings.ts';
import { useAccount } from '../azurite.ts';
import { app, finding } from '../samples.ts';

const account = useAccount();
const ids = (count: number) => Array.from({ length: count }, (_, index) => `/subscriptions/s/app-${index}`);

describe('the progress of a scan', () => {
  const actor = { type: 'user', objectId: 'someone' } as const;
  const begin = async (scans: Scans) => {
    const at = new Date();
    const { id } = await scans.begin({
      id: scans.newId(at),
      scope: '/subscriptions/s',
      startedAt: at.toISOString(),
      actor,
    });
    return id;
  };

  it('counts each resource once, in any casing and however often it is reported', async () => {
    const { scans } = account.open();
    const id = await begin(scans);
    await scans.addFound(id, ids(3));
    await scans.addFound(id, [...ids(3), '/Subscriptions/S/APP-1']);
    await scans.markEvaluated(id, '/subscriptions/s/app-0');
    await scans.markEvaluated(id, '/subscriptions/S/app-0');
    expect(await scans.get(id)).toMatchObject({
      id,
      scope: '/subscriptions/s',
      status: 'running',
      found: 3,
      evaluated: 1,
    });
  });

  it('counts resources that are evaluated at the same time', async () => {
    const { scans } = account.open();
    const id = await begin(scans);
    await scans.addFound(id, ids(8));
    await scans.markListed(id);
    await Promise.all([...ids(8), ...ids(4)].map((resource) => scans.markEvaluated(id, resource)));
    expect(await scans.get(id)).toMatchObject({ status: 'done', found: 8, evaluated: 8, endedAt: expect.any(String) });
  });

  it('is done when everything is listed and everything found is evaluated, not before', async () => {
    const { scans } = account.open();
    const id = await begin(scans);
    const status = async () => (await scans.get(id))?.status;
    expect(await status()).toBe('running');
    await scans.addFound(id, ids(1));
    await scans.markEvaluated(id, ids(1)[0] ?? '');
    expect(await status()).toBe('running');
    await scans.markListed(id);
    expect(await status()).toBe('done');
    await scans.addFound(id, ids(2));
    expect(await scans.get(id)).toMatchObject({ status: 'running', endedAt: null });
  });

  it('takes more resources than one transaction holds, per scan, and is null for an unknown scan', async () => {
    const { scans } = account.open();
    const [id, other] = [await begin(scans), await begin(scans)];
    await scans.addFound(id, ids(250));
    await scans.addFound(id, ids(251));
    expect((await scans.get(id))?.found).toBe(251);
    expect((await scans.get(other))?.found).toBe(0);
    expect([await scans.get('none'), await scans.get('s000000000000000none')]).toEqual([null, null]);
  });

  it('of an earlier version is counted in its own rows, and is not listed', async () => {
    const { scans } = account.open();
    await begin(scans);
    const id = 'b4a5c6d7-0000-4000-8000-000000000001';
    const value = JSON.stringify({ scope: '/subscriptions/s' });
    await account.table('PlumblineScans').createEntity({ partitionKey: id, rowKey: 's', Json0: value });
    await scans.addFound(id, ids(2));
    await scans.markListed(id);
    await scans.markEvaluated(id, ids(1)[0] ?? '');
    expect(await scans.get(id)).toMatchObject({
      id,
      status: 'running',
      found: 2,
      evaluated: 1,
      startedAt: null,
      actor: null,
    });
    const { items } = await scans.list(null, { limit: 200, after: null });
    expect(items.filter((scan) => scan.id === id)).toEqual([]);
    expect([await scans.isCancelled(id), await scans.cancel(id, actor)]).toEqual([false, null]);
  });
});

describe('the resources that have findings', () => {
  it('are listed by scope and range, without deleted ones', async () => {
    const { findings } = account.open();
    const at = (name: string) => app(name, 'known');
    for (const name of ['a', 'b', 'c', 'd']) await findings.replace(at(name), [finding(at(name), 'rule-a')]);
    await findings.replace(app('elsewhere', 'known-2'), [finding(app('elsewhere', 'known-2'), 'rule-a')]);
    await findings.replace(at('c'), []);
    const scope = at('a').id.split('/providers/')[0] ?? '';
    const key = (name: string) => at(name).key;
    expect(await findings.listResources(scope, '', null)).toEqual(
      expect.arrayContaining([key('a'), key('b'), key('d')]),
    );
    expect(await findings.listResources(scope, '', null)).toHaveLength(3);
    expect(await findings.listResources(scope, key('a'), key('b'))).toEqual([key('b')]);
    expect(await findings.listResources(scope, key('b'), null)).toEqual([key('d')]);
    expect(await findings.listResources(scope, "it's", "it's")).toEqual([]);
  });
});

describe('the sweep queue', () => {
  it('carries pages and resources, on its own queue, with the given visibility delay', async () => {
    const { sweeps } = account.open();
    const sweep = { id: 'one', startedAt: '2026-03-01T12:00:00.000Z' };
    await sweeps.send({ resource: app('one').id, cause: 'sweep', sweep, attempt: 0 }, 0);
    await sweeps.send({ resource: app('two').id, cause: 'sweep', sweep, attempt: 0 }, 600);
    const client = new QueueClient(account.connectionString(), 'plumbline-sweep');
    const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
    const texts = receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString());
    expect(texts.map((text) => JSON.parse(text))).toEqual([
      { resource: app('one').id, cause: 'sweep', sweep, attempt: 0 },
    ]);
    expect((await client.getProperties()).approximateMessagesCount).toBe(2);
  });
});
