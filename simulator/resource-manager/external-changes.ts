// Writes by users and pipelines: they have the effect and the event of any write, but no faults apply and no token is needed.
import { randomUUID } from 'node:crypto';
import { ArmError } from '../arm/errors.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { Place, WriteMethod } from '../estate/place.ts';
import type { Caller } from '../identity/directory.ts';
import { createdResource } from './created-resource.ts';
import { defaultEffect, effectOf, findRowByName, readDocument } from './documents.ts';
import type { ResourceManager } from './resource-manager.ts';
import { targetOf } from './writes.ts';

type Estate = Pick<ResourceManager, 'estate' | 'operations' | 'writes' | 'audience'>;

/** See Simulator.change. Throws when there is nothing to change, or when the provider refuses. */
export async function changeAsCaller(
  caller: Caller,
  id: string,
  document: string,
  patch: unknown,
  azure: Estate,
): Promise<void> {
  const existing = azure.estate.find(id);
  const resource = existing ?? create(caller, id, document, patch, azure);
  const named = findRowByName(resource.kind, document);
  if (!named) throw new Error(`'${document}' is no document of ${id}; see simulator/resource-manager/documents.ts.`);
  const place: Place = { estate: azure.estate, resource, ...named };

  for (let busy = azure.operations.running(resource); busy; busy = azure.operations.running(resource)) await busy.ended;

  const method = patch === null ? 'DELETE' : existing && named.row.writes?.PATCH ? 'PATCH' : 'PUT';
  const operation = azure.writes.commit({
    place,
    method,
    effect: existing ? effect(place, method, patch) : { status: 201 },
    caller,
    correlationId: randomUUID(),
    url: `${azure.audience}${targetOf(place)}?api-version=2025-05-01`,
    existed: existing !== undefined && readDocument(place) !== undefined,
  });
  await operation?.ended;
}

function create(caller: Caller, id: string, document: string, body: unknown, { estate }: Estate): StoredResource {
  if (document !== 'resource' || body === null) throw new Error(`There is no resource ${id} to change.`);
  return estate.add(createdResource(id, body, caller));
}

function effect(place: Place, method: WriteMethod, body: unknown) {
  if (!place.row.writes?.[method]) return defaultEffect(place, method, body);
  try {
    return effectOf(place, method, body);
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    throw new Error(`Refused with ${error.answer.status}: ${JSON.stringify(error.answer.body)}`, { cause: error });
  }
}
