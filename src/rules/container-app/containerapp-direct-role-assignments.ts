import { defineAdvice } from '../../domain/rules/rule.ts';
import {
  groupAssignmentSource,
  judgeDirectAssignments,
  PRIVILEGED_ROLES,
  type Roles,
} from '../checks/identity/role-assignments.ts';

/** With Owner and Contributor these are the built-in roles that allow Microsoft.App/containerApps/getAuthToken/action. */
const ROLES: Roles = new Map([
  ...PRIVILEGED_ROLES,
  ['358470bc-b998-42bd-ab17-a7e34c199c0f', 'Container Apps Contributor'],
  ['f3bd1b5c-91fa-40e7-afe7-0c11d331232c', 'Container Apps Operator'],
  ['32109304-a0e2-4d64-bd07-b23ac5efbe43', 'Logic Apps Hybrid Contributor'],
]);

export const rule = defineAdvice({
  id: 'containerapp-direct-role-assignments',
  title:
    'No user holds Owner, Contributor or User Access Administrator directly on the app, nor a role that opens its console',
  why: 'A role that a person holds on a single app stays when the person changes the team, and a console in its containers shows the data of the app.',
  risk: 'A person who loses the assignment, and is not in a group with one, can no longer work on the app.',
  severity: 'medium',
  documents: ['roleAssignments'],
  references: { MCSB: ['PA-7'] },
  check: (snapshot) => judgeDirectAssignments(snapshot, ROLES),
  source: () => groupAssignmentSource('azurerm_container_app.app', 'Container Apps Contributor'),
});
