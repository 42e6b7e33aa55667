import { isObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeSubnet } from '../checks/network/environment-network.ts';
import { declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'environment-network-security-group',
  title: 'The infrastructure subnet has a network security group',
  why: 'A subnet without a network security group accepts and sends all traffic that the surrounding network allows.',
  risk: 'A group without the rules that the platform needs disconnects the environment and its apps.',
  severity: 'low',
  documents: ['resource', 'subnet'],
  references: { MCSB: ['NS-1'] },
  check: (snapshot) =>
    judgeSubnet(snapshot, ({ networkSecurityGroup }) => {
      const group = networkSecurityGroup ?? null;
      if (group === null) {
        return violation('The infrastructure subnet has no network security group.');
      }
      return isObject(group) && typeof group.id === 'string' && group.id !== ''
        ? compliant('The infrastructure subnet has a network security group.')
        : unknown('The subnet names its network security group in a way that Plumbline does not know.');
    }),
  source: () =>
    declared({
      type: 'Microsoft.Network/virtualNetworks/subnets@2025-09-01',
      name: 'subnet',
      body: {
        parent: new Expression('network'),
        name: 'apps',
        properties: { networkSecurityGroup: { id: new Expression('securityGroup.id') } },
      },
      azurerm: {
        resource: 'azurerm_subnet_network_security_group_association',
        body: {
          subnet_id: new Expression('azurerm_subnet.apps.id'),
          network_security_group_id: new Expression('azurerm_network_security_group.apps.id'),
        },
      },
    }),
});
