// How Microsoft.Web takes writes: it merges, ignores nulls, ignores what it does not know, and answers with the whole.
import type { Effect, Place } from './documents.ts';
import { errors, Refusal } from './errors.ts';
import { asObject, isObject, type JsonObject, member, mergeIgnoringNulls, mergePatch } from './merge.ts';
import { allowAll, denyAll, rawConfigWeb, rawSite } from './raw-web.ts';
import { tenantId as homeTenant } from './seeds.ts';

/** PATCH of a site or slot. What it carries in `siteConfig` lands in config/web; GET of the site still shows nulls. */
export function patchSite({ resource }: Place, body: unknown): Effect {
  const patch = isObject(body) ? body : {};
  const { siteConfig, ...properties } = isObject(patch.properties) ? patch.properties : {};
  if (member(siteConfig, 'publicNetworkAccess') && !properties.publicNetworkAccess) {
    const message =
      'SiteConfig.PublicNetworkAccess cannot be set by itself. Please use the Site.PublicNetworkAccess property.';
    throw new Refusal(errors.badRequest('BadRequest', message));
  }
  const current = asObject(resource.documents.get('resource'));
  const merged = asObject(
    mergeIgnoringNulls(current, { ...pick(patch, ['tags', 'kind']), properties: known(properties, knownOfSite) }),
  );
  merged.identity = identityAfter(current.identity, patch.identity);
  const documents: Record<string, unknown> = { resource: touched(merged) };
  if (isObject(siteConfig))
    documents['config/web'] = mergeConfiguration(resource.documents.get('config/web'), siteConfig);
  return { status: 200, documents };
}

/** PATCH or PUT of config/web: even PUT merges (Azure Policy's own remediations rely on it). */
export function writeConfiguration({ resource, row }: Place, body: unknown): Effect {
  const merged = mergeConfiguration(resource.documents.get(row.name), asObject(member(body, 'properties')));
  return { status: 200, documents: { [row.name]: merged, resource: touched(resource.documents.get('resource')) } };
}

/** PUT of a publishing policy, which has one property. */
export function putPolicy({ resource, row }: Place, body: unknown): Effect {
  const properties = pick(asObject(member(body, 'properties')), ['allow']);
  return {
    status: 200,
    documents: { [row.name]: mergeIgnoringNulls(resource.documents.get(row.name), { properties }) },
  };
}

/** PUT of a document that is taken whole. */
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

/** Each write of a site or its configuration moves this time, so a comparison of whole bodies never holds. */
function touched(site: unknown): unknown {
  return mergeIgnoringNulls(site, {
    properties: { lastModifiedTimeUtc: `${new Date().toISOString().slice(0, -1)}3333` },
  });
}

function mergeConfiguration(current: unknown, properties: JsonObject): unknown {
  const merged = asObject(mergeIgnoringNulls(current, { properties: known(properties, knownOfConfiguration) }));
  return { ...merged, properties: withLastRules(asObject(merged.properties)) };
}

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

// Properties that ARM does not know are taken without a word and not kept: a misspelt fix must not pass for applied.
const knownOfSite = new Set([...Object.keys(rawSite.properties), 'endToEndEncryptionEnabled', 'sshEnabled']);
const knownOfConfiguration = new Set(Object.keys(rawConfigWeb.properties));

function known(properties: JsonObject, names: ReadonlySet<string>): JsonObject {
  return pick(
    properties,
    Object.keys(properties).filter((name) => names.has(name)),
  );
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}
