import { rule } from '../../../src/rules/container-app/containerapp-alerts.ts';
import { alertsTables } from '../checks/monitoring/alerts-tables.ts';
import { CONTAINER_APP_ID } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: CONTAINER_APP_ID, ...alertsTables(CONTAINER_APP_ID, 'Microsoft.App/containerApps') });
