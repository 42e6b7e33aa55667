import { rule } from '../../../src/rules/web-app/webapp-detailed-error-logs.ts';
import { windowsLogTables } from '../checks/app-service/windows-logs-tables.ts';
import { SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: SITE_ID, ...windowsLogTables('detailedErrorLoggingEnabled', 'Windows only in practice') });
