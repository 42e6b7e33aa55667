/** The forms that the rows of the table of documents have. */
import { RESOURCES } from './api-versions.ts';
import type { DocumentDefinition, DocumentName, WriteDefinition } from './document.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Resource, ResourceKind } from './resource.ts';

export function itself(
  kind: ResourceKind,
  apiVersion: string,
  type: string,
  writes?: readonly WriteDefinition[],
): DocumentDefinition {
  return {
    name: 'resource',
    kinds: [kind],
    apiVersion,
    readActions: [`${type}/read`],
    when: 'event',
    missing: 'gone',
    path: ({ id }) => id,
    ...(writes ? { writes } : {}),
  };
}

/** A document below the resource, whose name is its path. */
export function below(
  kind: ResourceKind,
  name: DocumentName,
  apiVersion: string,
  readActions: readonly string[],
): DocumentDefinition {
  const path = ({ id }: Resource) => `${id}/${name}`;
  return { name, kinds: [kind], apiVersion, readActions, when: 'event', missing: 'unknown', path };
}

export function outside(
  kinds: readonly ResourceKind[],
  name: DocumentName,
  apiVersion: string,
  readActions: readonly string[],
): Omit<DocumentDefinition, 'path'> {
  return { name, kinds, apiVersion, readActions, when: 'event', missing: 'unknown', shared: true };
}

/** A resource that the properties of another document name. */
export function placed(
  kind: ResourceKind,
  name: DocumentName,
  apiVersion: string,
  readAction: string,
  from: DocumentName,
  place: (properties: JsonObject) => string | null,
): DocumentDefinition {
  const path: DocumentDefinition['path'] = (_, body) => place(isObject(body?.properties) ? body.properties : {});
  return { ...outside([kind], name, apiVersion, [readAction]), from, path };
}

export function onSweep(definition: DocumentDefinition): DocumentDefinition {
  return { ...definition, when: 'sweep' };
}

/** All resources of a type in the subscription, whole. */
export function listed(
  kinds: readonly ResourceKind[],
  name: DocumentName,
  apiVersion: string,
  type: string,
): DocumentDefinition {
  const path = ({ subscriptionId }: Resource) => `/subscriptions/${subscriptionId}/providers/${type}`;
  return onSweep({ ...outside(kinds, name, apiVersion, [`${type}/read`]), path });
}

/** Resources of some types in the subscription by name, place, SKU and tags: one list, where the types have lists of their own. */
export function inventory(kind: ResourceKind, name: DocumentName, types: readonly string[]): DocumentDefinition {
  return onSweep({
    ...outside([kind], name, RESOURCES, ['Microsoft.Resources/subscriptions/resources/read']),
    path: ({ subscriptionId }) => `/subscriptions/${subscriptionId}/resources`,
    query: { $filter: types.map((type) => `resourceType eq '${type}'`).join(' or ') },
  });
}

export function merged(action: string, impact: WriteDefinition['impact']): WriteDefinition {
  return { at: '', method: 'PATCH', how: 'merge', actions: [action], linkedActions: [], impact };
}

/** An ARM id in a document; anything that is none is taken for absent. */
export function idIn(value: Json | undefined): string | null {
  return typeof value === 'string' && /^\/subscriptions\/[^?#%]+$/i.test(value) ? value : null;
}
