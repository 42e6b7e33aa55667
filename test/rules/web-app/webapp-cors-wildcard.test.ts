import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-cors-wildcard.ts';
import { SITE_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (cors: Json) => ({ resource: site(), 'config/web': webConfig({ cors }) });
const change = { document: 'config/web', path: '/properties/cors/allowedOrigins' } as const;
const kept = { document: 'config/web', path: '/properties/cors/supportCredentials' } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'no element equals "*"',
      documents: documents({ allowedOrigins: ['https://x'], supportCredentials: true }),
    },
    { title: 'null = pass', documents: documents(null) },
    { title: 'null origins = pass', documents: documents({ allowedOrigins: null, supportCredentials: false }) },
    { title: 'a pattern below a domain is no "*"', documents: documents({ allowedOrigins: ['https://*.x'] }) },
    { title: '[] = pass', documents: documents({ allowedOrigins: [], supportCredentials: false }) },
  ],
  violation: [
    {
      title: '["*","https://x"] = fail; the other origins stay',
      documents: documents({ allowedOrigins: ['*', 'https://x'], supportCredentials: false }),
      tier: 'risky',
      changes: [{ ...change, from: ['*', 'https://x'], to: ['https://x'] }],
      kept: [{ ...kept, value: false }],
    },
    {
      title: 'if "*" is the only one, set allowedOrigins [] and ask',
      documents: documents({ allowedOrigins: ['*'], supportCredentials: null }),
      tier: 'risky',
      changes: [{ ...change, from: ['*'], to: [] }],
    },
    {
      title: '"*" + supportCredentials=true = critical',
      documents: documents({ allowedOrigins: ['https://x', '*'], supportCredentials: true }),
      tier: 'risky',
      severity: 'critical',
      changes: [{ ...change, from: ['https://x', '*'], to: ['https://x'] }],
      kept: [{ ...kept, value: true }],
    },
    {
      title: '"*" + supportCredentials=true = critical: as a word',
      documents: documents({ allowedOrigins: ['*'], supportCredentials: 'True' }),
      tier: 'risky',
      severity: 'critical',
      changes: [{ ...change, from: ['*'], to: [] }],
      kept: [{ ...kept, value: 'True' }],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: {
        ...documents({ allowedOrigins: ['*'] }),
        resource: site({}, { kind: 'functionapp,azurecontainerapps' }),
      },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'cors in a form that nobody knows', documents: documents('*') },
    { title: 'an origin that is none', documents: documents({ allowedOrigins: ['*', 7] }) },
    { title: 'origins in a form that nobody knows', documents: documents({ allowedOrigins: '*' }) },
  ],
});
