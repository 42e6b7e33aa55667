import { rule } from '../../../src/rules/environment/environment-internal.ts';
import { ENVIRONMENT_ID, environment } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    {
      title: 'public network access disabled: nobody on the internet is answered',
      documents: { resource: environmentWith({ publicNetworkAccess: 'disabled' }) },
    },
    {
      title: 'internal=true (PSRule: and infrastructureSubnetId set)',
      documents: { resource: environmentWith(vnet(SUBNET_ID)) },
    },
    {
      title: 'internal=true, and the subnet not shown',
      documents: { resource: environmentWith({ vnetConfiguration: { internal: true } }) },
    },
  ],
  violation: [
    { title: 'vnetConfiguration null = fail', documents: { resource: environment(null) }, ...advice },
    {
      title: 'vnetConfiguration absent = fail',
      documents: { resource: { ...environment(null), properties: { provisioningState: 'Succeeded' } } },
      ...advice,
    },
    {
      title: 'internal=false',
      documents: {
        resource: environmentWith({ vnetConfiguration: { internal: false, infrastructureSubnetId: SUBNET_ID } }),
      },
      ...advice,
    },
    {
      title: 'internal=null',
      documents: {
        resource: environmentWith({ vnetConfiguration: { internal: null, infrastructureSubnetId: SUBNET_ID } }),
      },
      ...advice,
    },
  ],
  unknown: [
    {
      title: 'a word for the public network that nobody knows',
      documents: { resource: environmentWith({ publicNetworkAccess: 'SecuredByPerimeter' }) },
    },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    {
      title: 'internal as nobody knows it',
      documents: { resource: environmentWith({ vnetConfiguration: { internal: 1 } }) },
    },
    { title: 'a network as nobody knows it', documents: { resource: environmentWith({ vnetConfiguration: 'vnet' }) } },
  ],
});
