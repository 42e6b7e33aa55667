/** An app that has a private way in is better off without the public one. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineRule, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeSite } from '../hosting.ts';
import { judgeEndpoints } from '../private-endpoints.ts';
import { networkAccess } from '../public-network.ts';
import { isInServiceEnvironment, type PublicWay, publicWayOfSite, SITE_REACH_DOCUMENTS } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';
import { quoted } from '../web-config.ts';

const DISABLED: Setting = { document: 'resource', path: '/properties/publicNetworkAccess', to: 'Disabled' };

const parameters = z.object({
  onlyWithPrivateEndpoint: z
    .boolean()
    .default(true)
    .describe('Most web apps are public on purpose, so only those that have a private endpoint are asked.'),
});

export const rule = defineRule({
  id: 'webapp-public-network',
  version: 1,
  title: 'Public network access is disabled',
  why: 'An app that its callers reach through a private endpoint only gains attackers from being on the internet as well.',
  fix: 'Sets `publicNetworkAccess` of the site to `Disabled`.',
  risk: 'Callers outside the network lose the app.',
  differs:
    'Azure Policy asks it of every app. Most web apps are public on purpose, so Plumbline asks it of those with an approved private endpoint, unless the parameter `onlyWithPrivateEndpoint` is false. Where nothing is set and an approved endpoint is there, the platform has the public way closed already, and it is compliant.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: SITE_REACH_DOCUMENTS,
  writes: ['resource'],
  parameters,
  stricter: ({ onlyWithPrivateEndpoint }) => !onlyWithPrivateEndpoint,
  references: referencesOf({
    'Azure Policy': ['1b5ef780-c53c-4a64-87f3-bb9c8c8094ba'],
    'Azure Policy (slots)': ['701a595d-38fb-4a66-ae6d-fb3735217622'],
    'Azure Policy (fix)': ['2374605e-3e0b-492b-9046-229af202562c'],
    'Azure Policy (fix, slots)': ['c6c3e00e-d414-4ca4-914f-406699bb8eee'],
    MCSB: ['NS-2'],
    Prowler: ['app_function_not_publicly_accessible'],
    Checkov: ['CKV_AZURE_222', 'CKV_AZURE_221'],
  }),
  check(snapshot, { onlyWithPrivateEndpoint }) {
    return judgeSite(snapshot, (properties) => {
      if (isInServiceEnvironment(snapshot)) return notApplicable('The app is in an App Service Environment.');
      const way = publicWayOfSite(snapshot);
      if (onlyWithPrivateEndpoint) {
        return judgeEndpoints(snapshot, (approved) =>
          approved === 0 ? notApplicable('The app has no approved private endpoint.') : judgeWay(way, properties),
        );
      }
      // Where every app is asked to be closed, only the word for it says that one is.
      const isOther = networkAccess(properties.publicNetworkAccess) === 'other';
      return judgeWay(isOther ? { ...way, is: 'open' } : way, properties);
    });
  },
  source: (changes) => siteSource(settingsOf(changes, DISABLED), { public_network_access_enabled: false }),
});

function judgeWay({ is, why }: PublicWay, { publicNetworkAccess }: JsonObject): Judgement {
  if (is === 'closed') return compliant(why);
  if (is === 'unknown') return unknown(why);
  return {
    verdict: 'violation',
    reason: `Public network access is not disabled (publicNetworkAccess is ${quoted(publicNetworkAccess)}).`,
    changes: [{ ...DISABLED, from: publicNetworkAccess ?? null }],
  };
}
