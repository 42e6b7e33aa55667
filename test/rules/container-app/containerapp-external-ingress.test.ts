import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-external-ingress.ts';
import { CONTAINER_APP_ID, containerApp, ENVIRONMENT_ID, environment, ingress } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { testRule } from '../rule-tester.ts';

const publicEnvironment = environment(null);
const internalEnvironment = environmentWith(vnet(SUBNET_ID));
const app = (external: Json) => containerApp(ingress({ external }));
const change = {
  document: 'resource',
  path: '/properties/configuration/ingress/external',
  from: true,
  to: false,
} as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'external true in an environment whose public access is disabled is not on the internet',
      documents: {
        resource: app(true),
        environment: environmentWith({
          publicNetworkAccess: 'Disabled',
          vnetConfiguration: { internal: false, infrastructureSubnetId: SUBNET_ID },
          privateEndpointConnections: connections(ENVIRONMENT_ID, 'Approved').value ?? null,
        }),
      },
    },
    { title: 'external false', documents: { resource: app(false), environment: publicEnvironment } },
    { title: 'external false, the environment not read', documents: { resource: app(false) } },
    { title: 'external null: internal is the default', documents: { resource: app(null) } },
    { title: 'external absent', documents: { resource: containerApp({ targetPort: 80 }) } },
    {
      title:
        'or the environment is internal (vnetConfiguration.internal true): environment internal=true makes external=true mean "VNet", not "Internet"',
      documents: { resource: app(true), environment: internalEnvironment },
    },
  ],
  violation: [
    {
      title: 'no change that would cut off callers of the private endpoint of the environment',
      documents: {
        resource: app(true),
        environment: environmentWith({
          publicNetworkAccess: 'Enabled',
          privateEndpointConnections: connections(ENVIRONMENT_ID, 'Approved').value ?? null,
        }),
      },
      tier: 'advice',
      changes: [],
      reason: /disable its public network access instead/,
    },
    {
      title: 'a private endpoint that waits for approval has no callers',
      documents: {
        resource: app(true),
        environment: environmentWith({
          privateEndpointConnections: connections(ENVIRONMENT_ID, 'Pending').value ?? null,
        }),
      },
      tier: 'risky',
      changes: [change],
    },
    {
      title: 'external true in an environment without a network of its own',
      documents: { resource: app(true), environment: publicEnvironment },
      tier: 'risky',
      changes: [change],
    },
    {
      title: 'external true in a network that is not internal',
      documents: {
        resource: app(true),
        environment: environmentWith({ vnetConfiguration: { internal: false, infrastructureSubnetId: SUBNET_ID } }),
      },
      tier: 'risky',
      changes: [change],
    },
    {
      title: 'external true over TCP',
      documents: {
        resource: containerApp(ingress({ external: true, transport: 'Tcp', exposedPort: 5432 })),
        environment: environmentWith({ vnetConfiguration: { internal: null, infrastructureSubnetId: SUBNET_ID } }),
      },
      tier: 'risky',
      changes: [change],
    },
  ],
  notApplicable: [{ title: 'no ingress = n/a', documents: { resource: containerApp(null) } }],
  unknown: [
    {
      title: 'in an environment on Kubernetes that is connected by Azure Arc',
      documents: {
        resource: containerApp(ingress({ external: true }), {
          extendedLocation: { type: 'CustomLocation', name: 'x' },
        }),
        environment: publicEnvironment,
      },
    },
    {
      title: 'a word for the public network that nobody knows',
      documents: { resource: app(true), environment: environmentWith({ publicNetworkAccess: 'SecuredByPerimeter' }) },
    },
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'external true, the environment not read', documents: { resource: app(true) } },
    { title: 'external true, the environment not found', documents: { resource: app(true), environment: null } },
    { title: 'external as nobody knows it', documents: { resource: app('yes'), environment: publicEnvironment } },
    {
      title: 'a network as nobody knows it',
      documents: { resource: app(true), environment: environmentWith({ vnetConfiguration: 'internal' }) },
    },
    {
      title: 'internal as nobody knows it',
      documents: { resource: app(true), environment: environmentWith({ vnetConfiguration: { internal: 'no' } }) },
    },
  ],
});
