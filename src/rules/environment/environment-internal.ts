/** An environment without a public address cannot put an app on the internet by mistake. */
import { compliant, defineAdvice, judgeProperties, unknown } from '../../domain/rule.ts';
import { publicWayOfEnvironment } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';
import { environmentDeclaration } from '../sources.ts';

export const rule = defineAdvice({
  id: 'environment-internal',
  version: 1,
  title: 'Environment is internal (no public IP)',
  why: 'In an environment without a public address no app is on the internet, whatever its ingress says.',
  risk: 'It is chosen when an environment is made, so the apps have to move to another one, under other names.',
  differs:
    'PSRule also asks for `infrastructureSubnetId`. Azure makes no internal environment without one, so `internal` alone decides here. An environment whose public network access is disabled answers nobody on the internet either, and is compliant, too.',
  severity: 'medium',
  profile: 'strict',
  kind: 'environment',
  documents: ['resource'],
  references: referencesOf({
    'Azure Policy': ['d074ddf8-01a5-4b5e-a2b8-964aed452c0a'],
    MCSB: ['NS-2'],
    PSRule: ['Azure.ContainerApp.PublicAccess (AZR-000363)'],
  }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', (properties) => {
      const { is, why } = publicWayOfEnvironment(properties);
      if (is === 'closed') return compliant(why);
      if (is === 'unknown') return unknown(why);
      return { verdict: 'violation', reason: 'The environment has a public address, and answers there.', changes: [] };
    });
  },
  source: () =>
    declared({
      ...environmentDeclaration([], {
        infrastructure_subnet_id: new Expression('azurerm_subnet.apps.id'),
        internal_load_balancer_enabled: true,
      }),
      body: {
        properties: { vnetConfiguration: { internal: true, infrastructureSubnetId: new Expression('subnetId') } },
      },
    }),
});
