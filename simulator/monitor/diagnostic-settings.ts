// Diagnostic settings of any resource: PUT replaces one as a whole, a category goes to a sink once, and five is the maximum.

import { ArmError, errors } from '../arm/errors.ts';
import { rawSetting } from '../estate/diagnostic-setting.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { Effect, Place } from '../estate/place.ts';
import { isObject, type JsonObject, member } from '../json/json.ts';

const most = 5;
const list = 'diagnosticSettings';

/** One setting by name; undefined when there is none. */
export function getSetting({ resource, captured }: Place): unknown {
  return settingsOf(resource).find((setting) => isNamed(setting, captured));
}

/** PUT of a setting: the complete setting, or an ArmError. */
export function putSetting({ resource, captured }: Place, body: unknown): Effect {
  const properties = member(body, 'properties');
  const setting = rawSetting(resource, captured, isObject(properties) ? properties : {});
  const all = settingsOf(resource);
  const others = all.filter((other) => !isNamed(other, captured));
  refuseUnsupported(resource, setting);
  refuseWithoutSink(setting);
  refuseSinkInUse(resource, setting, others);
  if (others.length >= most) throw new ArmError(errors.tooManySettings(resource.id));
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
      throw new ArmError(errors.unsupportedCategory(log.category));
    }
    if (typeof group === 'string' && (supported.length === 0 || !includes(['allLogs', 'audit'], group))) {
      throw new ArmError(errors.unsupportedCategory(group));
    }
  }
}

function refuseWithoutSink(setting: JsonObject): void {
  if (sinkNames.every((name) => !member(setting, 'properties', name))) throw new ArmError(errors.noSink());
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
      if (twice) throw new ArmError(errors.sinkInUse(sink, String(other.name), twice));
    }
  }
}

/** The categories that are switched on; a group includes all that are in it. */
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

function isNamed(setting: JsonObject, name: string): boolean {
  return String(setting.name).toLowerCase() === name.toLowerCase();
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}
