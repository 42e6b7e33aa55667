import { rule } from '../../../src/rules/web-app/webapp-alerts.ts';
import { alertsTables } from '../checks/monitoring/alerts-tables.ts';
import { alerts, metricAlert } from '../fixtures/alerts.ts';
import { SITE_ID, SLOT_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const tables = alertsTables(SITE_ID, 'Microsoft.Web/sites');

testRule(rule, {
  id: SITE_ID,
  ...tables,
  violation: [
    ...tables.violation,
    {
      title: 'an alert on the app says nothing about its slots',
      id: SLOT_ID,
      documents: {
        'subscription/metricAlerts': alerts(metricAlert([SITE_ID])),
        'subscription/activityLogAlerts': alerts(),
      },
      tier: 'advice',
      changes: [],
    },
  ],
});
