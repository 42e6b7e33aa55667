import { defineRule } from '../../domain/rules/rule.ts';
import { judgeWhereverHosted } from '../checks/app-service/hosting.ts';
import { identityBlock, judgeManagedIdentity, SYSTEM_ASSIGNED } from '../checks/identity/managed-identity.ts';
import { settingsOf, siteSource } from '../declare/declarations.ts';

export const rule = defineRule({
  id: 'webapp-managed-identity',
  title: 'App has a managed identity',
  why: 'Without an identity of its own an app needs passwords for other services, and somebody has to store them.',
  fix: 'Adds a system-assigned identity; user-assigned identities stay.',
  risk: 'Adding an identity breaks nothing, but removing it again would destroy the roles that it got meanwhile.',
  severity: 'medium',
  reversible: false,
  references: {
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
  },
  check: (snapshot) =>
    judgeWhereverHosted(snapshot, () => judgeManagedIdentity(snapshot, 'SystemAssigned, UserAssigned')),
  source: (changes) => siteSource(settingsOf(changes, SYSTEM_ASSIGNED), { identity: identityBlock(changes) }),
});
