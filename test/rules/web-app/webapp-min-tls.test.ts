import { rule } from '../../../src/rules/web-app/webapp-min-tls.ts';
import { tlsTables } from '../checks/app-service/tls-version-tables.ts';
import { SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: SITE_ID, ...tlsTables('minTlsVersion') });
