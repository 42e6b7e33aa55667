import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/environment/environment-public-network.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { testRule } from '../rule-tester.ts';

const documents = (properties: JsonObject, ...statuses: Json[]) => ({
  resource: environmentWith(properties),
  privateEndpointConnections: connections(ENVIRONMENT_ID, ...statuses),
});
const change = { document: 'resource', path: '/properties/publicNetworkAccess', to: 'Disabled' } as const;
const everybody = { onlyWithPrivateEndpoint: false };

test('endpoints cost a read only where the parameter asks for them', () => {
  expect(rule.requiredDocuments?.(rule.parameters.parse({}))).toEqual(['resource', 'privateEndpointConnections']);
  expect(rule.requiredDocuments?.(everybody)).toEqual(['resource']);
});

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'Disabled', documents: documents({ publicNetworkAccess: 'Disabled' }, 'Approved') },
    {
      title: 'Disabled, in another casing, endpoints not read',
      documents: { resource: environmentWith({ publicNetworkAccess: 'disabled' }) },
    },
    {
      title: 'or internal true',
      documents: documents({ publicNetworkAccess: 'Enabled', ...vnet(SUBNET_ID) }, 'Approved'),
    },
    {
      title: 'or internal true, without the parameter, and null',
      documents: { resource: environmentWith({ publicNetworkAccess: null, ...vnet(SUBNET_ID) }) },
      parameters: everybody,
    },
  ],
  violation: [
    {
      title: 'an Approved endpoint that the environment lists, the list itself not read',
      documents: {
        resource: environmentWith({
          privateEndpointConnections: connections(ENVIRONMENT_ID, 'Approved').value ?? null,
        }),
      },
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
    },
    {
      title: 'Enabled with an Approved endpoint',
      documents: documents({ publicNetworkAccess: 'Enabled' }, 'Pending', 'Approved'),
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
    },
    {
      title: 'null counts as Enabled',
      documents: documents({ publicNetworkAccess: null }, 'approved'),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'parameter onlyWithPrivateEndpoint false: Enabled, without asking for endpoints',
      documents: {
        resource: environmentWith({
          publicNetworkAccess: 'enabled',
          vnetConfiguration: { internal: false, infrastructureSubnetId: SUBNET_ID },
        }),
      },
      parameters: everybody,
      tier: 'risky',
      changes: [{ ...change, from: 'enabled' }],
    },
  ],
  notApplicable: [
    {
      title: 'parameter onlyWithPrivateEndpoint true (default): without an Approved endpoint = not applicable',
      documents: documents({ publicNetworkAccess: 'Enabled' }),
    },
    {
      title: 'without an Approved endpoint: pending and rejected ones',
      documents: documents({ publicNetworkAccess: null }, 'Pending', 'Rejected'),
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'Enabled, and the endpoints not read', documents: { resource: environmentWith({}) } },
    {
      title: 'a word that nobody knows',
      documents: documents({ publicNetworkAccess: 'SecuredByPerimeter' }, 'Approved'),
      parameters: everybody,
    },
    {
      title: 'a network as nobody knows it',
      documents: documents({ vnetConfiguration: { internal: 'yes' } }, 'Approved'),
    },
  ],
});
