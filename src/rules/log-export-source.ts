/** The lines that declare a diagnostic setting as the changes would make it. */
import type { Change } from '../domain/change.ts';
import { isObject, type Json, type JsonObject, tokensOf } from '../domain/json.ts';
import { Block, type Body, type Declaration, Expression } from './source-lines.ts';

/** A setting that sends everything to a workspace: what is recommended where nothing can be written. */
const RECOMMENDED: JsonObject = { logs: [{ categoryGroup: 'allLogs', enabled: true }] };

/** The diagnostic setting of an app or an environment that the changes set; `of` is its Terraform address. */
export function logExportDeclaration(changes: readonly Change[], of: string): Declaration {
  const own = changes.filter(({ document }) => document === 'diagnosticSettings');
  const name = tokensOf(own[0]?.path ?? '')[1] ?? 'plumbline';
  const set: JsonObject = own.length > 0 ? Object.fromEntries(own.flatMap(propertiesOf)) : RECOMMENDED;
  // A setting that exists has its destination already.
  const workspace = set.workspaceId ?? (own.length > 0 ? undefined : new Expression('workspaceId'));
  const destination = workspace === undefined ? {} : { workspaceId: workspace };
  const logs = Array.isArray(set.logs) ? set.logs : [];
  return {
    type: 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview',
    name: 'logs',
    body: { scope: new Expression('app'), name, properties: { ...destination, ...set } },
    azurerm: {
      resource: 'azurerm_monitor_diagnostic_setting',
      body: {
        name,
        target_resource_id: new Expression(`${of}.id`),
        ...terraformDestination(workspace),
        ...(logs.some(isEnabled) ? { enabled_log: logs.filter(isEnabled).map(enabledLog) } : {}),
      },
    },
  };
}

function propertiesOf({ path, to }: Change): [string, Json][] {
  const property = path.split('/')[4];
  if (property !== undefined) return [[property, to]];
  return isObject(to) ? Object.entries(to) : [];
}

function terraformDestination(workspace: Json | Expression | undefined): Body {
  if (workspace === undefined) return {};
  return {
    log_analytics_workspace_id: workspace instanceof Expression ? new Expression('var.workspace_id') : workspace,
  };
}

function isEnabled(log: Json): log is JsonObject {
  return isObject(log) && log.enabled === true;
}

/** The provider lists only what is sent. */
function enabledLog({ category, categoryGroup }: JsonObject): Block {
  return new Block(typeof category === 'string' ? { category } : { category_group: categoryGroup ?? 'allLogs' });
}
