import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-client-cert.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (clientCertificateMode: Json, transport: Json = 'Auto') => ({
  resource: containerApp(ingress({ clientCertificateMode, transport })),
});
const change = {
  document: 'resource',
  path: '/properties/configuration/ingress/clientCertificateMode',
  to: 'require',
} as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: '"require"', documents: documents('require') },
    { title: 'case-insensitive', documents: documents('Require', 'Http2') },
  ],
  violation: [
    {
      title: 'null = ignore',
      documents: documents(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    { title: 'ignore', documents: documents('ignore'), tier: 'risky', changes: [{ ...change, from: 'ignore' }] },
    {
      title: 'accept takes callers without a certificate, too',
      documents: documents('Accept', 'http'),
      tier: 'risky',
      changes: [{ ...change, from: 'Accept' }],
      reason: /"Accept"/,
    },
  ],
  notApplicable: [
    { title: 'http transports only (service rejects it otherwise)', documents: documents(null, 'Tcp') },
    { title: 'no ingress', documents: { resource: containerApp(null) } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'an ingress that is no object', documents: { resource: containerApp('external') } },
    { title: 'a mode that is no text', documents: documents(true) },
  ],
});
