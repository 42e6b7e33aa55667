// How Microsoft.App takes writes: JSON merge patch, as an operation during which the resource is busy. New values are
// visible when the operation ends (when exactly they become visible in Azure is unverified).

import { publishedType, replaceBody } from '../api-versions/published-types.ts';
import { ArmError, errors } from '../arm/errors.ts';
import type { Effect, Place } from '../estate/place.ts';
import { asObject, isObject, type JsonObject, member, mergePatch } from '../json/json.ts';
import { identityAfter } from '../web-app/writes.ts';

/** PATCH: 202, and the merged app when the operation ends. */
export function patchContainerApp(place: Place, body: unknown): Effect {
  refuseWhenBusy(place);
  refuseSecretsWithoutValue(body);
  const current = place.resource.documents.get('resource');
  const merged = mergedWith(current, body);
  const configuration = member(merged, 'properties', 'configuration');
  // A removed ingress reads as null, not as absent.
  if (isObject(configuration) && !('ingress' in configuration)) configuration.ingress = null;
  if (member(body, 'properties', 'template') !== undefined) startRevision(merged, place.resource.address.name);
  return { status: 202, operation: true, documents: { resource: merged }, answer: undefined };
}

/** PUT replaces all that is writable and answers 201 with the app while it is in progress. */
export function putContainerApp(place: Place, body: unknown): Effect {
  refuseWhenBusy(place);
  refuseSecretsWithoutValue(body);
  const { documents, address } = place.resource;
  const current = asObject(documents.get('resource'));
  const given = withoutReadOnly(body);
  // An app stays in its environment.
  const { environmentId, managedEnvironmentId } = asObject(current.properties);
  const properties = { environmentId, managedEnvironmentId, ...asObject(given.properties) };
  const shape = publishedType(address.type, '')?.shape;
  const resource = {
    ...(shape ? replaceBody(current, { ...given, properties }, shape) : current),
    ...Object.fromEntries(readOnly.map((name) => [name, current[name]])),
    // Whether a PUT that names no identity removes it is unverified.
    identity:
      given.identity === undefined ? current.identity : identityAfter(withoutAssigned(current), given.identity, ','),
  };
  startRevision(resource, address.name);
  return { status: 201, operation: true, documents: { resource }, answer: inProgress(resource) };
}

/** DELETE: 202, and removed when the operation ends. */
export function deleteContainerApp(place: Place): Effect {
  refuseWhenBusy(place);
  return { status: 202, operation: true, removesResource: true, answer: undefined };
}

/** PATCH of an environment, as of an app. */
export function patchEnvironment(place: Place, body: unknown): Effect {
  refuseWhenBusy(place);
  const resource = mergedWith(place.resource.documents.get('resource'), body);
  return { status: 202, operation: true, documents: { resource }, answer: undefined };
}

/** The body with the state that it shows while, or after, an operation runs. */
export function withState(body: unknown, provisioningState: string): unknown {
  return { ...asObject(body), properties: { ...asObject(member(body, 'properties')), provisioningState } };
}

/** Environments name the state of a running update otherwise than apps do. */
export function inProgress(body: unknown): unknown {
  const isApp = String(member(body, 'type')).toLowerCase() === 'microsoft.app/containerapps';
  return withState(body, isApp ? 'InProgress' : 'Waiting');
}

const readOnly = ['id', 'name', 'type', 'systemData', 'location'];

function mergedWith(current: unknown, body: unknown): JsonObject {
  const { identity, ...patch } = withoutReadOnly(body);
  const merged = asObject(mergePatch(current, patch));
  if (identity !== undefined) merged.identity = identityAfter(merged.identity, identity, ',');
  return merged;
}

function withoutAssigned(app: JsonObject): unknown {
  return { ...asObject(app.identity), userAssignedIdentities: {} };
}

function withoutReadOnly(body: unknown): JsonObject {
  return Object.fromEntries(Object.entries(asObject(body)).filter(([name]) => !readOnly.includes(name)));
}

function startRevision(app: JsonObject, name: string): void {
  const properties = asObject(app.properties);
  const number = Number(/--(\d+)$/.exec(String(properties.latestRevisionName))?.[1] ?? 0) + 1;
  const revision = `${name}--${String(number).padStart(7, '0')}`;
  app.properties = { ...properties, latestRevisionName: revision, latestReadyRevisionName: revision };
}

function refuseWhenBusy({ resource }: Place): void {
  if (!resource.operationId) return;
  const busy = resource.kind === 'environment' ? errors.busyEnvironment : errors.busyApp;
  throw new ArmError(busy(resource.address.name, resource.operationId));
}

/** GET gives secrets without values, so a copied list is refused (azure-sdk-for-net 41244). */
function refuseSecretsWithoutValue(body: unknown): void {
  const secrets = member(body, 'properties', 'configuration', 'secrets');
  if (!Array.isArray(secrets)) return;
  const bare = secrets.find(
    (secret) => member(secret, 'value') === undefined && member(secret, 'keyVaultUrl') === undefined,
  );
  if (bare === undefined) return;
  const message = `Container app secret(s) with name(s) '${member(bare, 'name')}' are invalid: value or keyVaultUrl and identity should be provided.`;
  throw new ArmError(errors.badRequest('ContainerAppSecretInvalid', message));
}
