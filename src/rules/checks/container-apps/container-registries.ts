/**
 * Azure Container Registries as a subscription lists them. The general list of resources has their names, locations, SKUs and
 * replications; the list of registries may have their properties and replications.
 */
import { isObject, type JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../../domain/resources/snapshot.ts';
import type { CheckResult } from '../../../domain/rules/rule.ts';
import { objectsIn } from '../documents/arrays.ts';
import { lowerCase } from '../documents/leaves.ts';
import { judgeList, propertiesOf } from '../documents/resource-lists.ts';

const REGISTRY = 'microsoft.containerregistry/registries';
/**
 * The host of a registry, with an optional scheme, port and path. The suffixes are those of Azure's clouds
 * (azure-cli-core, cloud.py, acr_login_server_endpoint).
 */
const IN_AZURE = /^(?:https?:\/\/)?((?:[a-z0-9-]+\.)+azurecr\.(?:io|cn|us))(?::\d{1,5})?(?:\/|$)/;

export interface Registry {
  /** `Basic`, `Standard` or `Premium`; null when it is not known. */
  readonly sku: string | null;
  /** The regions that it is in, its home region included, in lower case; null when they are not known. */
  readonly locations: ReadonlySet<string> | null;
}

/** Checks the registries that were read: those of the subscription, or one by itself. */
export function judgeRegistries(
  snapshot: Snapshot,
  judge: (elements: readonly JsonObject[]) => CheckResult,
): CheckResult {
  const body = bodyOf(snapshot, 'registry');
  return body && isObject(body.sku) ? judge([body]) : judgeList(snapshot, 'registry', judge);
}

/** The host of the Azure Container Registry that a server or the reference of an image names, lower case; null for others. */
export function azureRegistryIn(named: string): string | null {
  return IN_AZURE.exec(named.trim().toLowerCase())?.[1] ?? null;
}

/** The registry with this server; null when it is not in the list. */
export function registryAt(server: string, elements: readonly JsonObject[]): Registry | null {
  const host = azureRegistryIn(server);
  if (host === null) return null;
  const found = elements.find((one) => [REGISTRY, ''].includes(lowerCase(one.type)) && answersAt(one, host));
  if (!found) return null;
  const sku = isObject(found.sku) && typeof found.sku.name === 'string' ? found.sku.name : null;
  return { sku, locations: locationsOf(found, elements) };
}

/** A host may have a hash after the name of its registry, which has no hyphen. */
function answersAt(registry: JsonObject, host: string): boolean {
  const { loginServer } = propertiesOf(registry);
  return typeof loginServer === 'string'
    ? lowerCase(loginServer) === host
    : lowerCase(registry.name) === host.replace(/[-.].*$/, '');
}

/** The home region may be listed as a replication, too; it is counted once. */
function locationsOf(registry: JsonObject, elements: readonly JsonObject[]): Set<string> | null {
  const own = registry.replications ?? propertiesOf(registry).replications ?? null;
  const inside = isObject(own) ? (own.value ?? null) : own;
  const above = `${lowerCase(registry.id)}/replications/`;
  const beside = elements.filter(({ id }) => lowerCase(id).startsWith(above));
  // The list of registries may leave replications out, so none there does not mean that there are none.
  if (inside === null && beside.length === 0 && isObject(registry.properties)) return null;
  const replications = inside === null ? beside : objectsIn(inside);
  if (!replications) return null;
  const places = [registry, ...replications].map(({ location }) => lowerCase(location).replaceAll(' ', ''));
  return new Set(places.filter((place) => place !== ''));
}
