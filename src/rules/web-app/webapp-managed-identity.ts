/** Without an identity of its own an app reaches other services with passwords that somebody has to keep. */
import * as z from 'zod';
import { valueAt } from '../../domain/change.ts';
import { isObject, type Json } from '../../domain/json.ts';
import { compliant, defineRule, judgeProperties } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { type Setting, settingsOf, siteSource, valueSet } from '../sources.ts';

const TYPE = '/identity/type';
const ASSIGNED = '/identity/userAssignedIdentities';

const SYSTEM_ASSIGNED: Setting = { document: 'resource', path: '/identity/type', to: 'SystemAssigned' };

export const rule = defineRule({
  id: 'webapp-managed-identity',
  version: 1,
  title: 'App has a managed identity',
  why: 'Without an identity of its own an app reaches other services with passwords that somebody has to keep.',
  fix: 'Adds a system-assigned identity; user-assigned ones stay.',
  risk: 'Adding an identity breaks nothing, but taking it away again would destroy the roles it has been given by then.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'web-app',
  reversible: false,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['2b9ad585-36bc-4615-b300-fd4435808332'],
    'Azure Policy (slots)': ['4a15c15f-90d5-4a1f-8b63-2903944963fd'],
    MCSB: ['IM-3'],
    'CIS Foundations 1.3, 1.4, 2.0': ['9.5'],
    'CIS Foundations 2.1': ['9.4'],
    'CIS Foundations 3.0': ['9.5'],
    PSRule: ['Azure.AppService.ManagedIdentity (AZR-000082)'],
    Prowler: ['app_register_with_identity', 'app_function_identity_is_configured'],
    Checkov: ['CKV_AZURE_16', 'CKV_AZURE_71'],
    AzTS: ['Azure_AppService_AuthN_Use_Managed_Service_Identity'],
  }),
  check(snapshot) {
    return judgeProperties(snapshot, 'resource', (_, body) => {
      const type = valueAt(body, TYPE);
      if (typesOf(type).some((one) => one === 'systemassigned' || one === 'userassigned')) {
        return compliant(`The app has a managed identity (${type}).`);
      }
      const assigned = valueAt(body, ASSIGNED);
      const keeps = isObject(assigned) && Object.keys(assigned).length > 0;
      return {
        verdict: 'violation',
        reason: 'The app has no managed identity.',
        changes: [
          {
            document: 'resource',
            path: TYPE,
            from: type,
            to: keeps ? 'SystemAssigned, UserAssigned' : 'SystemAssigned',
          },
        ],
        // The type alone would drop the identities that are already assigned.
        kept: keeps ? [{ document: 'resource', path: ASSIGNED, value: assigned }] : [],
      };
    });
  },
  source: (changes) =>
    siteSource(settingsOf(changes, SYSTEM_ASSIGNED), {
      identity: new Block({ type: valueSet(changes, SYSTEM_ASSIGNED) }),
    }),
});

/** Azure writes two types with and without a blank after the comma. */
function typesOf(type: Json): string[] {
  return typeof type === 'string'
    ? type
        .toLowerCase()
        .split(',')
        .map((one) => one.trim())
    : [];
}
