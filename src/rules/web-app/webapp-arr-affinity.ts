/** The affinity cookie ties a visitor to one instance, however busy it is. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { judgeSite } from '../hosting.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';

const OFF: Setting = { document: 'resource', path: '/properties/clientAffinityEnabled', to: false };

export const rule = defineRule({
  id: 'webapp-arr-affinity',
  version: 1,
  title: 'Client affinity cookie is off',
  why: 'The cookie ties a visitor to one instance, however busy it is, so that load does not spread and instances cannot be replaced unnoticed.',
  fix: 'Sets `clientAffinityEnabled` of the site to false.',
  risk: 'An app that keeps sessions in the memory of an instance loses them.',
  severity: 'info',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    PSRule: ['Azure.AppService.ARRAffinity (AZR-000083)'],
    azqr: ['app-015'],
  }),
  check(snapshot) {
    return judgeSite(snapshot, (properties) =>
      judgeSwitch(properties, {
        document: 'resource',
        name: 'clientAffinityEnabled',
        wanted: false,
        otherwise: true,
        right: 'Any instance may answer any visitor',
        wrong: 'A cookie ties visitors to an instance',
      }),
    );
  },
  source: (changes) => siteSource(settingsOf(changes, OFF), { client_affinity_enabled: false }),
});
