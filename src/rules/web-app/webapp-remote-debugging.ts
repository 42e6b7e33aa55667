import { WEB_CONFIG } from '../checks/app-service/web-config.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(WEB_CONFIG, {
  id: 'webapp-remote-debugging',
  title: 'Remote debugging is off',
  why: 'Remote debugging opens more ports, and lets everyone with access halt and change the running app.',
  fix: 'Sets `remoteDebuggingEnabled` of the configuration to false.',
  risk: 'A debugging session that is under way ends; a production app does not depend on one.',
  severity: 'high',
  references: {
    'Azure Policy': ['cb510bfd-1cba-4d9f-a230-cb0976f4bb71'],
    'Azure Policy (slots)': ['a08ae1ab-8d1d-422b-a123-df82b307ba61'],
    'Azure Policy (fix)': ['a5e3fe8f-f6cd-4f1d-bbf6-c749754a724b'],
    'Azure Policy (fix, slots)': ['cca5adfe-626b-4cc6-8522-f5b6ed2391bd'],
    MCSB: ['PV-2'],
    'CIS Foundations 3.0': ['9.12'],
    PSRule: ['Azure.AppService.RemoteDebug (AZR-000074)'],
    Checkov: ['CKV_AZURE_72', 'CKV_AZURE_155'],
    AzTS: ['Azure_AppService_Config_Disable_Remote_Debugging'],
  },
  leaf: 'remoteDebuggingEnabled',
  value: false,
  whenUnset: false,
  right: 'Remote debugging is off',
  wrong: () => 'Remote debugging is on.',
  azurerm: { remote_debugging_enabled: false },
});
