import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { publicAccessOfEnvironment } from '../checks/network/reach.ts';
import { environmentWith } from '../declare/declarations.ts';
import { Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'environment-internal',
  title: 'Environment is internal (no public IP)',
  why: 'In an environment without a public address no app is on the internet, independent of its ingress.',
  risk: 'It is set when an environment is created, so the apps have to move to another environment, with other names.',
  differs:
    'PSRule also asks for `infrastructureSubnetId`. Azure creates no internal environment without one, so only `internal` is checked here. An environment without public network access is not on the internet either, so it is compliant, too.',
  severity: 'medium',
  profile: 'strict',
  references: {
    'Azure Policy': ['d074ddf8-01a5-4b5e-a2b8-964aed452c0a'],
    MCSB: ['NS-2'],
    PSRule: ['Azure.ContainerApp.PublicAccess (AZR-000363)'],
  },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', (properties) => {
      const { is, why } = publicAccessOfEnvironment(properties);
      if (is === 'closed') return compliant(why);
      if (is === 'unknown') return unknown(why);
      return violation('The environment has a public address, and answers there.');
    }),
  source: () =>
    environmentWith(
      { properties: { vnetConfiguration: { internal: true, infrastructureSubnetId: new Expression('subnetId') } } },
      {
        infrastructure_subnet_id: new Expression('azurerm_subnet.apps.id'),
        internal_load_balancer_enabled: true,
      },
    ),
});
