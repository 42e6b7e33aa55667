import { rule } from '../../../src/rules/web-app/webapp-scm-min-tls.ts';
import { tlsTables } from '../checks/app-service/tls-version-tables.ts';
import { SITE_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const same = tlsTables('scmMinTlsVersion');
const documents = (minTlsVersion: string, scmMinTlsVersion: string) => ({
  resource: site(),
  'config/web': webConfig({ minTlsVersion, scmMinTlsVersion }),
});

testRule(rule, {
  id: SITE_ID,
  ...same,
  compliant: [
    ...same.compliant,
    {
      title: "same parser as WEB-MIN-TLS, and not a word about the app's own version",
      documents: documents('1.0', '1.2'),
    },
  ],
  violation: [
    ...same.violation,
    {
      title: 'Most scanners do not check it; PSRule fixture fn-app carries scmMinTlsVersion "1.0" unnoticed',
      documents: documents('1.2', '1.0'),
      tier: 'safe',
      changes: [{ document: 'config/web', path: '/properties/scmMinTlsVersion', from: '1.0', to: '1.2' }],
    },
  ],
});
