// Diagnostic settings of any resource: PUT takes one whole, a category goes to a sink once, and there are five at most.
import type { Effect, Place } from './documents.ts';
import { errors, Refusal } from './errors.ts';
import type { StoredResource } from './estate-store.ts';
import { isObject, type JsonObject, member } from './merge.ts';

const most = 5;
const list = 'diagnosticSettings';

/** One setting by name; undefined when there is none. */
export function getSetting({ resource, captured }: Place): unknown {
  return settingsOf(resource).find((setting) => isNamed(setting, captured));
}

/** PUT of a setting: all that it will be, or a refusal. */
export function putSetting({ resource, captured }: Place, body: unknown): Effect {
  const properties = member(body, 'properties');
  const setting = rawSetting(resource, captured, isObject(properties) ? properties : {});
  const all = settingsOf(resource);
  const others = all.filter((other) => !isNamed(other, captured));
  refuseUnsupported(resource, setting);
  refuseWithoutSink(setting);
  refuseSinkInUse(resource, setting, others);
  if (others.length >= most) throw new Refusal(errors.tooManySettings(resource.id));
  const at = all.findIndex((other) => isNamed(other, captured));
  const value = at < 0 ? [...all, setting] : all.with(at, setting);
  return { status: 200, documents: { [list]: { value } }, answer: setting };
}

/** 200 when it was there, 204 when not. */
export function deleteSetting({ resource, captured }: Place): Effect {
  const value = settingsOf(resource).filter((setting) => !isNamed(setting, captured));
  const status = value.length < settingsOf(resource).length ? 200 : 204;
  return { status, documents: { [list]: { value } }, answer: undefined };
}

/** What a resource can send, with the groups that each category is in. */
export function categories({ resource }: Place): unknown {
  const named = (name: string, categoryType: string, categoryGroups: string[]) => ({
    id: `${resource.id}/providers/microsoft.insights/diagnosticSettingsCategories/${name}`,
    type: 'microsoft.insights/diagnosticSettingsCategories',
    name,
    location: null,
    kind: null,
    tags: null,
    properties: { categoryType, categoryGroups },
    identity: null,
  });
  const logs = logCategories(resource).map((name) =>
    named(name, 'Logs', auditCategories.includes(name) ? ['audit', 'allLogs'] : ['allLogs']),
  );
  return { value: [...logs, named('AllMetrics', 'Metrics', [])] };
}

const auditCategories = [
  'AppServiceAuditLogs',
  'AppServiceIPSecAuditLogs',
  'AppServiceFileAuditLogs',
  'ContainerAppSystemLogs',
];

/** Which log categories a resource has. File audit and antivirus logs, which need Premium plans, are left out. */
function logCategories(resource: StoredResource): string[] {
  switch (resource.kind) {
    case 'site':
    case 'slot': {
      const kind = String(member(resource.documents.get('resource'), 'kind')).toLowerCase();
      if (kind.includes('workflowapp')) return ['WorkflowRuntime', 'FunctionAppLogs', 'AppServiceAuthenticationLogs'];
      if (kind.includes('functionapp')) return ['FunctionAppLogs', 'AppServiceAuthenticationLogs'];
      const everywhere = ['AppServiceHTTPLogs', 'AppServiceConsoleLogs', 'AppServiceAppLogs', 'AppServiceAuditLogs'];
      const rest = ['AppServiceIPSecAuditLogs', 'AppServiceAuthenticationLogs'];
      return [...everywhere, ...rest, ...(kind.includes('linux') ? ['AppServicePlatformLogs'] : [])];
    }
    case 'environment':
      return [
        'ContainerAppConsoleLogs',
        'ContainerAppSystemLogs',
        'AppEnvSpringAppConsoleLogs',
        'AppEnvSessionConsoleLogs',
        'AppEnvSessionLifeCycleLogs',
        'AppEnvSessionPoolEventLogs',
      ];
    case 'subscription':
      return [
        'Administrative',
        'Security',
        'ServiceHealth',
        'Alert',
        'Recommendation',
        'Policy',
        'Autoscale',
        'ResourceHealth',
      ];
    default:
      return []; // Container apps and plans have metrics only.
  }
}

function refuseUnsupported(resource: StoredResource, setting: JsonObject): void {
  const supported = logCategories(resource);
  for (const log of entries(setting, 'logs')) {
    const group = log.categoryGroup;
    if (typeof log.category === 'string' && !includes(supported, log.category)) {
      throw new Refusal(errors.unsupportedCategory(log.category));
    }
    if (typeof group === 'string' && (supported.length === 0 || !includes(['allLogs', 'audit'], group))) {
      throw new Refusal(errors.unsupportedCategory(group));
    }
  }
}

function refuseWithoutSink(setting: JsonObject): void {
  if (sinkNames.every((name) => !member(setting, 'properties', name))) throw new Refusal(errors.noSink());
}

const sinkNames = ['workspaceId', 'storageAccountId', 'eventHubAuthorizationRuleId'];

function refuseSinkInUse(resource: StoredResource, setting: JsonObject, others: readonly JsonObject[]): void {
  for (const name of sinkNames) {
    const sink = member(setting, 'properties', name);
    if (typeof sink !== 'string') continue;
    for (const other of others) {
      if (String(member(other, 'properties', name)).toLowerCase() !== sink.toLowerCase()) continue;
      const sent = sentCategories(resource, other);
      const twice = sentCategories(resource, setting).find((category) => includes(sent, category));
      if (twice) throw new Refusal(errors.sinkInUse(sink, String(other.name), twice));
    }
  }
}

/** The categories that are switched on; a group stands for all that are in it. */
function sentCategories(resource: StoredResource, setting: JsonObject): string[] {
  return [...entries(setting, 'logs'), ...entries(setting, 'metrics')]
    .filter((entry) => entry.enabled === true)
    .flatMap((entry) => {
      if (typeof entry.category === 'string') return [entry.category];
      const all = logCategories(resource);
      return String(entry.categoryGroup).toLowerCase() === 'audit'
        ? all.filter((name) => includes(auditCategories, name))
        : all;
    });
}

function settingsOf(resource: StoredResource): JsonObject[] {
  const value = member(resource.documents.get(list), 'value');
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function entries(setting: JsonObject, name: string): JsonObject[] {
  const value = member(setting, 'properties', name);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A setting as Microsoft.Insights shows it: nulls for what was not given, and an id in lower case down to its own type. */
export function rawSetting(resource: { id: string }, name: string, properties: JsonObject): JsonObject {
  const retentionPolicy = { enabled: false, days: 0 };
  const given = (key: string) => (Array.isArray(properties[key]) ? properties[key].filter(isObject) : []);
  // Those of a subscription have another provider in their ids, and no slash at the beginning.
  const id = /^\/subscriptions\/[^/]+$/i.test(resource.id)
    ? `${resource.id.slice(1)}/providers/AzureResourceManager/diagnosticSettings/${name}`
    : `${resource.id.toLowerCase()}/providers/microsoft.insights/diagnosticSettings/${name}`;
  return {
    id,
    type: 'Microsoft.Insights/diagnosticSettings',
    name,
    location: null,
    kind: null,
    tags: null,
    properties: {
      storageAccountId: null,
      serviceBusRuleId: null,
      workspaceId: null,
      eventHubAuthorizationRuleId: null,
      eventHubName: null,
      logAnalyticsDestinationType: null,
      ...properties,
      metrics: given('metrics').map((metric) => ({ timeGrain: null, retentionPolicy, ...metric })),
      logs: given('logs').map((log) => ({ category: null, categoryGroup: null, retentionPolicy, ...log })),
    },
    identity: null,
  };
}

function isNamed(setting: JsonObject, name: string): boolean {
  return String(setting.name).toLowerCase() === name.toLowerCase();
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}
