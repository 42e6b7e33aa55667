import { rule } from '../../../src/rules/environment/environment-network-security-group.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, subnet, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const resource = environmentWith(vnet(SUBNET_ID));
const GROUP_ID = SUBNET_ID.replace('virtualNetworks/shop-net/subnets/apps', 'networkSecurityGroups/shop-nsg');

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'present', documents: { resource, subnet: subnet({ networkSecurityGroup: { id: GROUP_ID } }) } },
  ],
  violation: [
    { title: 'absent', documents: { resource, subnet: subnet({}) }, tier: 'advice', changes: [], reason: /no network/ },
    {
      title: 'null',
      documents: { resource, subnet: subnet({ networkSecurityGroup: null }) },
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    { title: 'no VNet', documents: { resource: environmentWith({ vnetConfiguration: null }) } },
    { title: 'no VNet: an empty subnet id', documents: { resource: environmentWith(vnet('')) } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'a group without an id', documents: { resource, subnet: subnet({ networkSecurityGroup: { id: '' } }) } },
    { title: 'subnet not readable', documents: { resource } },
    { title: 'subnet not readable: sweep only', documents: { resource: environmentWith(vnet('apps')) } },
    { title: 'subnet not readable: not found', documents: { resource, subnet: null } },
    { title: 'a group that is no object', documents: { resource, subnet: subnet({ networkSecurityGroup: 'nsg' }) } },
  ],
});
