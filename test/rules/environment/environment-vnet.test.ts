import { rule } from '../../../src/rules/environment/environment-vnet.ts';
import { ENVIRONMENT_ID, environment } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'non-empty', documents: { resource: environmentWith(vnet(SUBNET_ID)) } },
    {
      title: 'non-empty, and not internal',
      documents: {
        resource: environmentWith({ vnetConfiguration: { internal: false, infrastructureSubnetId: SUBNET_ID } }),
      },
    },
  ],
  violation: [
    { title: '"" = fail', documents: { resource: environmentWith(vnet('')) }, ...advice },
    { title: '"" = fail: nor is a blank one', documents: { resource: environmentWith(vnet(' ')) }, ...advice },
    { title: 'null = fail', documents: { resource: environmentWith(vnet(null)) }, ...advice },
    { title: 'no network at all = fail', documents: { resource: environment(null) }, ...advice },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a subnet that is no id', documents: { resource: environmentWith(vnet({ id: SUBNET_ID })) } },
    { title: 'a network as nobody knows it', documents: { resource: environmentWith({ vnetConfiguration: true }) } },
  ],
});
