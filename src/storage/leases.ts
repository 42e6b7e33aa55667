/**
 * The exclusive right to work on a resource: a blob lease of 30 s, timed by the storage service and renewed every 10 s, so
 * that it ends 20 to 30 s after its holder died.
 */
import type { BlobLeaseClient, ContainerClient } from '@azure/storage-blob';
import type { Lease, Leases } from '../workflows/ports.ts';
import { StorageUnavailable } from '../workflows/ports.ts';
import { hashOf } from './keys.ts';
import { Declined, type OnRequest, requestsTo } from './requests.ts';

/** The lease ended before its holder released it: what was read under it may have moved. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export function openLeases(container: ContainerClient, onRequest: OnRequest): Leases & { ping(): Promise<void> } {
  const requests = requestsTo(
    {
      kind: 'blob',
      name: `container ${container.containerName}`,
      missing: 'ContainerNotFound',
      create: (abortSignal) => container.create({ abortSignal }),
    },
    onRequest,
  );
  return {
    async acquire(resource) {
      const blob = container.getBlockBlobClient(hashOf(resource.key));
      const client = blob.getBlobLeaseClient();
      const attempt = () =>
        requests.may('acquire a lease', (abortSignal) => client.acquireLease(LEASE_SECONDS, { abortSignal }));
      let answer = await attempt();
      if (answer instanceof Declined && answer.status === 404) {
        // Somebody else may make it and lease it at the same moment; then this is declined, and so is the next attempt.
        await requests.may('make a blob to lease', (abortSignal) =>
          blob.upload('', 0, { conditions: { ifNoneMatch: '*' }, abortSignal }),
        );
        answer = await attempt();
      }
      if (!(answer instanceof Declined)) return held(resource.id, client);
      if (answer.status === 409) return null;
      throw new StorageUnavailable(`could not acquire the lease on ${resource.id}: ${answer.code}`);
    },

    async ping() {
      await requests.must('look', (abortSignal) => container.getProperties({ abortSignal }));
    },
  };

  function held(resource: string, client: BlobLeaseClient): Lease {
    let lost = false;
    const timer = setInterval(() => {
      // Trouble on the way is no loss: the next renewal, or the holder's own, tells.
      renew().catch(() => undefined);
    }, RENEW_EVERY_MS);
    timer.unref();

    async function renew(): Promise<void> {
      if (!lost) {
        const answer = await requests.may('renew a lease', (abortSignal) => client.renewLease({ abortSignal }));
        lost ||= answer instanceof Declined;
      }
      if (!lost) return;
      clearInterval(timer);
      throw new LeaseLost(`the lease on ${resource} was lost; start again from a fresh read`);
    }

    return {
      renew,
      async release() {
        clearInterval(timer);
        // One that is lost is released, and one that cannot be released ends by itself.
        await requests
          .may('release a lease', (abortSignal) => client.releaseLease({ abortSignal }))
          .catch(() => undefined);
      },
    };
  }
}

const LEASE_SECONDS = 30;
const RENEW_EVERY_MS = 10_000;
