/** The lines that declare a diagnostic setting as the changes would make it. */
import type { Change } from '../domain/change.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Source } from '../domain/rule.ts';
import { bicepOf, terraformOf } from './source-lines.ts';

/** What the changes set in a diagnostic setting, as Bicep and Terraform; null when they touch none. */
export function logExportSource(changes: readonly Change[]): Source | null {
  const own = changes.filter(({ document }) => document === 'diagnosticSettings');
  const [first] = own;
  if (!first) return null;
  const name = decodeToken(first.path.split('/')[2] ?? '');
  const set: JsonObject = Object.fromEntries(own.flatMap(propertiesOf));
  const logs = Array.isArray(set.logs) ? set.logs : [];
  return {
    bicep: [
      "resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {",
      '  scope: app',
      `  name: ${bicepOf(name)}`,
      '  properties: {',
      ...Object.entries(set).map(([key, value]) => `    ${key}: ${bicepOf(value)}`),
      '  }',
      '}',
    ].join('\n'),
    terraform: [
      '# azurerm_monitor_diagnostic_setting',
      `name = ${terraformOf(name)}`,
      ...(set.workspaceId ? [`log_analytics_workspace_id = ${terraformOf(set.workspaceId)}`] : []),
      ...logs.flatMap(enabledLog),
    ].join('\n'),
  };
}

function propertiesOf({ path, to }: Change): [string, Json][] {
  const property = path.split('/')[4];
  if (property !== undefined) return [[property, to]];
  return isObject(to) ? Object.entries(to) : [];
}

/** The provider lists only what is sent. */
function enabledLog(log: Json): string[] {
  if (!isObject(log) || log.enabled !== true) return [];
  if (typeof log.category === 'string') return [`enabled_log { category = ${terraformOf(log.category)} }`];
  return [`enabled_log { category_group = ${terraformOf(log.categoryGroup ?? 'allLogs')} }`];
}

function decodeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
