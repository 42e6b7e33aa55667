// Bodies as a row has them: of the latest version that is no preview, with times cut to milliseconds and, in the configuration
// of sites, names in Pascal case. Resources that share a body share what is made of it.

import { projectToVersion, publishedType } from '../api-versions/published-types.ts';
import { asObject, isObject, type JsonObject, member } from '../json/json.ts';
import type { GraphSettings } from './graph-settings.ts';

export interface RowBodies {
  /** A body of the document at `suffix` below a resource of this type; of null nothing. `more` are further properties. */
  shown(body: unknown, type: string, suffix: string, more?: () => JsonObject): JsonObject;
  /** What Resource Graph asked for, when it asked the provider; empty where it is not known. */
  versionOf(type: string, suffix: string): string;
}

/** For these settings; others need another. */
export function createRowBodies({ nulls, propertyCase, newestVersion }: GraphSettings): RowBodies {
  const made = new WeakMap<object, JsonObject>();
  const published = new Map<string, { type: ReturnType<typeof publishedType>; version: string }>();

  function publishedOf(type: string, suffix: string) {
    const key = `${type} ${suffix}`;
    const known = published.get(key);
    if (known) return known;
    const found = publishedType(type, suffix);
    const version =
      found?.versions
        .filter((one) => /^[\d-]+$/.test(one) && one <= newestVersion)
        .sort()
        .at(-1) ?? '';
    const both = { type: found, version };
    published.set(key, both);
    return both;
  }

  return {
    versionOf: (type, suffix) => publishedOf(type, suffix).version,
    shown(body, type, suffix, more) {
      if (!isObject(body)) return {};
      const known = made.get(body);
      if (known) return known;
      const { type: shape, version } = publishedOf(type, suffix);
      const projected = version === '' ? body : projectToVersion(body, shape, version);
      const properties = { ...propertiesOf(projected, type), ...more?.() };
      const written = suffix !== '' && propertyCase === 'pascal' ? pascal(properties) : properties;
      const shown = { ...(isObject(projected) && projected), properties: rowValue(written, nulls) };
      made.set(body, shown);
      return shown;
    },
  };
}

/** A subscription has none: what it has stands beside its id. */
function propertiesOf(body: unknown, type: string): JsonObject {
  const properties = member(body, 'properties');
  if (!/^microsoft\.resources\/subscriptions$/i.test(type)) return asObject(properties);
  const { state, subscriptionPolicies, managedByTenants } = isObject(body) ? body : {};
  return { state, subscriptionPolicies, managedByTenants };
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d+)(Z|[+-]\d\d:\d\d)?$/;

function rowValue(value: unknown, nulls: GraphSettings['nulls']): unknown {
  if (typeof value === 'string')
    return value.replace(TIME, (_, kept, cut, zone = '') => `${kept}${'0'.repeat(cut.length)}${zone}`);
  if (Array.isArray(value)) return value.map((one) => rowValue(one, nulls));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) =>
      one === undefined || (one === null && nulls === 'absent') ? [] : [[name, rowValue(one, nulls)]],
    ),
  );
}

/** Names down to the elements of lists. */
export function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, pascal(one)]),
  );
}

/** Each text of a value through a function. */
export function eachText(value: unknown, own: (text: string) => string): unknown {
  if (typeof value === 'string') return own(value);
  if (Array.isArray(value)) return value.map((one) => eachText(one, own));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, eachText(one, own)]));
}
