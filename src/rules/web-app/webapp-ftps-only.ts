import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { WEB_CONFIG } from '../checks/app-service/web-config.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(WEB_CONFIG, {
  id: 'webapp-ftps-only',
  title: 'Plain FTP is disabled (FTPS only, or FTP/FTPS off)',
  why: 'Plain FTP sends the publishing password and the content in clear text.',
  fix: 'Sets `ftpsState` of the configuration to `FtpsOnly`.',
  risk: 'Publishers that speak clear-text FTP stop working; FTPS goes on.',
  differs:
    'Some require `Disabled`. Both are compliant here, and the fix writes `FtpsOnly`: it stops clear text and leaves FTPS publishers working. Flex Consumption has no FTP and refuses the property, so its apps are excluded.',
  harm: 'invisible',
  severity: 'high',
  tier: 'safe',
  references: {
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
  },
  leaf: 'ftpsState',
  // FTPS publishers keep working, which `Disabled` would stop.
  value: 'FtpsOnly',
  alsoRight: ['Disabled'],
  whenUnset: 'AllAllowed',
  right: (state) => `FTP is ${state}.`,
  wrong: 'Plain FTP is not ruled out',
  unclear: 'ftpsState is no word.',
  azurerm: { ftps_state: 'FtpsOnly' },
  refine: (found, snapshot) => lackedByPlan(snapshot, 'ftp') ?? found,
});
