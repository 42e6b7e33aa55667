import { rule } from '../../../src/rules/web-app/webapp-failed-request-tracing.ts';
import { windowsLogTables } from '../checks/app-service/windows-logs-tables.ts';
import { SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: SITE_ID, ...windowsLogTables('requestTracingEnabled', 'Windows only; performance cost') });
