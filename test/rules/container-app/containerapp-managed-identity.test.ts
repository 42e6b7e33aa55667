import { rule } from '../../../src/rules/container-app/containerapp-managed-identity.ts';
import { identityTables } from '../checks/identity/managed-identity-tables.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const { identity: _, ...app } = containerApp(ingress({}));

testRule(rule, {
  id: CONTAINER_APP_ID,
  ...identityTables((beside) => ({ ...app, ...beside }), 'SystemAssigned,UserAssigned'),
});
