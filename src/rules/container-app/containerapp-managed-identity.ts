/** Without an identity of its own an app reaches other services with passwords that somebody has to keep. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { identityBlock, judgeManagedIdentity, SYSTEM_ASSIGNED } from '../identity.ts';
import { referencesOf } from '../references.ts';
import { containerAppSource, settingsOf } from '../sources.ts';

export const rule = defineRule({
  id: 'containerapp-managed-identity',
  version: 1,
  title: 'Container app has a managed identity',
  why: 'Without an identity of its own an app reaches other services with passwords that somebody has to keep.',
  fix: 'Adds a system-assigned identity; user-assigned ones stay.',
  risk: 'Adding an identity breaks nothing, but taking it away again would destroy the roles it has been given by then.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'container-app',
  reversible: false,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['b874ab2d-72dd-47f1-8cb5-4a306478a4e7'],
    MCSB: ['IM-3'],
    PSRule: ['Azure.ContainerApp.ManagedIdentity (AZR-000361)'],
    azqr: ['ca-009'],
  }),
  check: (snapshot) => judgeManagedIdentity(snapshot, 'SystemAssigned,UserAssigned'),
  source: (changes) => containerAppSource(settingsOf(changes, SYSTEM_ASSIGNED), { identity: identityBlock(changes) }),
});
