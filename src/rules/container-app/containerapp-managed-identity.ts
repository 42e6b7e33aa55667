import { defineRule } from '../../domain/rules/rule.ts';
import { identityBlock, judgeManagedIdentity, SYSTEM_ASSIGNED } from '../checks/identity/managed-identity.ts';
import { containerAppSource, settingsOf } from '../declare/declarations.ts';

export const rule = defineRule({
  id: 'containerapp-managed-identity',
  title: 'Container app has a managed identity',
  why: 'Without an identity of its own an app needs passwords for other services, and somebody has to store them.',
  fix: 'Adds a system-assigned identity; user-assigned identities stay.',
  risk: 'Adding an identity breaks nothing, but removing it again would destroy the roles that it got meanwhile.',
  severity: 'medium',
  reversible: false,
  references: {
    'Azure Policy': ['b874ab2d-72dd-47f1-8cb5-4a306478a4e7'],
    MCSB: ['IM-3'],
    PSRule: ['Azure.ContainerApp.ManagedIdentity (AZR-000361)'],
    azqr: ['ca-009'],
  },
  check: (snapshot) => judgeManagedIdentity(snapshot, 'SystemAssigned,UserAssigned'),
  source: (changes) => containerAppSource(settingsOf(changes, SYSTEM_ASSIGNED), { identity: identityBlock(changes) }),
});
