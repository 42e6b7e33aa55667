/** Takes the lease on a resource as a reconcile does: with the lease that it has just read. */
import type { Resource } from '../../src/domain/resources/resource.ts';
import type { Lease, Resources } from '../../src/workflows/ports/resource-states.ts';

export async function takeLease({ resources }: { resources: Resources }, resource: Resource): Promise<Lease | null> {
  const { lease } = await resources.load(resource);
  return resources.acquire(resource, lease);
}
