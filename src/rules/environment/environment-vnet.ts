import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { infrastructureSubnet } from '../checks/network/environment-network.ts';
import { environmentWith } from '../declare/declarations.ts';
import { Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'environment-vnet',
  title: 'Environment is injected into a customer VNet',
  why: 'Firewalls, security groups and private endpoints apply to the traffic of an environment only in a virtual network of its owner.',
  risk: 'It is set when an environment is created, so the apps have to move to another environment, with other names.',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['8b346db6-85af-419b-8557-92cee2c0f9bb'],
    MCSB: ['NS-1'],
  },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', (properties) => {
      const subnet = infrastructureSubnet(properties);
      if (subnet === null) return unknown('The environment names its infrastructure subnet by what is no id.');
      if (subnet.trim() !== '') return compliant('The environment is in a virtual network of its owner.');
      return violation('The environment is in no virtual network of its owner.');
    }),
  source: () =>
    environmentWith(
      { properties: { vnetConfiguration: { infrastructureSubnetId: new Expression('subnetId') } } },
      { infrastructure_subnet_id: new Expression('azurerm_subnet.apps.id') },
    ),
});
