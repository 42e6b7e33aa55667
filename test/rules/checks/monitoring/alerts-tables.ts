/** The tables of a rule about alerts, for each kind of app. */
import type { JsonObject } from '../../../../src/domain/resources/json.ts';
import { activityLogAlert, alerts, metricAlert } from '../../fixtures/alerts.ts';
import type { Tables } from '../../rule-tester.ts';

const SUBSCRIPTION = '/subscriptions/11111111-2222-3333-4444-555555555555';
const METRIC = 'subscription/metricAlerts';
const ACTIVITY = 'subscription/activityLogAlerts';

/** The tables for an app of this ARM type. */
export function alertsTables(id: string, type: string): Omit<Tables, 'id'> {
  const group = id.split('/').slice(0, 5).join('/');
  const metric = (...value: JsonObject[]) => ({ [METRIC]: alerts(...value), [ACTIVITY]: alerts() });
  const activity = (...value: JsonObject[]) => ({ [METRIC]: alerts(), [ACTIVITY]: alerts(...value) });
  const advice = { tier: 'advice', changes: [] } as const;
  return {
    compliant: [
      { title: 'an enabled alert whose scope is the app, with an action group', documents: metric(metricAlert([id])) },
      {
        title: 'an enabled alert whose scope is its group, with an action group',
        documents: metric(metricAlert([group], { targetResourceType: type.toLowerCase() })),
      },
      {
        title: 'an enabled alert whose scope is its subscription, with an action group',
        documents: activity(activityLogAlert([`${SUBSCRIPTION}/`])),
      },
      {
        title: 'scopes compare case-insensitively',
        documents: activity(activityLogAlert(['/subscriptions/other', group.toUpperCase()])),
      },
      { title: 'one list is enough when it proves it', documents: { [METRIC]: alerts(metricAlert([id])) } },
      {
        title: 'one list is enough when it proves it, and the other is none',
        documents: { [METRIC]: { value: 'none' }, [ACTIVITY]: alerts(activityLogAlert([id])) },
      },
    ],
    violation: [
      { title: 'no alert at all', documents: metric(), ...advice },
      { title: 'an alert that is off', documents: metric(metricAlert([id], { enabled: false })), ...advice },
      {
        title: 'an alert without an action group',
        documents: {
          [METRIC]: alerts(metricAlert([id], { actions: null })),
          [ACTIVITY]: alerts(activityLogAlert([id], { actions: { actionGroups: [] } })),
        },
        ...advice,
      },
      {
        title: 'an alert that watches another app',
        documents: metric(metricAlert([`${id}2`, group.replace('shop-rg', 'shop'), '', '/']), metricAlert(null)),
        ...advice,
      },
      {
        title: 'an alert on the group that watches machines there',
        documents: metric(metricAlert([group], { targetResourceType: 'Microsoft.Compute/virtualMachines' })),
        ...advice,
      },
    ],
    unknown: [
      { title: 'not read', documents: {} },
      { title: 'one list was not read, and the other proves nothing', documents: { [METRIC]: alerts() } },
      {
        title: 'one list is none, and the other proves nothing',
        documents: { [METRIC]: alerts(), [ACTIVITY]: { value: [1] } },
      },
    ],
  };
}
