import { rule } from '../../../src/rules/web-app/webapp-scm-min-tls.ts';
import { SITE_ID } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';
import { tlsTables } from '../tls-version-tables.ts';

testRule(rule, { id: SITE_ID, ...tlsTables('scmMinTlsVersion') });
