/** An app that hangs can be restarted by the platform before somebody has noticed. */
import * as z from 'zod';
import type { Change } from '../../domain/change.ts';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { autoHealBlock, autoHealRule, autoHealRules, hasCustomAction, hasTrigger } from '../auto-heal-rule.ts';
import { lackedByPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { type Setting, siteConfigSource, valueSet } from '../sources.ts';
import { truthOf } from '../switch.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS, webConfigChange } from '../web-config.ts';

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
  version: 1,
  title: 'Auto-heal is on with a trigger',
  why: 'The platform can restart an app that hangs or fails before somebody has noticed; without a trigger it never does.',
  fix: 'Sets `autoHealEnabled` of the configuration to true and `autoHealRules` to the configured rule; advice when none is configured.',
  risk: 'The worker is recycled when the trigger fires, and the requests that it is working on are lost.',
  severity: 'info',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: [...WEB_CONFIG_DOCUMENTS, 'plan'],
  writes: ['config/web'],
  parameters,
  references: referencesOf({ guide: ['Azure App Service Security & Best Practices'] }),
  check(snapshot, { rule: configured }) {
    return judgeWebConfig(snapshot, (properties) => {
      const { autoHealEnabled, autoHealRules: rules } = properties;
      const enabled = truthOf(autoHealEnabled ?? false);
      const triggered = hasTrigger(rules);
      if (enabled === null) return unknown('autoHealEnabled is neither true nor false.');
      if (triggered === null) return unknown('autoHealRules has a form that is not known.');
      if (enabled && triggered) return compliant('Auto-heal is on and has a trigger.');
      const lacked = lackedByPlan(snapshot, 'autoHeal');
      if (lacked) return lacked;
      const wrong = enabled ? 'Auto-heal is on and has no trigger.' : 'Auto-heal is off.';
      // What a custom action is started with may be a secret, which must not stand in a change.
      if (hasCustomAction(rules)) {
        return { verdict: 'violation', reason: `${wrong} It has an action of its owner, which stays.`, changes: [] };
      }
      if (!configured) {
        const reason = `${wrong} No rule is configured that an app could get (parameter rule).`;
        return { verdict: 'violation', reason, changes: [] };
      }
      const switched: Change[] = enabled ? [] : [webConfigChange(properties, 'autoHealEnabled', true)];
      return {
        verdict: 'violation',
        reason: wrong,
        changes: [...switched, webConfigChange(properties, 'autoHealRules', autoHealRules(configured))],
      };
    });
  },
  source: (changes) => {
    const rules = valueSet(changes, RULES);
    return siteConfigSource([ENABLED, { ...RULES, to: rules }], { auto_heal_setting: autoHealBlock(rules) });
  },
});
