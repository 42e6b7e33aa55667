/** An app that is not always on is unloaded when nobody asks for it, and its next visitor waits. */
import * as z from 'zod';
import { defineRule, notApplicable, notRead, unknown } from '../../domain/rule.ts';
import { bodyOf, isFunctionApp } from '../../domain/snapshot.ts';
import { type PlanTier, tierOfApp } from '../plan-tier.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';
import { judgeWebConfig } from '../web-config.ts';

const ON: Setting = { document: 'config/web', path: '/properties/alwaysOn', to: true };

/** These refuse Always On, or keep instances ready in a way of their own. */
const WITHOUT: readonly PlanTier[] = ['Free', 'Shared', 'Dynamic', 'ElasticPremium', 'FlexConsumption'];

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
      const plan = tierOfApp(snapshot);
      if ('tier' in plan && WITHOUT.includes(plan.tier)) return notApplicable(`The plan is ${plan.tier}.`);
      const judgement = judgeSwitch(properties, {
        document: 'config/web',
        name: 'alwaysOn',
        wanted: true,
        otherwise: false,
        right: 'Always On is on',
        wrong: 'Always On is off',
      });
      if (judgement.verdict !== 'violation') return judgement;
      if ('unknown' in plan) return unknown(plan.unknown);
      // It might be a function app as long as the site itself was not read.
      return bodyOf(snapshot, 'resource') ? judgement : notRead(snapshot, 'resource');
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, ON), { always_on: true }),
});
