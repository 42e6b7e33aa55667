/** Example values for openapi.json: made from a schema, with known values where the name of a member says what it is. */
import { isObject, type Json, type JsonObject } from '../../domain/resources/json.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/prod';
const SHOP = `${GROUP}/providers/Microsoft.Web/sites/shop`;
const DIGEST = 'sha256:3f1d0c6a5b9e4827f0c1d2e3a4b5968778695a4b3c2d1e0f123456789abcdef0';
const PERSON = '11111111-0000-4000-8000-000000000001';
const CHANGE = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };

/** By `component.member`, or by the member alone. A value that its schema does not take is not used. */
const KNOWN: Readonly<Record<string, Json>> = {
  'Caller.name': 'ada.lovelace@example.com',
  'Caller.type': 'user',
  'Health.version': '0.1.0',
  'Person.name': 'ada.lovelace@example.com',
  'Resource.id': SHOP,
  'Resource.name': 'shop',
  'Resource.type': 'Microsoft.Web/sites',
  'Rule.id': 'webapp-min-tls',
  'Scan.status': 'running',
  action: 'queue',
  auditIds: ['9f86d081884c7d659a2feaa0c55ad015'],
  benchmark: 'MCSB DP-3',
  bicep: "minTlsVersion: '1.2'",
  by: { objectId: PERSON, name: 'ada.lovelace@example.com' },
  comment: 'Agreed with the owners of the app.',
  correlationId: '5b3c2d1e-0f12-4456-889a-bcdef0123456',
  cursor: 'MTAw.c2lnbmF0dXJl',
  detail: 'must be the id of a rule',
  digest: DIGEST,
  document: CHANGE.document,
  documentation: 'docs/rules/web-app.md#webapp-min-tls',
  evaluated: 17,
  eventId: 'd2c3b4a5-0000-4000-8000-000000000001',
  expires: '2026-06-01T00:00:00.000Z',
  expiresAt: '2026-03-08T12:00:00.000Z',
  found: 42,
  from: CHANGE.from,
  id: '9f86d081884c7d659a2feaa0c55ad015',
  key: 'webapp-min-tls',
  kind: 'fix.applied',
  mode: 'approve',
  name: 'ada.lovelace@example.com',
  nextCursor: 'MTAw.c2lnbmF0dXJl',
  objectId: PERSON,
  operation: 'Microsoft.Web/sites/write',
  operationId: '0b8a7c6d-0000-4000-8000-000000000001',
  owner: 'Team Checkout',
  path: CHANGE.path,
  q: 'checkout',
  queue: 'plumbline-reconcile',
  reason: 'A client of a partner knows TLS 1.1 only.',
  resource: SHOP,
  risk: 'Clients that know only TLS 1.0 or 1.1 can no longer connect.',
  rule: 'webapp-min-tls',
  scope: GROUP,
  severity: 'high',
  terraform: 'minimum_tls_version = "1.2"',
  ticket: 'SHOP-7',
  tier: 'risky',
  title: 'Minimum TLS version is 1.2 or higher',
  to: CHANGE.to,
  verdict: 'violation',
};

/** Members that an ordinary answer does not have. */
const LEFT_OUT = ['incomplete', 'instance', 'moved', 'setting', 'supersededBy', 'whole'];

/** One value of a schema. `components` are the schemas that references name; `name` is the member that has the value. */
export function exampleOf(schema: JsonObject, components: JsonObject, name = '', component = ''): Json {
  const example = (one: unknown, as = name, of = component) => exampleOf(isObject(one) ? one : {}, components, as, of);
  const { $ref, const: only, enum: values, type } = schema;
  if (typeof $ref === 'string') {
    const referred = $ref.split('/').at(-1) ?? '';
    return example(components[referred], name, referred);
  }
  if (only !== undefined) return only;
  const known = KNOWN[`${component}.${name}`] ?? KNOWN[name];
  if (Array.isArray(values)) return values.find((value) => value === known) ?? values[0] ?? null;
  const [first] = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((some) => (Array.isArray(some) ? some : []));
  if (first !== undefined) return example(first);
  const types = Array.isArray(type) ? type : [type];
  if (types[0] === 'object') {
    // An object without a name of its own is known by its member.
    const of = schema === components[component] ? component : capitalized(name);
    return exampleObject(schema, (member, as) => example(member, as, of));
  }
  if (types[0] === 'array') return Array.isArray(known) ? known : [example(schema.items)];
  if (types[0] === 'boolean') return schema.default ?? true;
  if (types[0] === 'integer' || types[0] === 'number') return exampleNumber(schema, known);
  return types[0] === 'string' ? exampleText(schema, known, name) : (known ?? null);
}

function capitalized(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function exampleObject(
  { properties, required = [] }: JsonObject,
  example: (schema: unknown, name: string) => Json,
): Json {
  const members = Object.entries(isObject(properties) ? properties : {});
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return Object.fromEntries(
    members
      .filter(([name]) => isRequired(name) || !LEFT_OUT.includes(name))
      .map(([name, member]) => [name, example(member, name)]),
  );
}

function exampleNumber(schema: JsonObject, known: Json | undefined): Json {
  const { default: unlessGiven, minimum = 0, maximum = 1 } = schema;
  if (typeof known === 'number') return known;
  if (unlessGiven !== undefined) return unlessGiven;
  return Math.min(Math.max(1, Number(minimum)), Number(maximum));
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-03-01',
  'date-time': '2026-03-01T12:00:00.000Z',
  uri: 'urn:plumbline:problem:invalid',
  uuid: PERSON,
};

/** Texts that a pattern may take. */
const TEXTS = ['08:00', SHOP, DIGEST, PERSON, '9f86d081884c7d659a2feaa0c55ad015', '1', '1h'];

function exampleText(schema: JsonObject, known: Json | undefined, name: string): Json {
  const { format, pattern, default: unlessGiven, maxLength = Number.POSITIVE_INFINITY } = schema;
  const usual = FORMATS[String(format)];
  if (usual !== undefined) return format === 'date-time' && isTime(known) ? known : usual;
  const form = new RegExp(String(pattern ?? ''));
  const fits = (text: unknown) => typeof text === 'string' && form.test(text) && text.length <= Number(maxLength);
  return [known, unlessGiven, name, ...TEXTS].find(fits) ?? 'text';
}

function isTime(value: Json | undefined): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
}
