/** A publishing password for FTP bypasses Microsoft Entra, its conditional access and its log. */
import * as z from 'zod';
import { valueAt } from '../../domain/change.ts';
import { defineRule } from '../../domain/rule.ts';
import { bodyOf, type Snapshot } from '../../domain/snapshot.ts';
import { lackedByPlan } from '../plan-features.ts';
import { judgePublishingPolicy, publishingPolicySource } from '../publishing-policy.ts';
import { referencesOf } from '../references.ts';

export const rule = defineRule({
  id: 'webapp-ftp-basic-auth',
  version: 1,
  title: 'Basic publishing credentials are disabled for FTP',
  why: 'A publishing password for FTP bypasses Microsoft Entra, its conditional access and its log.',
  fix: 'Puts the publishing policy `ftp` with `allow` false.',
  risk: 'FTP and FTPS publishing stops, for FTP has no sign-in through Microsoft Entra.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'basicPublishingCredentialsPolicies/ftp', 'config/web'],
  writes: ['basicPublishingCredentialsPolicies/ftp'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['871b205b-57cf-4e1e-a234-492616998bf7'],
    'Azure Policy (slots)': ['ec71c0bc-6a45-4b1f-9587-80dc83e6898c'],
    'Azure Policy (fix)': ['572e342c-c920-4ef5-be2e-1ed3c6a51dc5'],
    'Azure Policy (fix, slots)': ['f493116f-3b7f-4ab3-bf80-0c2af35e46c2'],
    MCSB: ['IM-1'],
    'CIS Foundations 3.0': ['9.6'],
    AzTS: ['Azure_AppService_AuthN_FTP_and_SCM_Access_Disable_Basic_Auth'],
  }),
  check(snapshot) {
    const judgement = judgePublishingPolicy(snapshot, 'ftp');
    if (judgement.verdict !== 'violation') return judgement;
    const lacked = lackedByPlan(snapshot, 'ftp');
    if (lacked) return lacked;
    // Nobody publishes through an FTP endpoint that is off, so nobody can lose it.
    return ftpIsOff(snapshot) ? { ...judgement, tier: 'safe' } : judgement;
  },
  source: () => publishingPolicySource('ftp', 'ftp_publish_basic_authentication_enabled'),
});

function ftpIsOff(snapshot: Snapshot): boolean {
  const state = valueAt(bodyOf(snapshot, 'config/web') ?? {}, '/properties/ftpsState');
  return typeof state === 'string' && state.toLowerCase() === 'disabled';
}
