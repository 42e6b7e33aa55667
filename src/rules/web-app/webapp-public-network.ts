import * as z from 'zod';
import type { JsonObject } from '../../domain/resources/json.ts';
import { type CheckResult, compliant, defineRule, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeSite } from '../checks/app-service/hosting.ts';
import { quoted } from '../checks/documents/leaves.ts';
import { judgeEndpoints } from '../checks/network/private-endpoints.ts';
import {
  isInServiceEnvironment,
  networkAccess,
  type PublicAccess,
  publicAccessOfSite,
  SITE_REACH_DOCUMENTS,
} from '../checks/network/reach.ts';
import { type Setting, settingsOf, siteSource } from '../declare/declarations.ts';

const DISABLED: Setting = { document: 'resource', path: '/properties/publicNetworkAccess', to: 'Disabled' };

const parameters = z.object({
  onlyWithPrivateEndpoint: z
    .boolean()
    .default(true)
    .describe('Most web apps are public on purpose, so only those with a private endpoint are checked.'),
});

export const rule = defineRule({
  id: 'webapp-public-network',
  title: 'Public network access is disabled',
  why: 'When all callers use a private endpoint, public access to the app helps only attackers.',
  fix: 'Sets `publicNetworkAccess` of the site to `Disabled`.',
  risk: 'Callers outside the network can no longer connect.',
  differs:
    'Azure Policy checks every app. Most web apps are public on purpose, so Plumbline checks only apps with an approved private endpoint, unless the parameter `onlyWithPrivateEndpoint` is false. When nothing is set and there is an approved endpoint, the platform has already closed the public access, so it is compliant.',
  harm: '4xx',
  severity: 'medium',
  documents: SITE_REACH_DOCUMENTS,
  parameters,
  isStricter: ({ onlyWithPrivateEndpoint }) => !onlyWithPrivateEndpoint,
  references: {
    'Azure Policy': ['1b5ef780-c53c-4a64-87f3-bb9c8c8094ba'],
    'Azure Policy (slots)': ['701a595d-38fb-4a66-ae6d-fb3735217622'],
    'Azure Policy (fix)': ['2374605e-3e0b-492b-9046-229af202562c'],
    'Azure Policy (fix, slots)': ['c6c3e00e-d414-4ca4-914f-406699bb8eee'],
    MCSB: ['NS-2'],
    Prowler: ['app_function_not_publicly_accessible'],
    Checkov: ['CKV_AZURE_222', 'CKV_AZURE_221'],
  },
  check: (snapshot, { onlyWithPrivateEndpoint }) =>
    judgeSite(snapshot, (properties) => {
      if (isInServiceEnvironment(snapshot)) return notApplicable('The app is in an App Service Environment.');
      const access = publicAccessOfSite(snapshot);
      if (onlyWithPrivateEndpoint) {
        return judgeEndpoints(snapshot, (approved) =>
          approved === 0 ? notApplicable('The app has no approved private endpoint.') : judgeAccess(access, properties),
        );
      }
      // Without the private endpoint condition, a word that is not known does not count as closed.
      const isOther = networkAccess(properties.publicNetworkAccess) === 'other';
      return judgeAccess(isOther ? { ...access, is: 'open' } : access, properties);
    }),
  source: (changes) => siteSource(settingsOf(changes, DISABLED), { public_network_access_enabled: false }),
});

function judgeAccess({ is, why }: PublicAccess, { publicNetworkAccess }: JsonObject): CheckResult {
  if (is === 'closed') return compliant(why);
  if (is === 'unknown') return unknown(why);
  return violation(`Public network access is not disabled (publicNetworkAccess is ${quoted(publicNetworkAccess)}).`, [
    { ...DISABLED, from: publicNetworkAccess ?? null },
  ]);
}
