/** A shell in the container sees everything that the app sees. */
import * as z from 'zod';
import { systemOf } from '../../domain/hosting.ts';
import { defineRule, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeSite } from '../hosting.ts';
import { lackedByPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';
import { isWindowsContainer } from '../stack.ts';
import { judgeSwitch } from '../switch.ts';
import { onlyByPerson, PATCH_RISK } from '../unpublished-properties.ts';

const OFF: Setting = { document: 'resource', path: '/properties/sshEnabled', to: false };

export const rule = defineRule({
  id: 'webapp-ssh',
  version: 1,
  title: 'SSH to the container is disabled',
  why: 'A shell in the container sees everything that the app sees, its secrets too, and what is done in it is in no log of the app.',
  fix: 'Sets `sshEnabled` of the site to false.',
  risk: `Operators lose the SSH console of the portal. ${PATCH_RISK}`,
  differs:
    'The policies ask it of every app. On Windows only apps in a container have a shell that SSH reaches, and whether this switch is for them is not documented, so it is asked of apps on Linux.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'plan'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['25255ddf-ef4f-4283-975a-5590ad111bba'],
    'Azure Policy (slots)': ['a88d589f-2b09-4b50-8998-9a4e71d7b746'],
  }),
  check(snapshot) {
    return judgeSite(snapshot, (properties) => {
      const system = systemOf(snapshot);
      const lacked = lackedByPlan(snapshot, 'ssh');
      if (lacked) return lacked;
      const inContainer = system === 'linux' || isWindowsContainer(snapshot);
      if (system === 'windows' && !inContainer) {
        return notApplicable('The app runs on Windows and in no container, so there is nothing that SSH reaches.');
      }
      const judgement = onlyByPerson(
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
      if (judgement.verdict !== 'violation' || system === 'linux') return judgement;
      return unknown(
        system === null
          ? 'Whether the app runs on Linux was not said.'
          : 'Whether this switches off the shell of a container on Windows is not documented.',
      );
    });
  },
  source: (changes) => siteSource(settingsOf(changes, OFF), null),
});
