import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-session-affinity.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (stickySessions: Json) => ({ resource: containerApp(ingress({ stickySessions })) });
const change = {
  document: 'resource',
  path: '/properties/configuration/ingress/stickySessions/affinity',
  to: 'none',
} as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: '"none"', documents: documents({ affinity: 'none' }) },
    { title: 'case-insensitive', documents: documents({ affinity: 'None' }) },
    { title: 'null', documents: documents({ affinity: null }) },
    { title: 'no sticky sessions at all', documents: documents(null) },
  ],
  violation: [
    {
      title: 'sticky',
      documents: documents({ affinity: 'sticky' }),
      tier: 'risky',
      changes: [{ ...change, from: 'sticky' }],
    },
    {
      title: 'Sticky, in another case',
      documents: documents({ affinity: 'Sticky' }),
      tier: 'risky',
      changes: [{ ...change, from: 'Sticky' }],
    },
  ],
  notApplicable: [
    { title: 'no ingress = n/a', documents: { resource: containerApp(null) } },
    { title: 'TCP has no sessions', documents: { resource: containerApp(ingress({ transport: 'tcp' })) } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'an affinity that is no text', documents: documents({ affinity: true }) },
    { title: 'sticky sessions that are no object', documents: documents(['sticky']) },
  ],
});
