import { valueAt } from '../../domain/changes/change.ts';
import { bodyOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { publishingPolicy, publishingSwitch } from '../checks/app-service/publishing-policy.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(publishingPolicy('ftp'), {
  id: 'webapp-ftp-basic-auth',
  title: 'Basic publishing credentials are disabled for FTP',
  why: 'A publishing password for FTP bypasses Microsoft Entra, its conditional access and its log.',
  fix: 'Sets `allow` of the publishing policy `ftp` to false.',
  risk: 'FTP and FTPS publishing stops, for FTP has no sign-in through Microsoft Entra.',
  severity: 'medium',
  references: {
    'Azure Policy': ['871b205b-57cf-4e1e-a234-492616998bf7'],
    'Azure Policy (slots)': ['ec71c0bc-6a45-4b1f-9587-80dc83e6898c'],
    'Azure Policy (fix)': ['572e342c-c920-4ef5-be2e-1ed3c6a51dc5'],
    'Azure Policy (fix, slots)': ['f493116f-3b7f-4ab3-bf80-0c2af35e46c2'],
    MCSB: ['IM-1'],
    'CIS Foundations 3.0': ['9.6'],
    AzTS: ['Azure_AppService_AuthN_FTP_and_SCM_Access_Disable_Basic_Auth'],
  },
  documents: ['resource', 'basicPublishingCredentialsPolicies/ftp', 'config/web'],
  ...publishingSwitch('FTP'),
  azurerm: { ftp_publish_basic_authentication_enabled: false },
  // An FTP endpoint that is off accepts no credentials.
  refine: (found, snapshot) =>
    lackedByPlan(snapshot, 'ftp') ?? (isFtpOff(snapshot) ? { ...found, tier: 'safe' } : found),
});

function isFtpOff(snapshot: Snapshot): boolean {
  const state = valueAt(bodyOf(snapshot, 'config/web') ?? {}, '/properties/ftpsState');
  return typeof state === 'string' && state.toLowerCase() === 'disabled';
}
