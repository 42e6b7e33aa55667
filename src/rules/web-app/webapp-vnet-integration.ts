import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeSite } from '../checks/app-service/hosting.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { subnetIn } from '../checks/network/vnet-routing.ts';
import { siteWith } from '../declare/declarations.ts';
import { Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'webapp-vnet-integration',
  title: 'Regional VNet integration is configured',
  why: 'Without a virtual network an app calls everything over the internet, without firewalls and private endpoints.',
  risk: 'It needs a subnet that is delegated to App Service, and that network decides what the app may call.',
  differs:
    "The text of the policy's condition tests only the empty string. An app without the property is not integrated either.",
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'plan'],
  references: {
    'Azure Policy': ['72d04c29-f87d-4575-9731-419ff16a2757'],
    'Azure Policy (slots)': ['24b7a1c6-44fe-40cc-a2e6-242d2ef70e98'],
    MCSB: ['NS-1'],
    Prowler: ['app_function_vnet_integration_enabled'],
    azqr: ['app-009', 'func-009', 'logics-009'],
  },
  check: (snapshot) =>
    judgeSite(snapshot, (properties) => {
      const subnet = subnetIn(properties);
      if (subnet === 'invalid') return unknown('The subnet is no id.');
      if (subnet !== null) return compliant('The app is integrated with a virtual network.');
      const lacked = lackedByPlan(snapshot, 'vnetIntegration');
      return lacked ?? violation('The app is in no virtual network.');
    }),
  source: () =>
    siteWith(
      { properties: { virtualNetworkSubnetId: new Expression('subnetId') } },
      { virtual_network_subnet_id: new Expression('azurerm_subnet.integration.id') },
    ),
});
