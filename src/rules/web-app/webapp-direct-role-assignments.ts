/** What one person may do alone on one app is what nobody reviews. */
import { defineAdvice } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { groupAssignmentSource, judgeDirectAssignments, PRIVILEGED_ROLES } from '../role-assignments.ts';

export const rule = defineAdvice({
  id: 'webapp-direct-role-assignments',
  version: 1,
  title: 'No user holds Owner, Contributor or User Access Administrator directly on the app',
  why: 'Access that is given to a person on a single app stays when the person moves on, and is missed by reviews of groups.',
  risk: 'Who loses the assignment without being in a group that has one can no longer work on the app.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'web-app',
  documents: ['roleAssignments'],
  references: referencesOf({ MCSB: ['PA-7'] }),
  check: (snapshot) => judgeDirectAssignments(snapshot, PRIVILEGED_ROLES),
  source: () => groupAssignmentSource('azurerm_linux_web_app.app', 'Website Contributor'),
});
