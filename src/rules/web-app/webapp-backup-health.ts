import * as z from 'zod';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { type Backup, backupSource, judgeBackups } from '../checks/app-service/backups.ts';
import { dayOf, daysFrom } from '../checks/documents/arm-time.ts';

export const rule = defineAdvice({
  id: 'webapp-backup-health',
  title: 'The last backup did not fail',
  why: 'A backup that failed, or that is no longer made, is missing when it is needed.',
  risk: 'The usual cause is a changed credential of a storage account or a database, and its owner has to set the new one.',
  severity: 'medium',
  documents: ['resource', 'backups'],
  parameters: z.object({
    days: z
      .int()
      .min(1)
      .max(366)
      .default(8)
      .describe(
        'A backup older than so many days is a violation. The default leaves a weekly schedule a day to finish.',
      ),
  }),
  references: { MCSB: ['BR-4'] },
  check: (snapshot, { days }, now) =>
    judgeBackups(snapshot, (backups) => {
      if (backups.length === 0) return notApplicable('The app has no backups.');
      const finished = backups.filter(({ unfinished }) => !unfinished);
      const newest = newestOf(finished);
      if (finished.length === 0) return unknown('No backup of the app has finished yet.');
      if (newest === null) return unknown('Which backup is the newest, or how it ended, was not said.');
      const day = dayOf(newest.finishedAt);
      if (newest.status.toLowerCase() !== 'succeeded') {
        return violation(`The newest backup, of ${day}, ended as ${newest.status}.`);
      }
      return newest.finishedAt < daysFrom(now, -days)
        ? violation(`The newest backup, of ${day}, is older than ${days} days.`)
        : compliant(`The newest backup, of ${day}, succeeded.`);
    }),
  source: () => backupSource(),
});

interface Finished {
  readonly status: string;
  readonly finishedAt: number;
}

/** null when there is none, or when one has no time or status: that one may be the newest. */
function newestOf(backups: readonly Backup[]): Finished | null {
  const complete = backups.flatMap(({ status, finishedAt }) =>
    status === null || finishedAt === null ? [] : [{ status, finishedAt }],
  );
  if (complete.length < backups.length) return null;
  return complete.sort((a, b) => b.finishedAt - a.finishedAt)[0] ?? null;
}
