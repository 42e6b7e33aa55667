import { rule } from '../../../src/rules/container-app/containerapp-direct-role-assignments.ts';
import { roleAssignmentsTables } from '../checks/identity/role-assignments-tables.ts';
import { CONTAINER_APP_ID } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: CONTAINER_APP_ID, ...roleAssignmentsTables(CONTAINER_APP_ID, true) });
