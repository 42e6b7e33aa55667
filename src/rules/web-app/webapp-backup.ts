import { compliant, defineAdvice, unknown } from '../../domain/rules/rule.ts';
import { backupSource, judgeBackups } from '../checks/app-service/backups.ts';

export const rule = defineAdvice({
  id: 'webapp-backup',
  title: 'The app has backups',
  why: 'Content that is deleted or overwritten, by mistake or on purpose, can be restored only from a backup.',
  risk: 'Backups need a storage account of the owner, and the stored data costs money.',
  differs:
    'The schedule is stored together with the key of the storage account, which Plumbline does not read. So an app without backups is unknown, and not a violation.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'backups'],
  references: { MCSB: ['BR-1'] },
  check: (snapshot) =>
    judgeBackups(snapshot, (backups) =>
      backups.length > 0
        ? compliant(`The app has ${backups.length} backup${backups.length === 1 ? '' : 's'}.`)
        : unknown('The app has no backups yet; whether they are scheduled cannot be read without a secret.'),
    ),
  source: () => backupSource(),
});
