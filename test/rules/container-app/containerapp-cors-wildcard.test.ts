import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-cors-wildcard.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (corsPolicy: Json) => ({ resource: containerApp(ingress({ corsPolicy })) });
const policy = (allowedOrigins: Json, allowCredentials: Json) => ({
  allowedOrigins,
  allowedMethods: ['GET', 'POST'],
  allowedHeaders: ['*'],
  exposeHeaders: null,
  maxAge: 60,
  allowCredentials,
});
const change = { document: 'resource', path: '/properties/configuration/ingress/corsPolicy/allowedOrigins' } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'no "*" element', documents: documents(policy(['https://x', 'https://*.y'], true)) },
    { title: 'null policy = pass', documents: documents(null) },
    { title: 'null origins = pass', documents: documents(policy(null, false)) },
    { title: '[] = pass', documents: documents(policy([], true)) },
    { title: 'every header is not every origin', documents: documents(policy(['https://x'], null)) },
  ],
  violation: [
    {
      title: 'existing minus "*"; the rest of the policy stays by the merge',
      documents: documents(policy(['*', 'https://x'], false)),
      tier: 'risky',
      changes: [{ ...change, from: ['*', 'https://x'], to: ['https://x'] }],
    },
    {
      title: '"*" with allowCredentials=true = high',
      documents: documents(policy(['https://x', '*'], true)),
      tier: 'risky',
      severity: 'high',
      changes: [{ ...change, from: ['https://x', '*'], to: ['https://x'] }],
      reason: /with credentials/,
    },
    {
      title: 'if "*" is the only one, none is left, and a person is asked',
      documents: documents(policy(['*'], null)),
      tier: 'risky',
      changes: [{ ...change, from: ['*'], to: [] }],
    },
  ],
  notApplicable: [
    { title: 'no ingress', documents: { resource: containerApp(null) } },
    { title: 'TCP has no origins', documents: { resource: containerApp(ingress({ transport: 'TCP' })) } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a policy that is no object', documents: documents(['*']) },
    { title: 'origins in a form that nobody knows', documents: documents(policy('*', true)) },
    { title: 'origins that are no text', documents: documents(policy(['*', { origin: 'https://x' }], true)) },
  ],
});
