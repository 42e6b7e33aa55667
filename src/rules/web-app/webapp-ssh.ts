/** A shell in the container sees everything that the app sees. */
import * as z from 'zod';
import { defineRule, judgeProperties } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';

const OFF: Setting = { document: 'resource', path: '/properties/sshEnabled', to: false };

export const rule = defineRule({
  id: 'webapp-ssh',
  version: 1,
  title: 'SSH to the container is disabled',
  why: 'A shell in the container sees everything that the app sees, its secrets too, and what is done in it is in no log of the app.',
  fix: 'Sets `sshEnabled` of the site to false.',
  risk: 'Operators lose the SSH console of the portal.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['25255ddf-ef4f-4283-975a-5590ad111bba'],
    'Azure Policy (slots)': ['a88d589f-2b09-4b50-8998-9a4e71d7b746'],
  }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', (properties) =>
      judgeSwitch(properties, {
        document: 'resource',
        name: 'sshEnabled',
        wanted: false,
        // The property is newer than most apps, and what is not switched off is on.
        otherwise: true,
        right: 'SSH to the container is off',
        wrong: 'SSH to the container is not switched off',
      }),
    );
  },
  source: (changes) => siteSource(settingsOf(changes, OFF), null),
});
