/** Through a private endpoint callers reach an app without the internet, and the internet need not reach it. */
import { compliant, defineAdvice, notApplicable } from '../../domain/rule.ts';
import { hostedElsewhere } from '../hosting.ts';
import { lackedByPlan } from '../plan-features.ts';
import { judgeEndpoints, privateEndpointSource } from '../private-endpoints.ts';
import { isInServiceEnvironment } from '../reach.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'webapp-private-endpoint',
  version: 1,
  title: 'App is reachable through a private endpoint',
  why: 'Through a private endpoint callers reach the app without the internet, and the internet need not reach it.',
  risk: 'It needs a virtual network, a subnet and names in a private DNS zone, so it is work on the design.',
  differs: 'The policy that fixes it writes the records of the private DNS zone only, for endpoints that are there.',
  severity: 'low',
  profile: 'strict',
  kind: 'web-app',
  documents: ['resource', 'privateEndpointConnections'],
  references: referencesOf({
    'Azure Policy': ['687aa49d-0982-40f8-bf6b-66d1da97a04b'],
    'Azure Policy (fix)': ['b318f84a-b872-429b-ac6d-a01b96814452'],
    MCSB: ['NS-2'],
  }),
  check(snapshot) {
    const without = hostedElsewhere(snapshot) ?? lackedByPlan(snapshot, 'privateEndpoints');
    if (without) return without;
    return judgeEndpoints(snapshot, (approved, all) => {
      if (approved > 0) return compliant(`The app has ${approved} approved private endpoint(s).`);
      if (isInServiceEnvironment(snapshot)) return notApplicable('The app is in an App Service Environment.');
      const reason =
        all > 0 ? `None of the app's ${all} private endpoint(s) is approved.` : 'The app has no private endpoint.';
      return { verdict: 'violation', reason, changes: [] };
    });
  },
  source: () => privateEndpointSource({ name: 'app', id: 'azurerm_linux_web_app.app.id', group: 'sites' }),
});
