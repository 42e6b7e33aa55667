import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-resource-limits.ts';
import { CONTAINER_APP_ID, container, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (...resources: Json[]) => ({
  resource: containerApp(null, {
    template: { containers: resources.map((one, at) => container({ name: `c${at}`, resources: one })) },
  }),
});

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'both present', documents: documents({ cpu: 0.25, memory: '0.5Gi' }, { cpu: 2, memory: '4Gi' }) },
    {
      title: 'the platform always fills them in: low value',
      documents: { resource: containerApp(null) },
    },
  ],
  violation: [
    { title: 'no resources', documents: documents(null), tier: 'advice', changes: [], reason: /: c0\.$/ },
    {
      title: 'no cpu in the second',
      documents: documents({ cpu: 0.5, memory: '1Gi' }, { cpu: null, memory: '1Gi' }),
      tier: 'advice',
      changes: [],
      reason: /: c1\.$/,
    },
    { title: 'no memory', documents: documents({ cpu: 0.5, memory: '' }), tier: 'advice', changes: [] },
    { title: 'cpu 0', documents: documents({ cpu: 0, memory: '1Gi' }), tier: 'advice', changes: [] },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no template', documents: { resource: { properties: { template: [] } } } },
    { title: 'resources that are no object', documents: documents(['1Gi']) },
    { title: 'cpu that is no number', documents: documents({ cpu: '0.5', memory: '1Gi' }) },
    { title: 'memory that is no text', documents: documents({ cpu: 0.5, memory: 1 }) },
    { title: 'containers that are no list', documents: { resource: { properties: { template: { containers: {} } } } } },
  ],
});
