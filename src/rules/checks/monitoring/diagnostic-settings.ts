/**
 * Whether diagnostic settings send a resource's logs anywhere, and the least change that makes them: a setting of our own,
 * or more in a setting that already sends part of them to the same workspace (Azure refuses a second one with 409).
 */

import * as z from 'zod';
import type { Change } from '../../../domain/changes/change.ts';
import { isObject, type Json, type JsonObject, pointerOf, sameJson, tokensOf } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, type Tier, unknown, unreadResult } from '../../../domain/rules/rule.ts';
import { Block, type Body, type Declaration, Expression } from '../../declare/printers.ts';
import { objectsIn } from '../documents/arrays.ts';

export const logExportParameters = z.object({
  workspaceId: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'ARM id of the Log Analytics workspace that new settings send to; PLUMBLINE_WORKSPACE_ID where there is none.',
    ),
});

/** A diagnostic setting as ARM sent it. */
export interface LogSetting {
  readonly name: string;
  readonly properties: JsonObject;
  readonly logs: readonly Json[];
}

/** The changes that export the logs. Without changes the text says what a person has to do first. */
export interface LogExportFix {
  readonly changes: readonly Change[];
  readonly tier?: Tier;
  readonly text: string;
}

/** Azure Monitor allows no more on one resource. */
const MAX_SETTINGS = 5;
const OURS = 'plumbline';

/**
 * Checks the diagnostic settings of a resource, or those of its subscription; unknown when they were not read, or when one
 * that is not understood may send what the others do not.
 */
export function judgeLogSettings(
  snapshot: Snapshot,
  judge: (settings: readonly LogSetting[]) => CheckResult,
  document: 'diagnosticSettings' | 'subscription/diagnosticSettings' = 'diagnosticSettings',
): CheckResult {
  const body = bodyOf(snapshot, document);
  if (!body) return unreadResult(snapshot, document);
  if (!Array.isArray(body.value)) return unknown(`${document} came without a list`);
  const settings = body.value.map(settingOf);
  const judgement = judge(settings.flatMap((setting) => setting ?? []));
  return judgement.verdict === 'violation' && settings.includes(null)
    ? unknown(`${document} holds a setting in a form that Plumbline does not know.`)
    : judgement;
}

/** The categories that no setting sends anywhere; none when one sends all logs. */
export function unsentCategories(settings: readonly LogSetting[], categories: readonly string[]): string[] {
  const sent = settings.filter(hasDestination).flatMap(({ logs }) => logs.filter(isEnabled));
  if (sent.some((log) => isNamed(log, 'categoryGroup', 'allLogs'))) return [];
  return categories.filter((category) => !sent.some((log) => isNamed(log, 'category', category)));
}

/** The least change that sends these categories to the workspace. */
export function planLogExport(
  settings: readonly LogSetting[],
  unsent: readonly string[],
  workspaceId: string | null,
): LogExportFix {
  if (workspaceId === null) {
    return { changes: [], text: 'Set PLUMBLINE_WORKSPACE_ID to the Log Analytics workspace that should receive them.' };
  }
  const ours = settings.find(({ name }) => name.toLowerCase() === OURS);
  const sharing = settings.find(
    (setting) => setting !== ours && sendsTo(setting, workspaceId) && setting.logs.some(isEnabled),
  );
  if (sharing?.name === '') {
    return {
      changes: [],
      text: 'A setting without a name already sends logs to the workspace: let it send these, too.',
    };
  }
  if (sharing) {
    return {
      changes: [extension(sharing, unsent)],
      tier: 'risky',
      text: `The setting '${sharing.name}' already sends logs to the workspace and would send these, too.`,
    };
  }
  if (ours)
    return { changes: restored(ours, unsent, workspaceId), text: `The setting '${ours.name}' would send them.` };
  if (settings.length >= MAX_SETTINGS) {
    return {
      changes: [],
      text: `It has ${settings.length} diagnostic settings, as many as Azure allows: remove one, or let one send them.`,
    };
  }
  const properties = { workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] };
  return {
    changes: [{ document: 'diagnosticSettings', path: `/value/${OURS}/properties`, from: null, to: properties }],
    text: `A setting '${OURS}' would send them to the workspace.`,
  };
}

/** One without a name, as '', cannot be written; null when it is not understood. */
function settingOf(element: Json): LogSetting | null {
  if (!isObject(element) || !isObject(element.properties)) return null;
  const { name = '', properties } = element;
  const logs = objectsIn(properties.logs);
  if (DESTINATIONS.some((key) => typeof (properties[key] ?? '') !== 'string')) return null;
  return logs && { name: typeof name === 'string' ? name : '', properties, logs };
}

const DESTINATIONS = [
  'workspaceId',
  'storageAccountId',
  'eventHubAuthorizationRuleId',
  'marketplacePartnerId',
  'serviceBusRuleId',
];

function hasDestination({ properties }: LogSetting): boolean {
  return DESTINATIONS.some((key) => typeof properties[key] === 'string' && properties[key] !== '');
}

function sendsTo({ properties }: LogSetting, workspaceId: string): boolean {
  return typeof properties.workspaceId === 'string' && sameId(properties.workspaceId, workspaceId);
}

/** Ids compare without case, and Azure Monitor sometimes sends them without their first slash. */
function sameId(a: string, b: string): boolean {
  const plain = (id: string) => id.toLowerCase().replace(/^\/|\/$/g, '');
  return plain(a) === plain(b);
}

function isEnabled(log: Json): log is JsonObject {
  return isObject(log) && log.enabled === true;
}

function isNamed(log: Json, key: 'category' | 'categoryGroup', name: string): boolean {
  if (!isObject(log)) return false;
  const found = log[key];
  return typeof found === 'string' && found.toLowerCase() === name.toLowerCase();
}

/** The changes that restore the logs and the destination of our own setting. */
function restored(ours: LogSetting, unsent: readonly string[], workspaceId: string): Change[] {
  const logs = extension(ours, unsent);
  const path = pointerOf(['value', ours.name, 'properties', 'workspaceId']);
  const from = ours.properties.workspaceId ?? null;
  const destination: Change = { document: 'diagnosticSettings', path, from, to: workspaceId };
  return [...(sameJson(logs.from, logs.to) ? [] : [logs]), ...(hasDestination(ours) ? [] : [destination])];
}

function extension({ name, properties, logs }: LogSetting, unsent: readonly string[]): Change {
  return {
    document: 'diagnosticSettings',
    path: pointerOf(['value', name, 'properties', 'logs']),
    from: properties.logs ?? null,
    to: extended(logs, unsent),
  };
}

/** The list with the missing logs switched on or added, by category or group as the setting has it. Other elements stay. */
function extended(logs: readonly Json[], unsent: readonly string[]): Json[] {
  const telling = logs.some(isEnabled) ? logs.filter(isEnabled) : logs;
  const byCategory = telling.some((log) => isObject(log) && typeof log.category === 'string');
  const byGroup = telling.some((log) => isObject(log) && typeof log.categoryGroup === 'string');
  // Groups and categories do not mix in one setting.
  const key = byCategory && !byGroup ? 'category' : 'categoryGroup';
  const wanted = key === 'category' ? unsent : ['allLogs'];
  const switchedOn = logs.map((log) =>
    isObject(log) && wanted.some((name) => isNamed(log, key, name)) ? { ...log, enabled: true } : log,
  );
  const absent = wanted.filter((name) => !logs.some((log) => isNamed(log, key, name)));
  return [...switchedOn, ...absent.map((name) => ({ [key]: name, enabled: true }))];
}

/** A setting that sends everything to a workspace: what is recommended where nothing can be written. */
const RECOMMENDED: JsonObject = { logs: [{ categoryGroup: 'allLogs', enabled: true }] };

/** The diagnostic setting of an app or an environment that the changes set; `of` is its Terraform address. */
export function logExportDeclaration(changes: readonly Change[], of: string): Declaration {
  const own = changes.filter(({ document }) => document === 'diagnosticSettings');
  const name = tokensOf(own[0]?.path ?? '')[1] ?? OURS;
  const set: JsonObject = own.length > 0 ? Object.fromEntries(own.flatMap(propertiesSetBy)) : RECOMMENDED;
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

/** The properties of the setting that a change sets: one, or all of a new setting. */
function propertiesSetBy({ path, to }: Change): [string, Json][] {
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

/** azurerm lists only logs that are sent. */
function enabledLog({ category, categoryGroup }: JsonObject): Block {
  return new Block(typeof category === 'string' ? { category } : { category_group: categoryGroup ?? 'allLogs' });
}
