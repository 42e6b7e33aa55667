import { compliant, defineAdvice, notApplicable, violation } from '../../domain/rules/rule.ts';
import { hostedElsewhere } from '../checks/app-service/hosting.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { judgeEndpoints, privateEndpointSource } from '../checks/network/private-endpoints.ts';
import { isInServiceEnvironment } from '../checks/network/reach.ts';

export const rule = defineAdvice({
  id: 'webapp-private-endpoint',
  title: 'App is reachable through a private endpoint',
  why: 'Through a private endpoint callers reach the app without the internet, and the app does not need to be on the internet.',
  risk: 'It needs a virtual network, a subnet and names in a private DNS zone, so it needs a change of the network design.',
  differs: 'The policy that fixes it writes only the records of the private DNS zone, for existing endpoints.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'privateEndpointConnections'],
  references: {
    'Azure Policy': ['687aa49d-0982-40f8-bf6b-66d1da97a04b'],
    'Azure Policy (fix)': ['b318f84a-b872-429b-ac6d-a01b96814452'],
    MCSB: ['NS-2'],
  },
  check: (snapshot) =>
    hostedElsewhere(snapshot) ??
    lackedByPlan(snapshot, 'privateEndpoints') ??
    judgeEndpoints(snapshot, (approved, all) => {
      if (approved > 0) return compliant(`The app has ${approved} approved private endpoint(s).`);
      if (isInServiceEnvironment(snapshot)) return notApplicable('The app is in an App Service Environment.');
      const reason =
        all > 0 ? `None of the app's ${all} private endpoint(s) is approved.` : 'The app has no private endpoint.';
      return violation(reason);
    }),
  source: () => privateEndpointSource({ name: 'app', id: 'azurerm_linux_web_app.app.id', group: 'sites' }),
});
