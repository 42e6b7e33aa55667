import { bodyOf, isFunctionApp } from '../../domain/resources/snapshot.ts';
import { notApplicable, unreadResult } from '../../domain/rules/rule.ts';
import { onPlansWith } from '../checks/app-service/plan-features.ts';
import { WEB_CONFIG } from '../checks/app-service/web-config.ts';
import type { Section } from '../checks/documents/sections.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

const onPlans = onPlansWith('alwaysOn', WEB_CONFIG);
const WITHOUT_FUNCTIONS: Section = {
  ...onPlans,
  judge(snapshot, judge) {
    if (isFunctionApp(snapshot)) {
      return notApplicable('How long function and logic apps stay loaded is a matter of their plan.');
    }
    const judgement = onPlans.judge(snapshot, judge);
    const mayBeFunctions = judgement.verdict === 'violation' && !bodyOf(snapshot, 'resource');
    return mayBeFunctions ? unreadResult(snapshot, 'resource') : judgement;
  },
};

export const rule = defineSwitch(WITHOUT_FUNCTIONS, {
  id: 'webapp-always-on',
  title: 'Always On is enabled',
  why: 'An app that is not always on is unloaded after twenty minutes without a request: its next visitor waits, and its continuous jobs stop.',
  fix: 'Sets `alwaysOn` of the configuration to true.',
  risk: 'The app stays loaded, which is constant load on a plan that it shares with other apps.',
  severity: 'low',
  profile: 'strict',
  references: {
    PSRule: ['Azure.AppService.AlwaysOn (AZR-000077)'],
    Checkov: ['CKV_AZURE_214'],
    AzTS: ['Azure_AppService_BCDR_Use_AlwaysOn'],
  },
  leaf: 'alwaysOn',
  value: true,
  whenUnset: false,
  right: 'Always On is on',
  wrong: 'Always On is off',
  azurerm: { always_on: true },
});
