/** An environment that has a private way in is better off without the public one. */
import * as z from 'zod';
import { compliant, defineRule, type Judgement, judgeProperties, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeEndpoints } from '../private-endpoints.ts';
import { publicWayOfEnvironment } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { environmentSource, type Setting, settingsOf } from '../sources.ts';

const DISABLED: Setting = { document: 'resource', path: '/properties/publicNetworkAccess', to: 'Disabled' };

export const rule = defineRule({
  id: 'environment-public-network',
  version: 1,
  title: 'Environment public network access is disabled',
  why: 'An environment that its callers reach through a private endpoint only gains attackers from being on the internet as well.',
  fix: 'Sets `publicNetworkAccess` of the environment to `Disabled`.',
  risk: 'Every app of the environment loses its public endpoint.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'environment',
  reversible: true,
  documents: ['resource', 'privateEndpointConnections'],
  writes: ['resource'],
  parameters: z.object({
    onlyWithPrivateEndpoint: z
      .boolean()
      .default(true)
      .describe('Most environments are public on purpose, so only those that have a private endpoint are asked.'),
  }),
  stricter: ({ onlyWithPrivateEndpoint }) => !onlyWithPrivateEndpoint,
  needs: ({ onlyWithPrivateEndpoint }) =>
    onlyWithPrivateEndpoint ? ['resource', 'privateEndpointConnections'] : ['resource'],
  references: referencesOf({ MCSB: ['NS-2'] }),
  check(snapshot, { onlyWithPrivateEndpoint }) {
    return judgeProperties(snapshot, 'resource', (properties) => {
      const { publicNetworkAccess } = properties;
      const { is, why } = publicWayOfEnvironment(properties);
      if (is === 'closed') return compliant(why);
      if (is === 'unknown') return unknown(why);
      const violation: Judgement = {
        verdict: 'violation',
        reason: 'The public network reaches the environment.',
        changes: [{ ...DISABLED, from: publicNetworkAccess ?? null }],
      };
      if (!onlyWithPrivateEndpoint) return violation;
      return judgeEndpoints(snapshot, (approved) =>
        approved === 0 ? notApplicable('The environment has no approved private endpoint.') : violation,
      );
    });
  },
  source: (changes) => environmentSource(settingsOf(changes, DISABLED), { public_network_access: 'Disabled' }),
});
