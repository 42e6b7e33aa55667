import { rule } from '../../../src/rules/web-app/webapp-failed-request-tracing.ts';
import { SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';
import { windowsLogTables } from '../windows-logs-tables.ts';

testRule(rule, { id: SITE_ID, ...windowsLogTables('requestTracingEnabled', 'Windows only; performance cost') });
