import { rule } from '../../../src/rules/environment/environment-private-endpoint.ts';
import { ENVIRONMENT_ID, environment } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { testRule } from '../rule-tester.ts';

const documents = (...statuses: string[]) => ({
  resource: environment(null),
  privateEndpointConnections: connections(ENVIRONMENT_ID, ...statuses),
});
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    {
      title: 'at least one Approved among those that the environment lists, the list itself not read',
      documents: {
        resource: environmentWith({
          privateEndpointConnections: connections(ENVIRONMENT_ID, 'Approved').value ?? null,
        }),
      },
    },
    { title: 'at least one Approved', documents: documents('Disconnected', 'Approved') },
    { title: 'at least one Approved, in another casing', documents: documents('APPROVED') },
    {
      title: 'at least one Approved, whatever the environment says',
      documents: { privateEndpointConnections: connections(ENVIRONMENT_ID, 'Approved') },
    },
    {
      title: 'or vnetConfiguration.internal true',
      documents: { ...documents(), resource: environmentWith(vnet(SUBNET_ID)) },
    },
    {
      title: 'vnetConfiguration.internal true needs no endpoints',
      documents: { resource: environmentWith(vnet(SUBNET_ID)) },
    },
  ],
  violation: [
    { title: 'Pending does not count', documents: documents('Pending'), reason: /is approved/, ...advice },
    { title: 'none, and not internal', documents: documents(), reason: /no private endpoint/, ...advice },
    {
      title: 'none, and a network that is not internal',
      documents: { ...documents(), resource: environmentWith({ vnetConfiguration: { internal: false } }) },
      ...advice,
    },
  ],
  notApplicable: [
    {
      title: 'an environment of the older type takes no private endpoint',
      documents: { ...documents(), resource: environmentWith({ workloadProfiles: null }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'none Approved, and the environment not read', documents: { ...documents('Pending'), resource: null } },
    { title: 'endpoints not read', documents: { resource: environment(null) } },
    { title: 'endpoints not found', documents: { ...documents(), privateEndpointConnections: null } },
    {
      title: 'a network as nobody knows it',
      documents: { ...documents(), resource: environmentWith({ vnetConfiguration: [] }) },
    },
  ],
});
