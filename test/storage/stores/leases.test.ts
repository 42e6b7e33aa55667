import { afterEach, describe, expect, it, vi } from 'vitest';
import { LeaseLost } from '../../../src/storage/stores/lease.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import type { Lease } from '../../../src/workflows/ports/resource-states.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { takeLease } from '../../fakes/take-lease.ts';
import { useAccount } from '../azurite.ts';
import { app, event, memory, time } from '../samples.ts';

const account = useAccount();
const SECOND_MS = 1000;

afterEach(() => {
  vi.useRealTimers();
});

describe('guarantee 3: the lease on a resource', () => {
  it('has one holder until it is released', async () => {
    const [here, there] = [account.open(), account.open()];
    const lease = await takeLease(here, app('one'));
    expect(lease).not.toBeNull();
    expect(await takeLease(there, app('ONE'))).toBeNull();
    expect(await takeLease(here, app('one'))).toBeNull();
    await release(await takeLease(there, app('two')));
    await release(lease);
    await release(await takeLease(there, app('one')));
  });

  it.each(['the first time', 'the next time'])('goes to one of many that acquire it at once, %s', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => takeLease(account.open(), app('first'))));
    const held = answers.filter((lease) => lease !== null);
    expect(held.length).toBe(1);
    await Promise.all(held.map(release));
  });

  it.each(['the first time', 'the next time'])(
    'is not acquired with rows that somebody has worked on since they were read, %s',
    async () => {
      const { resources } = account.open();
      const before = await resources.load(app('since'));
      await release(await takeLease(account.open(), app('since')));
      expect(await resources.acquire(app('since'), before.lease)).toBeNull();
      await release(await takeLease(account.open(), app('since')));
    },
  );

  it('lasts 30 seconds and is renewed every 10, until it is released', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lease = await takeLease(account.open(), app('renewed'));
    account.requests();
    await vi.advanceTimersByTimeAsync(9_999);
    expect(account.requests().table).toBe(0);
    await vi.advanceTimersByTimeAsync(20_001);
    await lease?.renew();
    expect(account.requests().table).toBe(4);
    await release(lease);
    account.requests();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(account.requests().table).toBe(0);
  });

  it('ends only when the storage service says so: not early, and some seconds after its length', async () => {
    const acquiredAt = Date.now();
    // Its holder renews it every 10 s, which is too late for the others.
    const lease = await takeLease(account.open(), app('dead'));
    const others = [new Date('2020-01-01'), new Date('2030-01-01')].map((now) =>
      account.openWith({ now: () => now, leaseSeconds: 1 }),
    );
    let successor: Lease | null = null;
    while (successor === null) {
      const answers = await Promise.all(others.map((one) => takeLease(one, app('dead'))));
      successor = answers.find((one) => one !== null) ?? null;
      if (successor === null) await new Promise((resolve) => setTimeout(resolve, 100));
      if (Date.now() - acquiredAt > 20 * SECOND_MS) throw new Error('it never ends');
    }
    expect(Date.now() - acquiredAt).toBeGreaterThanOrEqual(4 * SECOND_MS);
    await expect(lease?.renew()).rejects.toBeInstanceOf(LeaseLost);
    await release(successor);
    await release(lease);
  }, 30_000);

  it('fails each renewal and each save after it was lost, and can then be released', async () => {
    const { resources, events } = account.open();
    await events.store(event('waits', app('lost'), time(1)));
    const { lease: seen, waiting, version } = await resources.load(app('lost'));
    const lost = await resources.acquire(app('lost'), seen);
    await lost?.renew();
    await breakLease('lost');
    const next = await takeLease(account.open(), app('lost'));
    expect(next).not.toBeNull();
    await expect(lost?.save(memory(app('lost')), version)).rejects.toBeInstanceOf(ConflictError);
    const concluded = waiting.map((one) => ({ ...one, outcome: 'evaluated' as const }));
    const work = { resourceState: memory(app('lost')), version, concluded };
    await expect(lost?.complete(work)).rejects.toBeInstanceOf(ConflictError);
    await expect(lost?.renew()).rejects.toBeInstanceOf(LeaseLost);
    await expect(lost?.save(memory(app('lost')), version)).rejects.toBeInstanceOf(LeaseLost);
    await release(lost);
    const rows = await account.open().resources.load(app('lost'));
    expect(rows).toMatchObject({ state: null, waiting: [{ outcome: null }], lease: { held: true } });
    await next?.complete(work);
    expect(await resources.load(app('lost'))).toMatchObject({
      state: memory(app('lost')),
      waiting: [],
      lease: { held: false },
    });
    await expect(lost?.renew()).rejects.toBeInstanceOf(LeaseLost);
  });

  it('is marked as lost by the renewal in the background', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lease = await takeLease(account.open(), app('noticed'));
    await breakLease('noticed');
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(async () => {
      account.requests();
      await expect(lease?.renew()).rejects.toBeInstanceOf(LeaseLost);
      // Known without a request.
      expect(account.requests().table).toBe(0);
    });
    await release(lease);
  });

  it('is not lost when the answer to a renewal was', async () => {
    const lease = await takeLease(account.open(), app('unheard'));
    const key = { partitionKey: hashOf(app('unheard').key), rowKey: 'lease' };
    const table = account.table('PlumblineEvents');
    // The service has renewed it, and the holder has not heard of it.
    const { Json0 } = await table.getEntity<{ Json0: string }>(key.partitionKey, key.rowKey);
    await table.upsertEntity({ ...key, Json0 }, 'Replace');
    await lease?.renew();
    await table.upsertEntity({ ...key, Json0 }, 'Replace');
    await release(lease);
    await release(await takeLease(account.open(), app('unheard')));
  });

  it('costs one request to acquire and one to release, and none with the work that ends it', async () => {
    const { resources } = account.open();
    await release(await takeLease({ resources }, app('cost')));
    const { lease: seen, version } = await resources.load(app('cost'));
    account.requests();
    const lease = await resources.acquire(app('cost'), seen);
    await release(lease);
    expect(account.requests()).toEqual({ table: 2, queue: 0, blob: 0 });
    const next = await takeLease({ resources }, app('cost'));
    account.requests();
    await next?.complete({ resourceState: memory(app('cost')), version, concluded: [] });
    await release(next);
    expect(account.requests()).toEqual({ table: 1, queue: 0, blob: 0 });
  });
});

async function release(lease: Lease | null): Promise<void> {
  expect(lease).not.toBeNull();
  await lease?.release();
}

/** As if it had ended: the row says that nobody holds it. */
async function breakLease(name: string): Promise<void> {
  const key = { partitionKey: hashOf(app(name).key), rowKey: 'lease' };
  await account.table('PlumblineEvents').upsertEntity(entityOf(key, { holder: null }), 'Replace');
}
