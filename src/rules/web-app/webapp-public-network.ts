/** An app that has a private way in is better off without the public one. */
import * as z from 'zod';
import { isObject, type JsonObject } from '../../domain/json.ts';
import {
  compliant,
  defineRule,
  type Judgement,
  judgeProperties,
  notApplicable,
  notRead,
  unknown,
} from '../../domain/rule.ts';
import { kindsOf, type Snapshot, stateOf } from '../../domain/snapshot.ts';
import { judgeEndpoints } from '../private-endpoints.ts';
import { networkAccess } from '../public-network.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';

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
  documents: ['resource', 'config/web', 'privateEndpointConnections'],
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
    return judgeProperties(snapshot, 'resource', (properties) => {
      const { hostingEnvironmentProfile: place } = properties;
      if (isObject(place) && place.id) return notApplicable('The app is in an App Service Environment.');
      if (onlyWithPrivateEndpoint) {
        return judgeEndpoints(snapshot, (approved) =>
          approved === 0
            ? notApplicable('The app has no approved private endpoint.')
            : judgeAccess(snapshot, properties, {
                unset: () => compliant('Nothing is set, and an approved endpoint closes it.'),
                other: () => unknown('publicNetworkAccess is a word that Plumbline does not know.'),
              }),
        );
      }
      return judgeAccess(snapshot, properties, {
        unset: () =>
          judgeEndpoints(snapshot, (approved) =>
            approved > 0 ? compliant('Nothing is set, and an approved endpoint closes it.') : open(properties),
          ),
        // Where every app is asked to be closed, only the word for it says that one is.
        other: () => open(properties),
      });
    });
  },
  source: (changes) => siteSource(settingsOf(changes, DISABLED), { public_network_access_enabled: false }),
});

interface Undecided {
  /** Neither the site nor its configuration says anything. */
  unset(): Judgement;
  /** Another word than Enabled and Disabled. */
  other(): Judgement;
}

/** What the site says, else what its configuration says. */
function judgeAccess(snapshot: Snapshot, properties: JsonObject, { unset, other }: Undecided): Judgement {
  const own = networkAccess(properties.publicNetworkAccess);
  const said = own === 'unset' ? configuredAccess(snapshot) : own;
  switch (said) {
    case 'disabled':
      return compliant('The public network does not reach the app.');
    case 'enabled':
      return open(properties);
    case 'unset':
      return unset();
    case 'unread':
      return notRead(snapshot, 'config/web');
    case 'other':
      return other();
    case 'strange':
      return unknown('publicNetworkAccess is no word.');
  }
}

/** An app that is hosted on Container Apps has no configuration of its own. */
function configuredAccess(snapshot: Snapshot) {
  if (kindsOf(snapshot).includes('azurecontainerapps')) return 'unset';
  const state = stateOf(snapshot, 'config/web');
  if (state.status !== 'read' || !isObject(state.body) || !isObject(state.body.properties)) return 'unread';
  return networkAccess(state.body.properties.publicNetworkAccess);
}

function open({ publicNetworkAccess }: JsonObject): Judgement {
  return {
    verdict: 'violation',
    reason: 'The public network reaches the app.',
    changes: [{ ...DISABLED, from: publicNetworkAccess ?? null }],
  };
}
