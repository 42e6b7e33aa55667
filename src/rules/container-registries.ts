/**
 * Azure Container Registries as a subscription lists them: those of the general list of resources tell name, place and SKU,
 * with their replications beside them; those of the registries' own list may hold properties and replications.
 */
import { isObject, type JsonObject } from '../domain/json.ts';
import type { Judgement } from '../domain/rule.ts';
import { bodyOf, type Snapshot } from '../domain/snapshot.ts';
import { judgeList, propertiesOf } from './listed.ts';
import { objectsIn } from './lists.ts';
import { lowerCase } from './text.ts';

const REGISTRY = 'microsoft.containerregistry/registries';
/**
 * The host of a registry, with what may stand around it: a scheme, a port, a path. The suffixes are those of Azure's clouds
 * (azure-cli-core, cloud.py, acr_login_server_endpoint).
 */
const IN_AZURE = /^(?:https?:\/\/)?((?:[a-z0-9-]+\.)+azurecr\.(?:io|cn|us))(?::\d{1,5})?(?:\/|$)/;

export interface Registry {
  /** As `Basic`, `Standard` or `Premium`; null when it was not told. */
  readonly sku: string | null;
  /** Where it is replicated to, its home among them, lower case; null when that was not told. */
  readonly locations: ReadonlySet<string> | null;
}

/** Judges the registries that were read: those of the subscription, or one by itself. */
export function judgeRegistries(snapshot: Snapshot, judge: (elements: readonly JsonObject[]) => Judgement): Judgement {
  const body = bodyOf(snapshot, 'registry');
  return body && isObject(body.sku) ? judge([body]) : judgeList(snapshot, 'registry', judge);
}

/** The host of the Azure Container Registry that a server or the reference of an image names, lower case; null for others. */
export function azureRegistryIn(named: string): string | null {
  return IN_AZURE.exec(named.trim().toLowerCase())?.[1] ?? null;
}

/** The registry that answers at this server; null when it is not in the list. */
export function registryAt(server: string, elements: readonly JsonObject[]): Registry | null {
  const host = azureRegistryIn(server);
  if (host === null) return null;
  const found = elements.find((one) => [REGISTRY, ''].includes(lowerCase(one.type)) && answersAt(one, host));
  if (!found) return null;
  const sku = isObject(found.sku) && typeof found.sku.name === 'string' ? found.sku.name : null;
  return { sku, locations: locationsOf(found, elements) };
}

/** A host may have a hash behind the name of its registry, which itself has no hyphen. */
function answersAt(registry: JsonObject, host: string): boolean {
  const { loginServer } = propertiesOf(registry);
  return typeof loginServer === 'string'
    ? lowerCase(loginServer) === host
    : lowerCase(registry.name) === host.replace(/[-.].*$/, '');
}

/** The home region may or may not be listed as a replication, so that it is counted once with the others. */
function locationsOf(registry: JsonObject, elements: readonly JsonObject[]): Set<string> | null {
  const told = registry.replications ?? propertiesOf(registry).replications ?? null;
  const inside = isObject(told) ? (told.value ?? null) : told;
  const above = `${lowerCase(registry.id)}/replications/`;
  const beside = elements.filter(({ id }) => lowerCase(id).startsWith(above));
  // Their own list does not tell replications: none in it is no proof that there are none.
  if (inside === null && beside.length === 0 && isObject(registry.properties)) return null;
  const replications = inside === null ? beside : objectsIn(inside);
  if (!replications) return null;
  const places = [registry, ...replications].map(({ location }) => lowerCase(location).replaceAll(' ', ''));
  return new Set(places.filter((place) => place !== ''));
}
