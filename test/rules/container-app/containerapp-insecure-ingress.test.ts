import { rule } from '../../../src/rules/container-app/containerapp-insecure-ingress.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const change = {
  document: 'resource',
  path: '/properties/configuration/ingress/allowInsecure',
  from: true,
  to: false,
} as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'allowInsecure false', documents: { resource: containerApp(ingress({ allowInsecure: false })) } },
    { title: 'allowInsecure null', documents: { resource: containerApp(ingress({ allowInsecure: null })) } },
    { title: 'allowInsecure absent', documents: { resource: containerApp({ external: true, targetPort: 80 }) } },
  ],
  violation: [
    {
      title: 'safe on external ingress',
      documents: { resource: containerApp(ingress({ allowInsecure: true })) },
      tier: 'safe',
      changes: [change],
    },
    {
      title: 'internal ingress is still evaluated: risky on internal ingress',
      documents: { resource: containerApp(ingress({ allowInsecure: true, external: false })) },
      tier: 'risky',
      changes: [change],
    },
    {
      title: 'absent external is internal',
      documents: { resource: containerApp({ allowInsecure: true, targetPort: 80, transport: 'http' }) },
      tier: 'risky',
      changes: [change],
    },
  ],
  notApplicable: [
    { title: 'no ingress object', documents: { resource: containerApp(null) } },
    {
      title: 'transport tcp',
      documents: { resource: containerApp(ingress({ allowInsecure: true, transport: 'Tcp' })) },
    },
  ],
  unknown: [
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    {
      title: 'a transport that is no text',
      documents: { resource: containerApp(ingress({ allowInsecure: true, transport: 1 })) },
    },
    {
      title: 'allowInsecure neither true nor false',
      documents: { resource: containerApp(ingress({ allowInsecure: 1 })) },
    },
    { title: 'an ingress that is no object', documents: { resource: containerApp([]) } },
  ],
});
