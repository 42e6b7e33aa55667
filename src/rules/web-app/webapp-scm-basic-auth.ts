import { publishingPolicy, publishingSwitch } from '../checks/app-service/publishing-policy.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(publishingPolicy('scm'), {
  id: 'webapp-scm-basic-auth',
  title: 'Basic publishing credentials are disabled for SCM',
  why: 'A publishing password for the SCM site bypasses Microsoft Entra, and its owner can replace the app.',
  fix: 'Sets `allow` of the publishing policy `scm` to false.',
  risk: 'Deployments with a publish profile stop: Visual Studio publish, local git, older GitHub Actions, Bitbucket.',
  severity: 'high',
  references: {
    'Azure Policy': ['aede300b-d67f-480a-ae26-4b3dfb1a1fdc'],
    'Azure Policy (slots)': ['847ef871-e2fe-4e6e-907e-4adbf71de5cf'],
    'Azure Policy (fix)': ['5e97b776-f380-4722-a9a3-e7f0be029e79'],
    'Azure Policy (fix, slots)': ['2c034a29-2a5f-4857-b120-f800fe5549ae'],
    MCSB: ['IM-1'],
    'CIS Foundations 3.0': ['9.6'],
    AzTS: ['Azure_AppService_AuthN_FTP_and_SCM_Access_Disable_Basic_Auth'],
  },
  ...publishingSwitch('SCM'),
  azurerm: { webdeploy_publish_basic_authentication_enabled: false },
});
