/** A backup that fails, or stopped being made, is missed on the day when it is needed. */
import * as z from 'zod';
import { compliant, defineAdvice, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { dayOf, daysFrom } from '../arm-time.ts';
import { backupSource } from '../backup-source.ts';
import { type Backup, judgeBackups } from '../backups.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'webapp-backup-health',
  version: 1,
  title: 'The last backup did not fail',
  why: 'A backup that fails, or is not made any more, is missed on the day when it is needed.',
  risk: 'Mostly the credential of a storage account or a database has changed, and its owner has to give the new one.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'web-app',
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
  references: referencesOf({ MCSB: ['BR-4'] }),
  check(snapshot, { days }, now) {
    return judgeBackups(snapshot, (backups) => {
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
    });
  },
  source: () => backupSource(),
});

interface Finished {
  readonly status: string;
  readonly finishedAt: number;
}

/** null when there is none, or any of them says neither when nor how it ended: that one may be the newest. */
function newestOf(backups: readonly Backup[]): Finished | null {
  const told = backups.flatMap(({ status, finishedAt }) =>
    status === null || finishedAt === null ? [] : [{ status, finishedAt }],
  );
  if (told.length < backups.length) return null;
  return told.sort((a, b) => b.finishedAt - a.finishedAt)[0] ?? null;
}

function violation(reason: string): Judgement {
  return { verdict: 'violation', reason, changes: [] };
}
