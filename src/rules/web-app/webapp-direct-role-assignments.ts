import { defineAdvice } from '../../domain/rules/rule.ts';
import {
  groupAssignmentSource,
  judgeDirectAssignments,
  PRIVILEGED_ROLES,
} from '../checks/identity/role-assignments.ts';

export const rule = defineAdvice({
  id: 'webapp-direct-role-assignments',
  title: 'No user holds Owner, Contributor or User Access Administrator directly on the app',
  why: 'A role that a person holds on a single app stays when the person changes the team, and reviews of groups do not find it.',
  risk: 'A person who loses the assignment, and is not in a group with one, can no longer work on the app.',
  severity: 'medium',
  documents: ['roleAssignments'],
  references: { MCSB: ['PA-7'] },
  check: (snapshot) => judgeDirectAssignments(snapshot, PRIVILEGED_ROLES),
  source: () => groupAssignmentSource('azurerm_linux_web_app.app', 'Website Contributor'),
});
