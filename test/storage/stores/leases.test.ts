import { ContainerClient } from '@azure/storage-blob';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LeaseLost } from '../../../src/storage/stores/leases.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import type { Lease } from '../../../src/workflows/ports/work.ts';
import { useAccount } from '../azurite.ts';
import { app } from '../samples.ts';

const account = useAccount();

afterEach(() => {
  vi.useRealTimers();
});

describe('guarantee 3: the lease on a resource', () => {
  it('has one holder until it is released', async () => {
    const [here, there] = [account.open().leases, account.open().leases];
    const lease = await here.acquire(app('one'));
    expect(lease).not.toBeNull();
    expect(await there.acquire(app('ONE'))).toBeNull();
    expect(await here.acquire(app('one'))).toBeNull();
    await release(await there.acquire(app('two')));
    await release(lease);
    await release(await there.acquire(app('one')));
  });

  it('goes to one of many that acquire it for the first time at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => account.open().leases.acquire(app('first'))));
    const held = answers.filter((lease) => lease !== null);
    expect(held.length).toBe(1);
    await Promise.all(held.map(release));
  });

  it('lasts 30 seconds and is renewed every 10, until it is released', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lease = await account.open().leases.acquire(app('renewed'));
    account.requests();
    vi.advanceTimersByTime(9_999);
    expect(account.requests().blob).toBe(0);
    vi.advanceTimersByTime(20_001);
    expect(account.requests().blob).toBe(3);
    await lease?.renew();
    await release(lease);
    account.requests();
    vi.advanceTimersByTime(60_000);
    expect(account.requests().blob).toBe(0);
  });

  it('fails each renewal after it was lost, and can then be released', async () => {
    const lease = await account.open().leases.acquire(app('lost'));
    await lease?.renew();
    await breakLease('lost');
    const next = await account.open().leases.acquire(app('lost'));
    expect(next).not.toBeNull();
    await expect(lease?.renew()).rejects.toBeInstanceOf(LeaseLost);
    await release(next);
    await expect(lease?.renew()).rejects.toBeInstanceOf(LeaseLost);
    await release(lease);
  });

  it('is marked as lost by the renewal in the background', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lease = await account.open().leases.acquire(app('noticed'));
    await breakLease('noticed');
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(async () => {
      account.requests();
      await expect(lease?.renew()).rejects.toBeInstanceOf(LeaseLost);
      // Known without a request.
      expect(account.requests().blob).toBe(0);
    });
    await release(lease);
  });

  it('costs one request to acquire and one to release', async () => {
    const { leases } = account.open();
    await release(await leases.acquire(app('cost')));
    account.requests();
    await release(await leases.acquire(app('cost')));
    expect(account.requests()).toEqual({ table: 0, queue: 0, blob: 2 });
  });
});

async function release(lease: Lease | null): Promise<void> {
  expect(lease).not.toBeNull();
  await lease?.release();
}

async function breakLease(name: string): Promise<void> {
  const container = new ContainerClient(account.connectionString(), 'plumbline-leases');
  await container
    .getBlobClient(hashOf(app(name).key))
    .getBlobLeaseClient()
    .breakLease(0);
}
