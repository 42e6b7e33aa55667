/** The app registration that people sign in with, as Microsoft Graph keeps it: its three roles, and no secret. */
import { az } from './azure-cli.mjs';

/** The values are what src/api asks for; the ids are ours, and must stay, because assignments name them. */
export const APP_ROLES = [
  role('4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a01', 'Plumbline.Reader', 'Reads everything.', ['User', 'Application']),
  role('4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a02', 'Plumbline.Approver', 'Decides about changes that wait.', ['User']),
  role('4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a03', 'Plumbline.Operator', 'Sets modes and limits.', ['User', 'Application']),
];

/** Lets programs of a signed-in person, such as the Azure CLI, ask for a token in that person's name. */
const SCOPE_ID = '4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a04';
const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

/** Of one tenant only: with more, an administrator elsewhere could hand out these roles. */
export function registration(displayName) {
  return {
    displayName,
    signInAudience: 'AzureADMyOrg',
    appRoles: APP_ROLES,
    // Approvers of a scope can be a group; only groups that were given a role here are named, so that they always fit.
    groupMembershipClaims: 'ApplicationGroup',
    // An application says so of itself, because it must not decide.
    optionalClaims: { accessToken: [{ name: 'idtyp' }] },
    web: { implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false } },
    api: {
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [
        {
          id: SCOPE_ID,
          value: 'user_impersonation',
          type: 'Admin',
          isEnabled: true,
          adminConsentDisplayName: 'Call Plumbline',
          adminConsentDescription: 'Call Plumbline in the name of whoever is signed in.',
        },
      ],
    },
  };
}

/** What can only be said once the registration has its id. */
export function identified(appId) {
  return {
    identifierUris: [`api://${appId}`],
    api: {
      ...registration('').api,
      preAuthorizedApplications: [{ appId: AZURE_CLI, delegatedPermissionIds: [SCOPE_ID] }],
    },
  };
}

/** The address of Microsoft Graph in this cloud, without trailing slash. */
export function graph() {
  return `${az('cloud', 'show', '--query', 'endpoints.microsoftGraphResourceId').replace(/\/+$/, '')}/v1.0`;
}

function role(id, value, description, allowedMemberTypes) {
  return { id, value, displayName: value, description, allowedMemberTypes, isEnabled: true };
}
