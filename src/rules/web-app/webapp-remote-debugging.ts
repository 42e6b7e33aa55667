/** An open debugger port lets its user read and change everything in the process. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { truthOf } from '../switch.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS, webConfigChange } from '../web-config.ts';

const OFF: Setting = { document: 'config/web', path: '/properties/remoteDebuggingEnabled', to: false };

export const rule = defineRule({
  id: 'webapp-remote-debugging',
  version: 1,
  title: 'Remote debugging is off',
  why: 'Remote debugging opens further ports and lets who has access halt and change the running app.',
  fix: 'Sets `remoteDebuggingEnabled` of the configuration to false.',
  risk: 'A debugging session that is under way ends; a production app does not depend on one.',
  severity: 'high',
  tier: 'risky',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['cb510bfd-1cba-4d9f-a230-cb0976f4bb71'],
    'Azure Policy (slots)': ['a08ae1ab-8d1d-422b-a123-df82b307ba61'],
    'Azure Policy (fix)': ['a5e3fe8f-f6cd-4f1d-bbf6-c749754a724b'],
    'Azure Policy (fix, slots)': ['cca5adfe-626b-4cc6-8522-f5b6ed2391bd'],
    MCSB: ['PV-2'],
    'CIS Foundations 3.0': ['9.12'],
    PSRule: ['Azure.AppService.RemoteDebug (AZR-000074)'],
    Checkov: ['CKV_AZURE_72', 'CKV_AZURE_155'],
    AzTS: ['Azure_AppService_Config_Disable_Remote_Debugging'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      // The platform's default is off, and some clients write the string.
      const on = truthOf(properties.remoteDebuggingEnabled ?? false);
      if (on === null) return unknown('remoteDebuggingEnabled is neither true nor false.');
      if (!on) return compliant('Remote debugging is off.');
      return {
        verdict: 'violation',
        reason: 'Remote debugging is on.',
        changes: [webConfigChange(properties, 'remoteDebuggingEnabled', false)],
      };
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, OFF), { remote_debugging_enabled: false }),
});
