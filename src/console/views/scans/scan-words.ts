/** The progress of a scan in words and numbers. */
import type { Scan, Sweep } from '../../api/types.ts';

export const SCAN_WORDS: Readonly<Record<Scan['status'], string>> = {
  running: 'Running',
  done: 'Completed',
  cancelled: 'Cancelled',
};

/** From 0 to 1; null while it is not known how many there are. */
export function shareOf({ found, evaluated, status }: Pick<Scan, 'found' | 'evaluated' | 'status'>): number | null {
  if (status === 'done') return 1;
  return found === 0 ? null : Math.min(1, evaluated / found);
}

/** Such as `12 of 40 · 30 a minute · about 1 min left`. */
export function progressText(scan: Pick<Scan, 'found' | 'evaluated' | 'status' | 'progress'>): string {
  const { found, evaluated, status, progress } = scan;
  if (status === 'running' && found === 0) return 'Looking for apps';
  const parts = [`${evaluated.toLocaleString('en')} of ${found.toLocaleString('en')}`];
  if (status === 'running') {
    if (progress.ratePerMinute !== null)
      parts.push(`${Math.round(progress.ratePerMinute).toLocaleString('en')} a minute`);
    if (progress.secondsLeft !== null) parts.push(`about ${durationText(progress.secondsLeft)} left`);
  }
  return parts.join(' · ');
}

/** `45 s`, `3 min`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** How long it took, in seconds; null while it runs, and when nobody noted its start. */
export function secondsTaken({ startedAt, endedAt }: Pick<Scan, 'startedAt' | 'endedAt'>): number | null {
  return startedAt === null || endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

export const SWEEP_WORDS: Readonly<Record<Sweep['status'], string>> = {
  running: 'Running',
  done: 'Completed',
  stalled: 'Stalled',
};

/** Such as `120 apps listed · 110 unchanged · 10 to check`. */
export function sweepText({ counted, listed, skipped, queued, missing, distrusted }: SweepNumbers): string {
  const of = counted > listed ? ` of ${counted.toLocaleString('en')}` : '';
  const parts = [`${listed.toLocaleString('en')}${of} apps listed`, `${skipped.toLocaleString('en')} unchanged`];
  parts.push(`${queued.toLocaleString('en')} to check`);
  if (missing > 0) parts.push(`${missing.toLocaleString('en')} gone`);
  if (distrusted !== null) parts.push('list not trusted, every app is checked');
  return parts.join(' · ');
}

type SweepNumbers = Pick<Sweep, 'counted' | 'listed' | 'skipped' | 'queued' | 'missing' | 'distrusted'>;
