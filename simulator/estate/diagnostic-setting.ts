// The body of a diagnostic setting.
import { isObject, type JsonObject } from '../json/json.ts';

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
