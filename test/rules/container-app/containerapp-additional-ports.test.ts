import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-additional-ports.ts';
import { CONTAINER_APP_ID, containerApp, environment, ingress } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const documents = (additionalPortMappings: Json, members = {}) => ({
  environment: environment(null),
  resource: containerApp(ingress({ additionalPortMappings, ...members })),
});
const change = { document: 'resource', path: '/properties/configuration/ingress/additionalPortMappings' } as const;
const metrics = { external: false, targetPort: 9090, exposedPort: null };
const mqtt = { external: true, targetPort: 1883, exposedPort: 8883 };

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'in an environment whose public access is disabled an external port is not on the internet',
      documents: { ...documents([mqtt]), environment: environmentWith({ publicNetworkAccess: 'Disabled' }) },
    },
    {
      title: 'nor is it in an internal environment',
      documents: { ...documents([mqtt]), environment: environmentWith(vnet(SUBNET_ID)) },
    },
    {
      title: 'none true needs no environment',
      documents: { resource: containerApp(ingress({ additionalPortMappings: [metrics] })) },
    },
    { title: 'none true', documents: documents([metrics, { targetPort: 7000 }]) },
    { title: 'null = no additional ports', documents: documents(null) },
    { title: 'an empty list', documents: documents([]) },
    { title: 'none true, whatever else is said of them', documents: documents([{ external: false }, {}]) },
    { title: 'absent, as older versions send it', documents: { resource: containerApp(ingress({})) } },
  ],
  violation: [
    {
      title: 'FULL list with external=false: array replace, the other ports stay',
      documents: documents([metrics, mqtt, { targetPort: 7000 }]),
      tier: 'risky',
      changes: [
        {
          ...change,
          from: [metrics, mqtt, { targetPort: 7000 }],
          to: [metrics, { ...mqtt, external: false }, { targetPort: 7000 }],
        },
      ],
      reason: /1883/,
    },
    {
      title: 'gap in every authority: internal HTTP ingress, and a port beside it that is open all the same',
      documents: documents([{ external: true, targetPort: 5671 }], { external: false }),
      tier: 'risky',
      changes: [
        { ...change, from: [{ external: true, targetPort: 5671 }], to: [{ external: false, targetPort: 5671 }] },
      ],
    },
    {
      title: 'beside a TCP ingress, too; several at once',
      documents: documents([mqtt, { ...mqtt, targetPort: 1884 }], { transport: 'Tcp' }),
      tier: 'risky',
      changes: [
        {
          ...change,
          from: [mqtt, { ...mqtt, targetPort: 1884 }],
          to: [
            { ...mqtt, external: false },
            { ...mqtt, targetPort: 1884, external: false },
          ],
        },
      ],
      reason: /1883, 1884/,
    },
  ],
  notApplicable: [{ title: 'no ingress', documents: { resource: containerApp(null) } }],
  unknown: [
    {
      title: 'an external port, and the environment not read',
      documents: { resource: containerApp(ingress({ additionalPortMappings: [mqtt] })) },
    },
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'ports that are no list', documents: documents({ external: true }) },
    { title: 'ports in a list of something else', documents: documents([mqtt, 1884]) },
    { title: 'a port that is no number', documents: documents([mqtt, { ...mqtt, targetPort: '1884' }]) },
    { title: 'no port', documents: documents([mqtt, { external: true }]) },
    { title: 'an exposed port that is no number', documents: documents([{ ...mqtt, exposedPort: {} }]) },
    { title: 'a switch that is neither on nor off', documents: documents([mqtt, { ...mqtt, external: 'true' }]) },
  ],
});
