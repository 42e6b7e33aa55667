import * as z from 'zod';
import { compliant, defineRule, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { judgeEndpoints } from '../checks/network/private-endpoints.ts';
import { publicAccessOfEnvironment } from '../checks/network/reach.ts';
import { environmentSource, type Setting, settingsOf } from '../declare/declarations.ts';

const DISABLED: Setting = { document: 'resource', path: '/properties/publicNetworkAccess', to: 'Disabled' };

export const rule = defineRule({
  id: 'environment-public-network',
  title: 'Environment public network access is disabled',
  why: 'When all callers use a private endpoint, public access to the environment helps only attackers.',
  fix: 'Sets `publicNetworkAccess` of the environment to `Disabled`.',
  risk: 'Every app of the environment loses its public endpoint.',
  harm: 'lost-traffic',
  severity: 'medium',
  documents: ['resource', 'privateEndpointConnections'],
  parameters: z.object({
    onlyWithPrivateEndpoint: z
      .boolean()
      .default(true)
      .describe('Most environments are public on purpose, so only those with a private endpoint are checked.'),
  }),
  isStricter: ({ onlyWithPrivateEndpoint }) => !onlyWithPrivateEndpoint,
  requiredDocuments: ({ onlyWithPrivateEndpoint }) =>
    onlyWithPrivateEndpoint ? ['resource', 'privateEndpointConnections'] : ['resource'],
  references: { MCSB: ['NS-2'] },
  check: (snapshot, { onlyWithPrivateEndpoint }) =>
    checkProperties(snapshot, 'resource', (properties) => {
      const { publicNetworkAccess } = properties;
      const { is, why } = publicAccessOfEnvironment(properties);
      if (is === 'closed') return compliant(why);
      if (is === 'unknown') return unknown(why);
      const found = violation('The public network reaches the environment.', [
        { ...DISABLED, from: publicNetworkAccess ?? null },
      ]);
      if (!onlyWithPrivateEndpoint) return found;
      return judgeEndpoints(snapshot, (approved) =>
        approved === 0 ? notApplicable('The environment has no approved private endpoint.') : found,
      );
    }),
  source: (changes) => environmentSource(settingsOf(changes, DISABLED), { public_network_access: 'Disabled' }),
});
