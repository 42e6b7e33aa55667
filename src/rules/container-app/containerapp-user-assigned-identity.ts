import { compliant, defineAdvice, violation } from '../../domain/rules/rule.ts';
import { judgeIdentity } from '../checks/identity/managed-identity.ts';
import { containerAppSource } from '../declare/declarations.ts';
import { Block, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'containerapp-user-assigned-identity',
  title: 'Apps that share access use a user-assigned identity',
  why: 'Roles of an identity that several apps share are visible, reviewed and removed in one place.',
  risk: 'It needs an identity with its own roles, and the app has to request tokens with its client id.',
  severity: 'info',
  profile: 'strict',
  references: {
    guide: ['Security overview in Azure Container Apps', 'Azure security best practices for .NET Aspire deployments'],
  },
  check: (snapshot) =>
    judgeIdentity(snapshot, (types) =>
      types.includes('userassigned')
        ? compliant('The app has a user-assigned identity.')
        : violation('The app has no user-assigned identity.'),
    ),
  source: () =>
    containerAppSource(
      [
        { document: 'resource', path: '/identity/type', to: 'UserAssigned' },
        { document: 'resource', path: '/identity/userAssignedIdentities', to: { '<id of the identity>': {} } },
      ],
      {
        identity: new Block({
          type: 'UserAssigned',
          identity_ids: [new Expression('azurerm_user_assigned_identity.shared.id')],
        }),
      },
    ),
});
