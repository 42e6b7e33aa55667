import { rule } from '../../../src/rules/web-app/webapp-managed-identity.ts';
import { SITE_ID, site } from '../fixtures/web-app.ts';
import { identityTables } from '../identity-tables.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: SITE_ID, ...identityTables((beside) => site({}, beside), 'SystemAssigned, UserAssigned') });
