/** An app that is not always on is unloaded when nobody asks for it, and its next visitor waits. */
import * as z from 'zod';
import { defineRule, notApplicable, notRead } from '../../domain/rule.ts';
import { bodyOf, isFunctionApp } from '../../domain/snapshot.ts';
import { judgeWithPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';
import { judgeWebConfig } from '../web-config.ts';

const ON: Setting = { document: 'config/web', path: '/properties/alwaysOn', to: true };

export const rule = defineRule({
  id: 'webapp-always-on',
  version: 1,
  title: 'Always On is enabled',
  why: 'An app that is not always on is unloaded after twenty minutes without a request: its next visitor waits, and its continuous jobs stop.',
  fix: 'Sets `alwaysOn` of the configuration to true.',
  risk: 'The app stays loaded, which is constant load on a plan that it shares with other apps.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'config/web', 'plan'],
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    PSRule: ['Azure.AppService.AlwaysOn (AZR-000077)'],
    Checkov: ['CKV_AZURE_214'],
    AzTS: ['Azure_AppService_BCDR_Use_AlwaysOn'],
  }),
  check(snapshot) {
    if (isFunctionApp(snapshot)) {
      return notApplicable('How long function and logic apps stay loaded is a matter of their plan.');
    }
    return judgeWebConfig(snapshot, (properties) => {
      const judgement = judgeWithPlan(snapshot, 'alwaysOn', () =>
        judgeSwitch(properties, {
          document: 'config/web',
          name: 'alwaysOn',
          wanted: true,
          otherwise: false,
          right: 'Always On is on',
          wrong: 'Always On is off',
        }),
      );
      const mayBeFunctions = judgement.verdict === 'violation' && !bodyOf(snapshot, 'resource');
      return mayBeFunctions ? notRead(snapshot, 'resource') : judgement;
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, ON), { always_on: true }),
});
