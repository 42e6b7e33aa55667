/** The app registration for sign-in, in the form of Microsoft Graph: three roles, and no secret. */
import { az } from './azure-cli.mjs';

/** The values are the roles that src/api checks. The ids are fixed, because assignments refer to them. */
export const APP_ROLES = [
  role('4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a01', 'Plumbline.Reader', 'Reads everything.', ['User', 'Application']),
  role('4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a02', 'Plumbline.Approver', 'Decides about changes that wait.', ['User']),
  role('4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a03', 'Plumbline.Operator', 'Sets modes and limits.', ['User', 'Application']),
];

/** Lets programs of a signed-in user, such as the Azure CLI, request a token for that user. */
const SCOPE_ID = '4f0f1e1c-6a3f-4f2e-9a53-0d7f3f9b1a04';
const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

/** For one tenant only: otherwise an administrator of another tenant could assign these roles. */
export function registration(displayName) {
  return {
    displayName,
    signInAudience: 'AzureADMyOrg',
    appRoles: APP_ROLES,
    // The approvers of a scope can be a group. The token names only groups with a role here, so that they always fit.
    groupMembershipClaims: 'ApplicationGroup',
    // The token of an application has this claim, because an application must not decide.
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

/** The properties that need the id of the registration. */
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
