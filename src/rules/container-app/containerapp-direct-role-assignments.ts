/** What one person may do alone on one app is what nobody reviews; a console in its containers is as good as its secrets. */
import { defineAdvice } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { groupAssignmentSource, judgeDirectAssignments, PRIVILEGED_ROLES, type Roles } from '../role-assignments.ts';

/** With Owner and Contributor these are the built-in roles that allow Microsoft.App/containerApps/getAuthToken/action. */
const ROLES: Roles = new Map([
  ...PRIVILEGED_ROLES,
  ['358470bc-b998-42bd-ab17-a7e34c199c0f', 'Container Apps Contributor'],
  ['f3bd1b5c-91fa-40e7-afe7-0c11d331232c', 'Container Apps Operator'],
  ['32109304-a0e2-4d64-bd07-b23ac5efbe43', 'Logic Apps Hybrid Contributor'],
]);

export const rule = defineAdvice({
  id: 'containerapp-direct-role-assignments',
  version: 1,
  title:
    'No user holds Owner, Contributor or User Access Administrator directly on the app, nor a role that opens its console',
  why: 'Access that is given to a person on a single app stays when the person moves on, and a console in its containers shows what the app knows.',
  risk: 'Who loses the assignment without being in a group that has one can no longer work on the app.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'container-app',
  documents: ['roleAssignments'],
  references: referencesOf({ MCSB: ['PA-7'] }),
  check: (snapshot) => judgeDirectAssignments(snapshot, ROLES),
  source: () => groupAssignmentSource('azurerm_container_app.app', 'Container Apps Contributor'),
});
