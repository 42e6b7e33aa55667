/** Behind the front end, where TLS ends, requests travel to the workers in clear text. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { judgeSite } from '../hosting.ts';
import { judgeWithPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';
import { onlyByPerson, PATCH_RISK } from '../unpublished-properties.ts';

const ON: Setting = { document: 'resource', path: '/properties/endToEndEncryptionEnabled', to: true };

export const rule = defineRule({
  id: 'webapp-end-to-end-tls',
  version: 1,
  title: 'End-to-end TLS between front end and worker',
  why: 'TLS ends at the front end of the platform; without this, requests travel on to the workers in clear text.',
  fix: 'Sets `endToEndEncryptionEnabled` of the site to true.',
  risk: `Encrypting once more may cost performance, and a plan of another tier refuses it. ${PATCH_RISK}`,
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'plan'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['af1d7e88-c1c8-4ea8-be1f-87bff0df9101'],
    'Azure Policy (slots)': ['123aed70-491a-4f07-a569-e1f3a8dd651e'],
    MCSB: ['DP-3'],
    AzTS: ['Azure_AppService_DP_Configure_EndToEnd_TLS'],
  }),
  check(snapshot) {
    return judgeSite(snapshot, (properties) =>
      judgeWithPlan(snapshot, 'endToEndEncryption', () =>
        onlyByPerson(
          judgeSwitch(properties, {
            document: 'resource',
            name: 'endToEndEncryptionEnabled',
            wanted: true,
            otherwise: false,
            right: 'Requests are encrypted all the way to the worker',
            wrong: 'Requests travel in clear text from the front end to the worker',
          }),
        ),
      ),
    );
  },
  source: (changes) => siteSource(settingsOf(changes, ON), null),
});
