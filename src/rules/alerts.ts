/** Whether anybody is told when something happens to the app: an alert that watches it and has somebody to tell. */
import { valueAt } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Resource } from '../domain/resource.ts';
import { compliant, type Judgement, type Source } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { judgeList, propertiesOf } from './listed.ts';
import { Block, declared, Expression } from './source-lines.ts';

export const ALERT_DOCUMENTS: readonly DocumentName[] = ['subscription/metricAlerts', 'subscription/activityLogAlerts'];

const NONE: Judgement = {
  verdict: 'violation',
  reason: 'No enabled alert with an action group watches the app.',
  changes: [],
};

/** Judges the alerts of the subscription; one that was read proves it, whether or not the other list was read. */
export function judgeAlerts(snapshot: Snapshot): Judgement {
  const found = ALERT_DOCUMENTS.map((name) =>
    judgeList(snapshot, name, (alerts) => {
      const watching = alerts.find((alert) => watches(propertiesOf(alert), snapshot.resource));
      return watching ? compliant(`The alert ${watching.name ?? 'without a name'} watches the app.`) : NONE;
    }),
  );
  const verdictOf = (verdict: Judgement['verdict']) => found.find((one) => one.verdict === verdict);
  return verdictOf('compliant') ?? verdictOf('unknown') ?? NONE;
}

function watches(alert: JsonObject, resource: Resource): boolean {
  return alert.enabled === true && isScoped(alert, resource) && tellsSomebody(alert);
}

/** By whole ids: an alert of a web app says nothing about its slots. */
function isScoped({ scopes, targetResourceType: target }: JsonObject, { key, type }: Resource): boolean {
  const above = [key.split('/').slice(0, 5).join('/'), key.split('/').slice(0, 3).join('/')];
  const named = Array.isArray(scopes) ? scopes.filter((one) => typeof one === 'string') : [];
  const ids = named.map((one) => one.toLowerCase().replace(/\/$/, ''));
  // A metric alert of a group or a subscription watches the resources of one type there.
  const ofThisType = typeof target !== 'string' || target === '' || target.toLowerCase() === type.toLowerCase();
  return ids.includes(key) || (ofThisType && ids.some((id) => above.includes(id)));
}

/** Metric alerts have a list of actions, activity-log alerts an object with a list of groups. */
function tellsSomebody({ actions }: JsonObject): boolean {
  const groups = isObject(actions) ? actions.actionGroups : actions;
  return Array.isArray(groups) && groups.some((one) => isId(valueAt(one, '/actionGroupId')));
}

function isId(value: Json): boolean {
  return typeof value === 'string' && value !== '';
}

/** An alert on failing requests. `errors` is what the metric counts of them; `app` a Terraform address. */
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
