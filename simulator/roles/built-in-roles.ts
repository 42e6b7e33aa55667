// Roles with the actions that they allow; the built-in ones are those of Azure:
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles

/** Whether a role lets its holder perform an action, such as `Microsoft.Web/sites/config/write`, on a scope. */
export type Allows = (request: { method: string; action: string; scope: string }) => boolean;

interface Role {
  id: string;
  /** `*` stands for anything, slashes included. */
  actions: readonly string[];
  notActions?: readonly string[];
}

const noRights = ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'];

export const roleNames = [
  'Owner',
  'Contributor',
  'User Access Administrator',
  'Reader',
  'Website Contributor',
] as const;
export type RoleName = (typeof roleNames)[number];

export const roles: Record<RoleName, Role> = {
  Owner: { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', actions: ['*'] },
  Contributor: {
    id: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    actions: ['*'],
    notActions: [...noRights, 'Microsoft.Authorization/elevateAccess/Action'],
  },
  'User Access Administrator': {
    id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    actions: ['*/read', 'Microsoft.Authorization/*'],
  },
  Reader: { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', actions: ['*/read'] },
  'Website Contributor': {
    id: 'de139f84-1756-47ae-9be6-808fbbe84772',
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.Resources/deployments/*',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
      'Microsoft.Web/certificates/*',
      'Microsoft.Web/serverFarms/join/action',
      'Microsoft.Web/serverFarms/read',
      'Microsoft.Web/sites/*',
    ],
  },
};

/** A role with these actions and no others. */
export function allowsActions(actions: readonly string[]): Allows {
  const patterns = actions.map(patternOf);
  return ({ action }) => patterns.some((pattern) => pattern.test(action));
}

/** Whether an action is one of these, without case; `*` stands for anything in them. */
export function hasAction(actions: readonly string[], action: string): boolean {
  return actions.some((one) => patternOf(one).test(action));
}

function patternOf(action: string): RegExp {
  const parts = action.split('*').map((part) => part.replace(/[.\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}
