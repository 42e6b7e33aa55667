import { rule } from '../../../src/rules/web-app/webapp-backup.ts';
import { SITE_ID, SLOT_ID } from '../fixtures/web-app.ts';
import { backups } from '../fixtures/web-app-lists.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'at least one backup', documents: { backups: backups({}) } },
    { title: 'at least one backup, however it ended', documents: { backups: backups({ status: 'Failed' }, {}) } },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: { backups: backups({}) } },
  ],
  violation: [],
  unknown: [
    { title: 'none = unknown', documents: { backups: backups() } },
    {
      title: 'none but what was deleted',
      documents: { backups: backups({ status: 'Deleted' }, { status: 'DeleteFailed' }) },
    },
    { title: 'sweep only: not read on an event', documents: {} },
    { title: 'not found', documents: { backups: null } },
    { title: 'no list', documents: { backups: { value: null } } },
  ],
});
