import { rule } from '../../../src/rules/container-app/containerapp-required-tags.ts';
import { requiredTagsTables } from '../checks/governance/required-tags-tables.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, {
  id: CONTAINER_APP_ID,
  ...requiredTagsTables((tags) => containerApp(ingress({}), { tags })),
});
