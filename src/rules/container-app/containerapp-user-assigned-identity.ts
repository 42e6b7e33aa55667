/** Access that several apps share is easier to give, and to take away, with one identity than with one for each. */
import { compliant, defineAdvice } from '../../domain/rule.ts';
import { judgeIdentity } from '../identity.ts';
import { referencesOf } from '../references.ts';
import { Block, Expression } from '../source-lines.ts';
import { containerAppSource } from '../sources.ts';

export const rule = defineAdvice({
  id: 'containerapp-user-assigned-identity',
  version: 1,
  title: 'Apps that share access use a user-assigned identity',
  why: 'Roles given once to an identity that several apps share are seen, reviewed and taken away in one place.',
  risk: 'It needs an identity with roles of its own, and the app has to ask for its tokens by client id.',
  severity: 'info',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({
    guide: ['Security overview in Azure Container Apps', 'Azure security best practices for .NET Aspire deployments'],
  }),
  check(snapshot) {
    return judgeIdentity(snapshot, (types) =>
      types.includes('userassigned')
        ? compliant('The app has a user-assigned identity.')
        : { verdict: 'violation', reason: 'The app has no user-assigned identity.', changes: [] },
    );
  },
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
