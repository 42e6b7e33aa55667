import { rule } from '../../../src/rules/web-app/webapp-managed-identity.ts';
import { identityTables } from '../checks/identity/managed-identity-tables.ts';
import { SITE_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: SITE_ID, ...identityTables((beside) => site({}, beside), 'SystemAssigned, UserAssigned') });
