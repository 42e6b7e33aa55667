/** In a network of its owner an environment meets its firewall, its security groups and its private endpoints. */
import { compliant, defineAdvice, judgeProperties, unknown } from '../../domain/rule.ts';
import { infrastructureSubnet } from '../environment-network.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';
import { environmentDeclaration } from '../sources.ts';

export const rule = defineAdvice({
  id: 'environment-vnet',
  version: 1,
  title: 'Environment is injected into a customer VNet',
  why: "Only in a network of its owner do firewalls, security groups and private endpoints see an environment's traffic.",
  risk: 'It is chosen when an environment is made, so the apps have to move to another one, under other names.',
  severity: 'low',
  profile: 'strict',
  kind: 'environment',
  documents: ['resource'],
  references: referencesOf({
    'Azure Policy': ['8b346db6-85af-419b-8557-92cee2c0f9bb'],
    MCSB: ['NS-1'],
  }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', (properties) => {
      const subnet = infrastructureSubnet(properties);
      if (subnet === null) return unknown('The environment names its infrastructure subnet by what is no id.');
      if (subnet.trim() !== '') return compliant('The environment is in a virtual network of its owner.');
      return { verdict: 'violation', reason: 'The environment is in no virtual network of its owner.', changes: [] };
    });
  },
  source: () =>
    declared({
      ...environmentDeclaration([], { infrastructure_subnet_id: new Expression('azurerm_subnet.apps.id') }),
      body: { properties: { vnetConfiguration: { infrastructureSubnetId: new Expression('subnetId') } } },
    }),
});
