/** The progress of scans and sweeps in words. */
import { expect, test } from 'vitest';
import {
  durationText,
  progressText,
  secondsTaken,
  shareOf,
  sweepText,
} from '../../../../src/console/views/scans/scan-words.ts';

const progress = { found: 0, evaluated: 0, ratePerMinute: null, secondsLeft: null };

test.each([
  [{ status: 'running', found: 0, evaluated: 0, progress }, null, 'Looking for apps'],
  [
    {
      status: 'running',
      found: 1200,
      evaluated: 300,
      progress: { ...progress, ratePerMinute: 61.4, secondsLeft: 880 },
    },
    0.25,
    '300 of 1,200 · 61 a minute · about 15 min left',
  ],
  [{ status: 'running', found: 4, evaluated: 1, progress }, 0.25, '1 of 4'],
  [{ status: 'done', found: 4, evaluated: 4, progress: { ...progress, ratePerMinute: 8 } }, 1, '4 of 4'],
  [{ status: 'cancelled', found: 4, evaluated: 1, progress }, 0.25, '1 of 4'],
] as const)('%j', (scan, share, text) => {
  expect(shareOf(scan)).toBe(share);
  expect(progressText(scan)).toBe(text);
});

test.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3600, '1 h'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

test('how long it took', () => {
  const startedAt = '2026-03-01T12:00:00.000Z';
  expect(secondsTaken({ startedAt, endedAt: '2026-03-01T12:01:30.000Z' })).toBe(90);
  expect(secondsTaken({ startedAt, endedAt: null })).toBeNull();
});

test('a sweep', () => {
  const sweep = { counted: 120, listed: 120, skipped: 110, queued: 10, missing: 0, distrusted: null };
  expect(sweepText(sweep)).toBe('120 apps listed · 110 unchanged · 10 to check');
  expect(sweepText({ ...sweep, listed: 40, missing: 2, distrusted: 'It is shorter than before.' })).toBe(
    '40 of 120 apps listed · 110 unchanged · 10 to check · 2 gone · list not trusted, every app is checked',
  );
});
