import { QueueClient } from '@azure/storage-queue';
import { describe, expect, it } from 'vitest';
import { useAccount } from '../azurite.ts';
import { app, finding } from '../samples.ts';

const account = useAccount();
const ids = (count: number) => Array.from({ length: count }, (_, index) => `/subscriptions/s/app-${index}`);

describe('the progress of a scan', () => {
  it('counts each resource once, in any casing and however often it is reported', async () => {
    const { scans } = account.open();
    await scans.begin('twice', '/subscriptions/s');
    await scans.addFound('twice', ids(3));
    await scans.addFound('twice', [...ids(3), '/Subscriptions/S/APP-1']);
    await scans.markEvaluated('twice', '/subscriptions/s/app-0');
    await scans.markEvaluated('twice', '/subscriptions/S/app-0');
    expect(await scans.get('twice')).toEqual({
      ...{ id: 'twice', scope: '/subscriptions/s', status: 'running', found: 3, evaluated: 1 },
    });
  });

  it('is done when everything is listed and everything found is evaluated, not before', async () => {
    const { scans } = account.open();
    const status = async () => (await scans.get('end'))?.status;
    await scans.begin('end', '/subscriptions/s');
    expect(await status()).toBe('running');
    await scans.addFound('end', ids(1));
    await scans.markEvaluated('end', ids(1)[0] ?? '');
    expect(await status()).toBe('running');
    await scans.markListed('end');
    expect(await status()).toBe('done');
    await scans.addFound('end', ids(2));
    expect(await status()).toBe('running');
  });

  it('takes more resources than one transaction holds, per scan, and is null for an unknown scan', async () => {
    const { scans } = account.open();
    await scans.begin('many', '/subscriptions/s');
    await scans.addFound('many', ids(250));
    await scans.begin('other', '/subscriptions/s');
    expect((await scans.get('many'))?.found).toBe(250);
    expect((await scans.get('other'))?.found).toBe(0);
    expect(await scans.get('none')).toBeNull();
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
