// What each api-version knows of a resource, by the published types (see published/): what GET shows of a stored body, and
// what of a written body is taken. Unknown names are dropped without a word, as Azure drops them.
import { readFileSync } from 'node:fs';
import { ArmError, errors } from '../arm/errors.ts';
import { type Address, namespaceOf } from '../arm/resource-id.ts';
import { asObject, isObject, type JsonObject } from '../json/json.ts';
import { type Outline, parseOutline, type Shape } from './outline.ts';

const PROVIDERS = ['web', 'app', 'insights', 'authorization', 'security', 'network', 'resources'];
/** Every type of theirs has the versions of the provider; of the others only the types in their outlines are known. */
const WHOLE = ['microsoft.web', 'microsoft.app'];

const outlines = new Map<string, Outline>();

/** Undefined for a provider whose types were not extracted. */
function outlineOf(provider: string): Outline | undefined {
  const name = provider.toLowerCase();
  if (!PROVIDERS.some((one) => `microsoft.${one}` === name)) return undefined;
  const known =
    outlines.get(name) ?? parseOutline(readFileSync(new URL(`published/${name}.txt`, import.meta.url), 'utf8'));
  outlines.set(name, known);
  return known;
}

export interface PublishedType {
  name: string;
  shape: Shape;
  versions: readonly string[];
}

/**
 * The published type of the document at `suffix` below a resource; null where there is none. A slot is a site, and a list
 * is judged by what is in it.
 */
export function publishedType(resourceType: string, suffix: string): PublishedType | null {
  const own = resourceType.replace(/\/slots$/i, '').replace(/^(Microsoft\.Resources)\/subscriptions\//i, '$1/');
  const [first = '', namespace, extension] = suffix.split('/');
  const candidates =
    first.toLowerCase() === 'providers'
      ? [`${namespace}/${extension}`]
      : suffix === '' || first === 'slots'
        ? [own]
        : [`${own}/${suffix}`, `${own}/${first}`];
  for (const name of candidates) {
    const outline = outlineOf(providerOf(name));
    const found = [...(outline?.types ?? [])].find(([type]) => type.toLowerCase() === name.toLowerCase());
    if (!outline || !found) continue;
    const [type, shape] = found;
    return { name: type, shape, versions: outline.versions.filter((version) => has(shape, version)) };
  }
  return null;
}

/** The types of a provider with their versions, named without it; a slot has those of a site. */
export function publishedTypes(provider: string): { name: string; versions: string[] }[] {
  const outline = outlineOf(provider);
  const all = [...(outline?.types ?? [])].filter(([type]) => !type.includes('#'));
  const found = new Map<string, string[]>();
  for (const [type, shape] of all) {
    const versions = outline?.versions.filter((version) => has(shape, version)) ?? [];
    const name = type
      .split('/')
      .slice(1)
      .join('/')
      .replace(/^(sites\/config)\/.*/, '$1');
    for (const one of name === 'sites' ? [name, 'sites/slots'] : [name]) {
      found.set(one, [...new Set([...(found.get(one) ?? []), ...versions])]);
    }
  }
  return [...found].map(([name, versions]) => ({ name, versions }));
}

/** Throws an ArmError for an api-version that the provider does not have. */
export function refuseUnknownVersion(version: string, address: Address, type: PublishedType | null): void {
  const provider = namespaceOf(address);
  const whole = WHOLE.includes(provider.toLowerCase()) ? outlineOf(provider)?.versions : undefined;
  const versions = type?.versions ?? whole;
  if (versions === undefined || versions.includes(version.toLowerCase())) return;
  const name = type?.name.slice(type.name.indexOf('/') + 1) ?? address.rest.at(-2) ?? '';
  throw new ArmError(
    type && /^microsoft\.resources$/i.test(providerOf(type.name))
      ? errors.invalidApiVersion(version, versions)
      : errors.unsupportedApiVersion(name, version, versions),
  );
}

/**
 * The body as this version shows it, or each element of a list. What only other versions have is not there; what none has
 * is: Azure sends more than it publishes.
 */
export function projectToVersion(body: unknown, type: PublishedType | null, version: string): unknown {
  if (!type) return body;
  const one = (resource: unknown) =>
    isObject(resource) ? { ...shownOf(resource, type.shape, version), ...frameOf(resource) } : resource;
  return isObject(body) && Array.isArray(body.value) ? { ...body, value: body.value.map(one) } : one(body);
}

/** Members around the properties of every resource, in every version. */
const frame = ['id', 'name', 'type', 'location', 'kind', 'tags'];

function frameOf(resource: JsonObject): JsonObject {
  return Object.fromEntries(frame.filter((name) => name in resource).map((name) => [name, resource[name]]));
}

function shownAs(value: unknown, shape: Shape, version: string): unknown {
  if (Array.isArray(value)) return value.map((one) => shownAs(one, shape, version));
  return isObject(value) && shape.members.size > 0 ? shownOf(value, shape, version) : value;
}

function shownOf(value: JsonObject, shape: Shape, version: string): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, below]) => {
      const member = memberOf(shape, name);
      if (member === undefined) return [[name, below]];
      return has(member, version) ? [[name, shownAs(below, member, version)]] : [];
    }),
  );
}

export interface AcceptOptions {
  /** Absent: any version, and what only the service sets is taken as well. */
  version?: string;
  method: string;
  /** PATCH accepts what PUT accepts, beyond its own model. */
  takesUnpublished?: boolean;
  /** What is stored; names that are in it are known without a version. */
  current?: unknown;
}

/** What of a written body reaches the service. */
export function acceptedBody(body: JsonObject, type: PublishedType | null, taking: AcceptOptions): JsonObject {
  if (!type) return body;
  const { version, method, takesUnpublished = false, current } = taking;
  const known = takenAs(body, type.shape, version, current);
  const model = outlineOf(providerOf(type.name))?.types.get(`${type.name}#${method}`);
  return asObject(version !== undefined && model && !takesUnpublished ? takenAs(known, model, version, {}) : known);
}

function takenAs(value: unknown, shape: Shape, version: string | undefined, current: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => takenAs(one, shape, version, {}));
  if (!isObject(value) || shape.members.size === 0) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, below]) => {
      const known = memberOf(shape, name);
      const stored = asObject(current)[name];
      const keeps =
        version === undefined ? known || stored !== undefined : known && !known.readOnly && has(known, version);
      return keeps ? [[name, known ? takenAs(below, known, version, stored) : below]] : [];
    }),
  );
}

/** A PUT: what is given, with what only the service sets, and what it sends without publishing it, as they are. */
export function replaceBody(current: unknown, given: JsonObject, shape: Shape): JsonObject {
  const kept = Object.entries(asObject(current)).filter(([name]) => memberOf(shape, name)?.readOnly !== false);
  const below = Object.entries(given).map(([name, value]): [string, unknown] => {
    const member = memberOf(shape, name);
    const within = isObject(value) && member && member.members.size > 0;
    return [name, within ? replaceBody(asObject(current)[name], value, member) : value];
  });
  return { ...Object.fromEntries(below), ...Object.fromEntries(kept) };
}

function memberOf(shape: Shape, name: string): Shape | undefined {
  return shape.members.get(name) ?? shape.members.get('*');
}

function has({ versions }: Shape, version: string): boolean {
  return versions === null || versions.has(version.toLowerCase());
}

function providerOf(type: string): string {
  return type.split('/')[0] ?? '';
}
