import { rule } from '../../../src/rules/web-app/webapp-direct-role-assignments.ts';
import { OWNER, roleAssignmentsTables } from '../checks/identity/role-assignments-tables.ts';
import { assigned, roleAssignments } from '../fixtures/role-assignments.ts';
import { SITE_ID, SLOT_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const tables = roleAssignmentsTables(SITE_ID, false);

testRule(rule, {
  id: SITE_ID,
  ...tables,
  compliant: [
    ...tables.compliant,
    {
      title: "inherited assignments are not this rule's business: a slot inherits from its app",
      id: SLOT_ID,
      documents: { roleAssignments: roleAssignments(assigned(OWNER, SITE_ID)) },
    },
  ],
});
