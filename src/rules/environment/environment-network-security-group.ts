/** A subnet without a network security group takes and sends whatever the network lets through. */
import { isObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';
import { judgeSubnet } from '../subnet.ts';

export const rule = defineAdvice({
  id: 'environment-network-security-group',
  version: 1,
  title: 'The infrastructure subnet has a network security group',
  why: 'A subnet without a network security group takes and sends whatever the network around it lets through.',
  risk: 'A group whose rules leave out what the platform needs cuts the environment off, and its apps with it.',
  severity: 'low',
  profile: 'baseline',
  kind: 'environment',
  documents: ['resource', 'subnet'],
  references: referencesOf({ MCSB: ['NS-1'] }),
  check(snapshot) {
    return judgeSubnet(snapshot, ({ networkSecurityGroup }) => {
      const group = networkSecurityGroup ?? null;
      if (group === null) {
        return {
          verdict: 'violation',
          reason: 'The infrastructure subnet has no network security group.',
          changes: [],
        };
      }
      return isObject(group) && typeof group.id === 'string' && group.id !== ''
        ? compliant('The infrastructure subnet has a network security group.')
        : unknown('The subnet names its network security group in a way that Plumbline does not know.');
    });
  },
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
