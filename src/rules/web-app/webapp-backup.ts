/** What is deleted or overwritten comes back only from a backup. */
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { backupSource } from '../backup-source.ts';
import { judgeBackups } from '../backups.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'webapp-backup',
  version: 1,
  title: 'The app has backups',
  why: 'What somebody deletes or overwrites, by mistake or on purpose, comes back only from a backup.',
  risk: 'Backups need a storage account of the owner, and cost what is kept there.',
  differs:
    'Whether a schedule exists stands beside the key of its storage, which Plumbline does not read. So an app without backups is unknown, and not a violation.',
  severity: 'low',
  profile: 'strict',
  kind: 'web-app',
  documents: ['resource', 'backups'],
  references: referencesOf({ MCSB: ['BR-1'] }),
  check(snapshot) {
    return judgeBackups(snapshot, (backups) =>
      backups.length > 0
        ? compliant(`The app has ${backups.length} backup${backups.length === 1 ? '' : 's'}.`)
        : unknown('The app has no backups yet; whether they are scheduled cannot be read without a secret.'),
    );
  },
  source: () => backupSource(),
});
