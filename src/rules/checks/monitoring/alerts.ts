/** Alerts that watch an app and have an action group. */

import { valueAt } from '../../../domain/changes/change.ts';
import type { DocumentName } from '../../../domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import type { Resource } from '../../../domain/resources/resource.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, type Source, violation } from '../../../domain/rules/rule.ts';
import { Block, declared, Expression } from '../../declare/printers.ts';
import { judgeList, propertiesOf } from '../documents/resource-lists.ts';

export const ALERT_DOCUMENTS: readonly DocumentName[] = ['subscription/metricAlerts', 'subscription/activityLogAlerts'];

const NONE: CheckResult = violation('No enabled alert with an action group watches the app.');

/** Checks the alerts of the subscription. One alert is enough, even if the other list was not read. */
export function judgeAlerts(snapshot: Snapshot): CheckResult {
  const found = ALERT_DOCUMENTS.map((name) =>
    judgeList(snapshot, name, (alerts) => {
      const watching = alerts.find((alert) => watches(propertiesOf(alert), snapshot.resource));
      return watching ? compliant(`The alert ${watching.name ?? 'without a name'} watches the app.`) : NONE;
    }),
  );
  const verdictOf = (verdict: CheckResult['verdict']) => found.find((one) => one.verdict === verdict);
  return verdictOf('compliant') ?? verdictOf('unknown') ?? NONE;
}

function watches(alert: JsonObject, resource: Resource): boolean {
  return alert.enabled === true && isScoped(alert, resource) && hasActionGroup(alert);
}

/** Compares complete ids: an alert of a web app does not watch its slots. */
function isScoped({ scopes, targetResourceType: target }: JsonObject, { key, type }: Resource): boolean {
  const above = [key.split('/').slice(0, 5).join('/'), key.split('/').slice(0, 3).join('/')];
  const named = Array.isArray(scopes) ? scopes.filter((one) => typeof one === 'string') : [];
  const ids = named.map((one) => one.toLowerCase().replace(/\/$/, ''));
  // A metric alert of a group or a subscription watches the resources of one type there.
  const ofThisType = typeof target !== 'string' || target === '' || target.toLowerCase() === type.toLowerCase();
  return ids.includes(key) || (ofThisType && ids.some((id) => above.includes(id)));
}

/** Metric alerts have a list of actions, activity-log alerts an object with a list of groups. */
function hasActionGroup({ actions }: JsonObject): boolean {
  const groups = isObject(actions) ? actions.actionGroups : actions;
  return Array.isArray(groups) && groups.some((one) => isId(valueAt(one, '/actionGroupId')));
}

function isId(value: Json): boolean {
  return typeof value === 'string' && value !== '';
}

/** The lines of an alert on failing requests; `app` is a Terraform address, the dimension selects the failures. */
export function alertSource(
  app: string,
  metric: { namespace: string; name: string; dimension?: [string, string] },
): Source {
  const [dimension, value] = metric.dimension ?? [];
  const only = dimension !== undefined && value !== undefined ? { name: dimension, values: [value] } : null;
  return declared({
    type: 'Microsoft.Insights/metricAlerts@2026-01-01',
    name: 'errors',
    body: {
      name: 'errors',
      location: 'global',
      properties: {
        enabled: true,
        severity: 2,
        scopes: [new Expression('app.id')],
        evaluationFrequency: 'PT5M',
        windowSize: 'PT5M',
        criteria: {
          'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
          allOf: [
            {
              name: 'errors',
              criterionType: 'StaticThresholdCriterion',
              metricName: metric.name,
              ...(only && { dimensions: [{ ...only, operator: 'Include' }] }),
              timeAggregation: 'Total',
              operator: 'GreaterThan',
              threshold: 10,
            },
          ],
        },
        actions: [{ actionGroupId: new Expression('actionGroup.id') }],
      },
    },
    azurerm: {
      resource: 'azurerm_monitor_metric_alert',
      body: {
        scopes: [new Expression(`${app}.id`)],
        criteria: new Block({
          metric_namespace: metric.namespace,
          metric_name: metric.name,
          ...(only && { dimension: new Block({ ...only, operator: 'Include' }) }),
          aggregation: 'Total',
          operator: 'GreaterThan',
          threshold: 10,
        }),
        action: new Block({ action_group_id: new Expression('azurerm_monitor_action_group.owners.id') }),
      },
    },
  });
}
