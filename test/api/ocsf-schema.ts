/**
 * What the published schema of OCSF 1.8.0 requires of the events that Plumbline writes: the classes with the profile `cloud`, and
 * the objects in them. Source: https://github.com/ocsf/ocsf-schema, version.json 1.8.0 (commit 3dcb905d2652), Apache License 2.0;
 * the same as https://schema.ocsf.io/1.8.0/. Written down by hand: names and numbers only.
 */
import { isObject } from '../../src/domain/resources/json.ts';

const EVERY_CLASS = {
  required: ['activity_id', 'category_uid', 'class_uid', 'cloud', 'metadata', 'severity_id', 'time', 'type_uid'],
  known: [
    ...[
      'activity_name',
      'api',
      'category_name',
      'class_name',
      'count',
      'duration',
      'end_time',
      'enrichments',
      'message',
    ],
    ...['observables', 'raw_data', 'raw_data_hash', 'raw_data_size', 'severity', 'start_time', 'status', 'status_code'],
    ...['status_detail', 'status_id', 'timezone_offset', 'type_name', 'unmapped'],
  ],
};

interface ClassFacts {
  readonly category: number;
  readonly names: readonly [category: string, className: string];
  readonly required: readonly string[];
  readonly known: readonly string[];
  readonly activities: Readonly<Record<number, string>>;
  readonly statuses: Readonly<Record<number, string>>;
}

const OUTCOMES = { 0: 'Unknown', 1: 'Success', 2: 'Failure' };

const CLASSES: Readonly<Record<number, ClassFacts>> = {
  2003: {
    category: 2,
    names: ['Findings', 'Compliance Finding'],
    required: ['compliance', 'finding_info'],
    known: ['comment', 'evidences', 'remediation', 'resource', 'resources', 'vendor_attributes'],
    activities: { 0: 'Unknown', 1: 'Create', 2: 'Update', 3: 'Close' },
    statuses: {
      ...{ 0: 'Unknown', 1: 'New', 2: 'In Progress', 3: 'Suppressed', 4: 'Resolved' },
      ...{ 5: 'Archived', 6: 'Deleted' },
    },
  },
  6003: {
    category: 6,
    names: ['Application Activity', 'API Activity'],
    required: ['actor', 'api', 'src_endpoint'],
    known: ['dst_endpoint', 'http_request', 'http_response', 'resources'],
    activities: { 0: 'Unknown', 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
    statuses: OUTCOMES,
  },
  7001: {
    category: 7,
    names: ['Remediation', 'Remediation Activity'],
    required: ['command_uid'],
    known: ['countermeasures', 'remediation', 'scan'],
    activities: { 0: 'Unknown', 1: 'Isolate', 2: 'Evict', 3: 'Restore', 4: 'Harden', 5: 'Detect' },
    statuses: { ...OUTCOMES, 3: 'Does Not Exist', 4: 'Partial', 5: 'Unsupported', 6: 'Error' },
  },
};

const SEVERITIES = {
  ...{ 0: 'Unknown', 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical', 6: 'Fatal' },
};
/** Every list of numbers has it; then the name is the one of the source. */
const OTHER = 99;

interface ObjectFacts {
  readonly required?: readonly string[];
  readonly oneOf?: readonly string[];
  readonly known: readonly string[];
}

/** By the place in an event; a list holds several of them. */
const OBJECTS: Readonly<Record<string, ObjectFacts>> = {
  metadata: {
    required: ['product', 'version'],
    known: ['correlation_uid', 'event_code', 'log_name', 'original_time', 'profiles', 'sequence', 'uid'],
  },
  'metadata.product': { oneOf: ['name', 'uid'], known: ['name', 'vendor_name', 'version'] },
  cloud: { required: ['provider'], known: ['account'] },
  'cloud.account': { oneOf: ['name', 'uid'], known: ['uid'] },
  api: { required: ['operation'], known: ['request', 'response', 'service'] },
  'api.request': { required: ['uid'], known: [] },
  'api.response': { known: ['code'] },
  'api.service': { oneOf: ['name', 'uid'], known: ['name'] },
  actor: {
    oneOf: ['process', 'user', 'invoked_by', 'session', 'app_name', 'app_uid'],
    known: ['user', 'app_name', 'app_uid'],
  },
  'actor.user': { oneOf: ['account', 'name', 'uid'], known: ['name', 'type', 'type_id', 'uid'] },
  src_endpoint: {
    oneOf: ['ip', 'uid', 'name', 'hostname', 'svc_name', 'instance_uid', 'interface_uid', 'interface_name', 'domain'],
    known: ['svc_name'],
  },
  resources: { oneOf: ['name', 'uid'], known: ['name', 'type', 'uid'] },
  observables: { required: ['type_id'], known: ['name', 'type', 'value'] },
  remediation: { required: ['desc'], known: [] },
  compliance: {
    known: ['control', 'desc', 'requirements', 'standards', 'status', 'status_details', 'status_id'],
  },
  finding_info: {
    required: ['uid'],
    known: ['created_time', 'desc', 'first_seen_time', 'last_seen_time', 'title', 'types'],
  },
};

const COMPLIANCE_STATUSES = { 0: 'Unknown', 1: 'Pass', 2: 'Warning', 3: 'Fail' };
const TIMES = ['time', 'created_time', 'first_seen_time', 'last_seen_time'];

/** What the schema does not allow in an event, in sentences; none when all is well. */
export function faultsOf(event: unknown): string[] {
  if (!isObject(event)) return ['it is no object'];
  const facts = CLASSES[Number(event.class_uid)];
  if (!facts) return [`class ${event.class_uid} is not known`];
  const required = [...EVERY_CLASS.required, ...facts.required];
  const compliance = isObject(event.compliance) ? event.compliance : {};
  return [
    ...required.filter((name) => event[name] === undefined).map((name) => `${name} is missing`),
    ...Object.keys(event)
      .filter((name) => ![...required, ...EVERY_CLASS.known, ...facts.known].includes(name))
      .map((name) => `${name} is not in the class`),
    ...numberFaults('activity', event, facts.activities),
    ...numberFaults('status', event, facts.statuses),
    ...numberFaults('severity', event, SEVERITIES),
    ...(event.compliance === undefined ? [] : numberFaults('status', compliance, COMPLIANCE_STATUSES)),
    ...(event.category_uid === facts.category ? [] : ['category_uid is of another class']),
    ...(event.category_name === facts.names[0] ? [] : ['category_name is of another class']),
    ...(event.class_name === facts.names[1] ? [] : ['class_name is of another class']),
    ...(event.type_uid === Number(event.class_uid) * 100 + Number(event.activity_id) ? [] : ['type_uid is wrong']),
    ...Object.entries(OBJECTS).flatMap(([path, about]) =>
      valuesAt(event, path).flatMap((one) => faultsAt(path, one, about)),
    ),
    ...timesIn(event),
  ];
}

function numberFaults(
  name: string,
  holder: Readonly<Record<string, unknown>>,
  names: Readonly<Record<number, string>>,
): string[] {
  const number = Number(holder[`${name}_id`]);
  const text = holder[name === 'activity' ? 'activity_name' : name];
  if (number === OTHER) return typeof text === 'string' && text !== '' ? [] : [`${name} 99 has no name of its own`];
  return names[number] !== undefined && names[number] === text ? [] : [`${name} is not ${number} ${text}`];
}

function faultsAt(path: string, value: unknown, { required = [], oneOf = [], known }: ObjectFacts): string[] {
  if (!isObject(value)) return [`${path} is no object`];
  const has = (name: string) => value[name] !== undefined;
  return [
    ...required.filter((name) => !has(name)).map((name) => `${path}.${name} is missing`),
    ...(oneOf.length === 0 || oneOf.some(has) ? [] : [`${path} has none of ${oneOf.join(', ')}`]),
    ...Object.keys(value)
      .filter((name) => ![...required, ...known].includes(name))
      .map((name) => `${path}.${name} is not known`),
  ];
}

function valuesAt(event: unknown, path: string): unknown[] {
  const value = path.split('.').reduce<unknown>((holder, name) => (isObject(holder) ? holder[name] : undefined), event);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Times are milliseconds since 1970. */
function timesIn(event: Readonly<Record<string, unknown>>): string[] {
  const info = isObject(event.finding_info) ? event.finding_info : {};
  return Object.entries({ ...info, ...event })
    .filter(([name, value]) => TIMES.includes(name) && !Number.isInteger(value))
    .map(([name]) => `${name} is no timestamp`);
}
