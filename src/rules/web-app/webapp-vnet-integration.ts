/** Without a network of its own an app calls everything over the internet. */
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeSite } from '../hosting.ts';
import { lackedByPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';
import { siteDeclaration } from '../sources.ts';
import { subnetIn } from '../vnet-routing.ts';

export const rule = defineAdvice({
  id: 'webapp-vnet-integration',
  version: 1,
  title: 'Regional VNet integration is configured',
  why: 'Without a network of its own an app calls everything over the internet, past firewalls and private endpoints.',
  risk: 'It needs a subnet that is delegated to App Service, and what the app may call follows that network.',
  differs:
    "The text of the policy's condition tests only the empty string. An app without the property is integrated just as little.",
  severity: 'low',
  profile: 'strict',
  kind: 'web-app',
  documents: ['resource', 'plan'],
  references: referencesOf({
    'Azure Policy': ['72d04c29-f87d-4575-9731-419ff16a2757'],
    'Azure Policy (slots)': ['24b7a1c6-44fe-40cc-a2e6-242d2ef70e98'],
    MCSB: ['NS-1'],
    Prowler: ['app_function_vnet_integration_enabled'],
    azqr: ['app-009', 'func-009', 'logics-009'],
  }),
  check(snapshot) {
    return judgeSite(snapshot, (properties) => {
      const subnet = subnetIn(properties);
      if (subnet === 'strange') return unknown('The subnet is no id.');
      if (subnet !== null) return compliant('The app is integrated with a virtual network.');
      const lacked = lackedByPlan(snapshot, 'vnetIntegration');
      return lacked ?? { verdict: 'violation', reason: 'The app is in no virtual network.', changes: [] };
    });
  },
  source: () =>
    declared({
      ...siteDeclaration([], { virtual_network_subnet_id: new Expression('azurerm_subnet.integration.id') }),
      body: { properties: { virtualNetworkSubnetId: new Expression('subnetId') } },
    }),
});
