import * as z from 'zod';
import type { Change } from '../../domain/changes/change.ts';
import { compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import {
  autoHealBlock,
  autoHealRule,
  autoHealRules,
  hasCustomAction,
  hasTrigger,
} from '../checks/app-service/auto-heal.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS, webConfigChange } from '../checks/app-service/web-config.ts';
import { truthOf } from '../checks/documents/leaves.ts';
import { type Setting, siteConfigSource, valueSet } from '../declare/declarations.ts';

const ENABLED: Setting = { document: 'config/web', path: '/properties/autoHealEnabled', to: true };
const RULES: Setting = {
  document: 'config/web',
  path: '/properties/autoHealRules',
  to: {
    triggers: { statusCodesRange: [{ statusCodes: '500-599', count: 20, timeInterval: '00:05:00' }] },
    actions: { actionType: 'Recycle', minProcessExecutionTime: '00:10:00' },
  },
};

const parameters = z.object({
  rule: autoHealRule
    .nullable()
    .default(null)
    .describe(
      'What apps without triggers get: triggers and what they do, as `autoHealRules` of App Service has them; none is advice.',
    ),
});

export const rule = defineRule({
  id: 'webapp-auto-heal',
  title: 'Auto-heal is on with a trigger',
  why: 'The platform can restart an app that hangs or fails before anybody notices. Without a trigger it does not.',
  fix: 'Sets `autoHealEnabled` of the configuration to true and `autoHealRules` to the configured rule; advice when none is configured.',
  risk: 'The worker is recycled when the trigger fires, and the requests that it is working on are lost.',
  severity: 'info',
  profile: 'strict',
  documents: [...WEB_CONFIG_DOCUMENTS, 'plan'],
  writes: ['config/web'],
  parameters,
  references: { guide: ['Azure App Service Security & Best Practices'] },
  check: (snapshot, { rule: configured }) =>
    judgeWebConfig(snapshot, (properties) => {
      const { autoHealEnabled, autoHealRules: rules } = properties;
      const enabled = truthOf(autoHealEnabled ?? false);
      const triggered = hasTrigger(rules);
      if (enabled === null) return unknown('autoHealEnabled is neither true nor false.');
      if (triggered === null) return unknown('autoHealRules has a form that is not known.');
      if (enabled && triggered) return compliant('Auto-heal is on and has a trigger.');
      const lacked = lackedByPlan(snapshot, 'autoHeal');
      if (lacked) return lacked;
      const wrong = enabled ? 'Auto-heal is on and has no trigger.' : 'Auto-heal is off.';
      // The arguments of a custom action may be a secret, which must not be in a change.
      if (hasCustomAction(rules)) {
        return violation(`${wrong} It has an action of its owner, which stays.`);
      }
      if (!configured) {
        return violation(`${wrong} No rule is configured that an app could get (parameter rule).`);
      }
      const switched: Change[] = enabled ? [] : [webConfigChange(properties, 'autoHealEnabled', true)];
      return violation(wrong, [...switched, webConfigChange(properties, 'autoHealRules', autoHealRules(configured))]);
    }),
  source: (changes) => {
    const rules = valueSet(changes, RULES);
    return siteConfigSource([ENABLED, { ...RULES, to: rules }], { auto_heal_setting: autoHealBlock(rules) });
  },
});
