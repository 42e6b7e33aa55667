/**
 * The exclusive lease on a resource: a blob lease of 30 s, timed by the storage service and renewed at every third of it.
 * So it ends 20 to 30 s after its holder stopped.
 */

import type { BlobLeaseClient, ContainerClient } from '@azure/storage-blob';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import type { Lease, Leases } from '../../workflows/ports/work.ts';
import { hashOf } from '../table/keys.ts';
import { createContainerRequester, type OnRequest, Rejected } from '../table/requests.ts';

/** The lease ended before its holder released it: the resource may have changed since it was read. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export function openLeases(
  container: ContainerClient,
  onRequest: OnRequest,
  leaseSeconds = LEASE_SECONDS,
): Leases & { ping(): Promise<void> } {
  const requests = createContainerRequester(container, onRequest);
  return {
    async acquire(resource) {
      const blob = container.getBlockBlobClient(hashOf(resource.key));
      const client = blob.getBlobLeaseClient();
      const attempt = () =>
        requests.attempt('acquire a lease', (abortSignal) => client.acquireLease(leaseSeconds, { abortSignal }));
      let answer = await attempt();
      if (answer instanceof Rejected && answer.status === 404) {
        // Another instance may create and lease it at the same time; then this request and the next attempt are rejected.
        await requests.attempt('create a blob to lease', (abortSignal) =>
          blob.upload('', 0, { conditions: { ifNoneMatch: '*' }, abortSignal }),
        );
        answer = await attempt();
      }
      if (!(answer instanceof Rejected)) return leaseOf(resource.id, client);
      if (answer.status === 409) return null;
      throw new StorageUnavailable(`could not acquire the lease on ${resource.id}: ${answer.code}`);
    },

    async ping() {
      await requests.perform('read the properties', (abortSignal) => container.getProperties({ abortSignal }));
    },
  };

  function leaseOf(resource: string, client: BlobLeaseClient): Lease {
    let lost = false;
    const timer = setInterval(
      () => {
        // A failed request is no loss of the lease: the next renewal, or the holder's own, finds out.
        renew().catch(() => undefined);
      },
      (leaseSeconds * SECOND_MS) / 3,
    );
    timer.unref();

    async function renew(): Promise<void> {
      if (!lost) {
        const answer = await requests.attempt('renew a lease', (abortSignal) => client.renewLease({ abortSignal }));
        lost ||= answer instanceof Rejected;
      }
      if (!lost) return;
      clearInterval(timer);
      throw new LeaseLost(`the lease on ${resource} was lost; start again from a fresh read`);
    }

    return {
      renew,
      async release() {
        clearInterval(timer);
        // A lost lease needs no release, and one that cannot be released expires.
        await requests
          .attempt('release a lease', (abortSignal) => client.releaseLease({ abortSignal }))
          .catch(() => undefined);
      },
    };
  }
}

const LEASE_SECONDS = 30;
