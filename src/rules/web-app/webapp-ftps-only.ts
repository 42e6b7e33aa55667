/** Plain FTP sends the publishing password and the app's files in clear text. FTPS, or no FTP at all, is right. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { lackedByPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeWebConfig, quoted, WEB_CONFIG_DOCUMENTS, webConfigChange } from '../web-config.ts';

const FTPS_ONLY: Setting = { document: 'config/web', path: '/properties/ftpsState', to: 'FtpsOnly' };

export const rule = defineRule({
  id: 'webapp-ftps-only',
  version: 1,
  title: 'Plain FTP is disabled (FTPS only, or FTP/FTPS off)',
  why: 'Plain FTP sends the publishing password and the content in clear text.',
  fix: 'Sets `ftpsState` of the configuration to `FtpsOnly`.',
  risk: 'Publishers that speak clear-text FTP stop working; FTPS goes on.',
  differs:
    'Some ask for `Disabled`. Both are compliant here, and the fix writes `FtpsOnly`: it stops clear text and leaves FTPS publishers working. Flex Consumption has no FTP and refuses the property, so its apps are left out.',
  severity: 'high',
  tier: 'safe',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['4d24b6d4-5e53-4a4f-a7f4-618fa573ee4b'],
    'Azure Policy (slots)': ['c285a320-8830-4665-9cc7-bbd05fc7c5c0'],
    MCSB: ['DP-3'],
    'CIS Foundations 1.3, 1.4, 2.0': ['9.10'],
    'CIS Foundations 2.1': ['9.9'],
    'CIS Foundations 3.0': ['9.3'],
    PSRule: ['Azure.AppService.WebSecureFtp (AZR-000081)'],
    Prowler: ['app_ftp_deployment_disabled', 'app_function_ftps_deployment_disabled'],
    Checkov: ['CKV_AZURE_78'],
    AzTS: ['Azure_AppService_DP_Use_Secure_FTP_Deployment'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const state = properties.ftpsState ?? '';
      if (typeof state !== 'string') return unknown('ftpsState is no word.');
      if (['ftpsonly', 'disabled'].includes(state.toLowerCase())) {
        return compliant(`FTP is ${state}.`);
      }
      const lacked = lackedByPlan(snapshot, 'ftp');
      if (lacked) return lacked;
      return {
        verdict: 'violation',
        reason: `Plain FTP is not ruled out (ftpsState is ${quoted(properties.ftpsState)}).`,
        // FtpsOnly and not Disabled: an FTPS publisher keeps working.
        changes: [webConfigChange(properties, 'ftpsState', 'FtpsOnly')],
      };
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, FTPS_ONLY), { ftps_state: 'FtpsOnly' }),
});
