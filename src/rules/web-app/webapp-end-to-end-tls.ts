import { SITE } from '../checks/app-service/hosting.ts';
import { onPlansWith } from '../checks/app-service/plan-features.ts';
import { onlyByPerson, PATCH_RISK } from '../checks/app-service/unpublished-properties.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(onPlansWith('endToEndEncryption', SITE), {
  id: 'webapp-end-to-end-tls',
  title: 'End-to-end TLS between front end and worker',
  why: 'TLS ends at the front end of the platform. Without this setting requests go to the workers in clear text.',
  fix: 'Sets `endToEndEncryptionEnabled` of the site to true.',
  risk: `The additional encryption may cost performance, and a plan of another tier refuses it. ${PATCH_RISK}`,
  harm: '5xx',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['af1d7e88-c1c8-4ea8-be1f-87bff0df9101'],
    'Azure Policy (slots)': ['123aed70-491a-4f07-a569-e1f3a8dd651e'],
    MCSB: ['DP-3'],
    AzTS: ['Azure_AppService_DP_Configure_EndToEnd_TLS'],
  },
  leaf: 'endToEndEncryptionEnabled',
  value: true,
  whenUnset: false,
  right: 'Requests are encrypted all the way to the worker',
  wrong: 'Requests travel in clear text from the front end to the worker',
  azurerm: null,
  refine: onlyByPerson,
});
