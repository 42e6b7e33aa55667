import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-min-replicas.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const QUEUE = { name: 'orders', custom: { type: 'azure-queue', metadata: { queueName: 'orders' }, auth: [] } };
const documents = (scale: Json) => ({ resource: containerApp(null, { template: { scale } }) });
const scaled = (minReplicas: Json) => documents({ minReplicas, maxReplicas: 10, cooldownPeriod: 300, rules: null });

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: '>= 2', documents: scaled(2) },
    { title: '>= 2, more', documents: scaled(30) },
  ],
  violation: [
    {
      title: 'scale to zero of an app that is called, whatever rule it has',
      documents: {
        resource: containerApp(ingress({}), {
          template: { scale: { minReplicas: 0, maxReplicas: 5, rules: [QUEUE] } },
        }),
      },
      tier: 'advice',
      changes: [],
      reason: /scales to zero/,
    },
    {
      title: 'null = 0 (scale to zero)',
      documents: scaled(null),
      tier: 'advice',
      changes: [],
      reason: /scales to zero/,
    },
    {
      title: 'no scale at all = 0',
      documents: documents(null),
      tier: 'advice',
      changes: [],
      reason: /scales to zero/,
    },
    { title: '0', documents: scaled(0), tier: 'advice', changes: [], reason: /scales to zero/ },
    { title: '1', documents: scaled(1), tier: 'advice', changes: [], reason: /one replica/ },
  ],
  notApplicable: [
    {
      title: 'functions scale with their triggers',
      documents: { resource: containerApp(ingress({}), { kind: 'functionapp', template: { scale: null } }) },
    },
    {
      title: 'a worker without ingress that scales with its queue',
      documents: documents({ minReplicas: 0, maxReplicas: 5, rules: [QUEUE] }),
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no template', documents: { resource: { properties: { configuration: {} } } } },
    { title: 'a minimum that is no number', documents: scaled('2') },
    { title: 'a scale that is no object', documents: documents([2]) },
  ],
});
