// How Microsoft.Web takes writes: it merges, ignores nulls, and answers with the complete body.

import { projectToVersion, publishedType } from '../api-versions/published-types.ts';
import { ArmError, errors } from '../arm/errors.ts';
import type { Effect, Place } from '../estate/place.ts';
import { tenantId as homeTenant } from '../identity/directory.ts';
import { asObject, isObject, type JsonObject, member, mergePatch, withoutNulls } from '../json/json.ts';
import { allowAll, denyAll, rawSite } from './bodies.ts';

/** PATCH of a site or slot. What it carries in `siteConfig` lands in config/web; GET of the site still shows nulls. */
export function patchSite({ resource }: Place, body: unknown): Effect {
  const patch = asObject(body);
  const { siteConfig, ...properties } = asObject(patch.properties);
  if (member(siteConfig, 'publicNetworkAccess') && !properties.publicNetworkAccess) {
    const message =
      'SiteConfig.PublicNetworkAccess cannot be set by itself. Please use the Site.PublicNetworkAccess property.';
    throw new ArmError(errors.badRequest('BadRequest', message));
  }
  const current = asObject(resource.documents.get('resource'));
  const beside = {
    ...(isObject(patch.tags) && { tags: { ...asObject(current.tags), ...withoutNulls(patch.tags) } }),
    ...(typeof patch.kind === 'string' && { kind: patch.kind }),
    identity: identityAfter(current.identity, patch.identity),
  };
  const merged = { ...withProperties(current, properties), ...beside };
  const documents: Record<string, unknown> = { resource: touched(merged) };
  if (isObject(siteConfig))
    documents['config/web'] = withConfiguration(resource.documents.get('config/web'), siteConfig);
  return { status: 200, documents };
}

/**
 * PUT of a site. It merges as PATCH does, but accepts properties that PATCH does not, and resets public network access
 * when it does not name it (azure-powershell 28211). What else a PUT resets is unverified.
 */
export function putSite(place: Place, body: unknown): Effect {
  const effect = patchSite(place, withoutEcho(place, asObject(body)));
  const resource = asObject(effect.documents?.resource);
  const named = member(body, 'properties', 'publicNetworkAccess') ?? null;
  const properties = { ...asObject(resource.properties), publicNetworkAccess: named };
  return { ...effect, documents: { ...effect.documents, resource: { ...resource, properties } } };
}

/**
 * Clients that read a site, change one value and write it back, as the Azure CLI does, send the placeholders of GET as well.
 * Here they change nothing; what App Service does with them is unverified.
 */
function withoutEcho({ resource, version }: Place, body: JsonObject): JsonObject {
  const type = publishedType(resource.address.type, '');
  const stored = resource.documents.get('resource');
  const shown = version === undefined ? stored : projectToVersion(stored, type, version);
  const placeholders = Object.entries(withoutNulls(asObject(member(shown, 'properties', 'siteConfig'))));
  const properties = asObject(body.properties);
  const given = asObject(properties.siteConfig);
  if (placeholders.length === 0 || !placeholders.every(([name]) => name in given)) return body;
  const own = Object.entries(given).filter(
    ([name, value]) => !placeholders.some(([n, v]) => n === name && v === value),
  );
  return { ...body, properties: { ...properties, siteConfig: Object.fromEntries(own) } };
}

/** PATCH or PUT of config/web: even PUT merges (Azure Policy's own remediations rely on it). */
export function writeConfiguration({ resource, row }: Place, body: unknown): Effect {
  const merged = withConfiguration(resource.documents.get(row.name), asObject(member(body, 'properties')));
  return { status: 200, documents: { [row.name]: merged, resource: touched(resource.documents.get('resource')) } };
}

/** PUT of a publishing policy, which has one property. */
export function putPolicy({ resource, row }: Place, body: unknown): Effect {
  const current = asObject(resource.documents.get(row.name));
  return {
    status: 200,
    documents: { [row.name]: withProperties(current, asObject(member(body, 'properties'))) },
  };
}

/** PUT of a document that is replaced as a whole. */
export function putWhole({ resource, row }: Place, body: unknown): Effect {
  const name = row.suffix.split('/').at(-1) ?? row.suffix;
  const type = `${resource.address.type}/${row.suffix.split('/')[0]}`;
  const frame = asObject(resource.documents.get(row.name) ?? { id: `${resource.id}/${row.suffix}`, name, type });
  return { status: 200, documents: { [row.name]: { ...frame, properties: asObject(member(body, 'properties')) } } };
}

/** DELETE of a site or slot, with what is below it. */
export function deleteSite(): Effect {
  return { status: 200, removesResource: true, answer: undefined };
}

/** Each write of a site or its configuration changes this time, so complete bodies are never equal. */
export function touched(site: unknown): unknown {
  return withProperties(asObject(site), { lastModifiedTimeUtc: `${new Date().toISOString().slice(0, -1)}3333` });
}

function withConfiguration(current: unknown, named: JsonObject): unknown {
  const merged = withProperties(asObject(current), named);
  return { ...merged, properties: withLastRules(asObject(merged.properties)) };
}

/**
 * The body with these properties: null or missing means no change (kudu issue 3045), and what a property holds is replaced
 * whole. For lists that is known, for objects it is unverified: their switches that are not named are as on a new app.
 */
function withProperties(body: JsonObject, named: JsonObject): JsonObject {
  const given = Object.entries(withoutNulls(named)).map(([name, value]) => [
    name,
    isObject(value) ? { ...objectsOfNewApps[name], ...withoutNulls(value) } : value,
  ]);
  return { ...body, properties: { ...asObject(body.properties), ...Object.fromEntries(given) } };
}

const objectsOfNewApps: Record<string, JsonObject> = {
  outboundVnetRouting: rawSite.properties.outboundVnetRouting,
  cors: { allowedOrigins: [], supportCredentials: false }, // As null shows (azure-rest-api-specs 21721).
};

/** Each list of access restrictions ends with a rule of the platform's own, which says what becomes of all others. */
function withLastRules(properties: JsonObject): JsonObject {
  const lists = ['ipSecurityRestrictions', 'scmIpSecurityRestrictions'].map((name) => {
    const given = properties[name];
    const own = (Array.isArray(given) ? given : []).filter((rule) => member(rule, 'priority') !== 2147483647);
    const otherwise = properties[`${name}DefaultAction`] ?? (own.length > 0 ? 'Deny' : 'Allow');
    return [name, [...own, otherwise === 'Deny' ? denyAll : allowAll]];
  });
  return { ...properties, ...Object.fromEntries(lists) };
}

/** Assigns ids as Azure would; a type without UserAssigned drops the assigned ones (unverified). */
export function identityAfter(current: unknown, patch: unknown, separator = ', '): unknown {
  if (!isObject(patch)) return current;
  const types = String(patch.type ?? member(current, 'type') ?? 'None')
    .split(',')
    .map((type) => type.trim().toLowerCase());
  const system = types.includes('systemassigned');
  const user = types.includes('userassigned');
  if (!system && !user) return separator === ', ' ? null : { type: 'None' };
  const assigned = asObject(mergePatch(member(current, 'userAssignedIdentities'), patch.userAssignedIdentities ?? {}));
  return {
    ...(system && {
      principalId: member(current, 'principalId') ?? '00000000-0000-4000-8000-0000000000a1',
      tenantId: member(current, 'tenantId') ?? homeTenant,
    }),
    type: [...(system ? ['SystemAssigned'] : []), ...(user ? ['UserAssigned'] : [])].join(separator),
    ...(user && {
      userAssignedIdentities: Object.fromEntries(Object.entries(assigned).map(([id, ids]) => [id, withIds(ids)])),
    }),
  };
}

function withIds(identity: unknown): JsonObject {
  return {
    principalId: '00000000-0000-4000-8000-0000000000a2',
    clientId: '00000000-0000-4000-8000-0000000000a3',
    ...asObject(identity),
  };
}
