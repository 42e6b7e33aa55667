import { describe, expect, test } from 'vitest';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { rule } from '../../../src/rules/web-app/webapp-backup-health.ts';
import { SITE_ID, SLOT_ID } from '../fixtures/web-app.ts';
import { backups } from '../fixtures/web-app-lists.ts';
import { testRule } from '../rule-tester.ts';

const made = (...listed: Parameters<typeof backups>) => ({ backups: backups(...listed) });
const on = (day: string, status = 'Succeeded') => ({ status, finishedTimeStamp: `2026-01-${day}` });

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'newest finished backup Succeeded', documents: made({}) },
    { title: 'statuses compare without case', documents: made({ status: 'succeeded' }) },
    {
      title: 'newest finished backup Succeeded, after one that failed',
      documents: made(on('12T02:00:00.1234567Z', 'Failed'), on('13T02:00:00.1234567Z')),
    },
    {
      title: 'newest finished backup Succeeded, and another one still runs',
      documents: made(
        {},
        { status: 'InProgress', finishedTimeStamp: null },
        { status: 'Created', finishedTimeStamp: null },
      ),
    },
    {
      title: 'a backup that could not be deleted says nothing of the others',
      documents: made({}, on('14T02:00:00', 'DeleteFailed')),
    },
    { title: 'not older than the configured days', documents: made(on('07T12:00:00')) },
    { title: 'not older than the configured days: 30', documents: made(on('02T12:00:00Z')), parameters: { days: 30 } },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: made({}) },
  ],
  violation: [
    {
      title: 'the newest finished backup failed',
      documents: made({}, on('14T02:00:00', 'Failed')),
      tier: 'advice',
      changes: [],
      reason: /^The newest backup, of 2026-01-14, ended as Failed\.$/,
    },
    {
      title: 'the newest finished backup succeeded in part only',
      documents: made({ status: 'PartiallySucceeded' }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'older than the configured days (default 8), times without a zone being UTC',
      documents: made(on('07T11:59:59.9')),
      tier: 'advice',
      changes: [],
      reason: /^The newest backup, of 2026-01-07, is older than 8 days\.$/,
    },
    {
      title: 'older than the configured days: 2',
      documents: made({}),
      parameters: { days: 2 },
      tier: 'advice',
      changes: [],
      reason: /older than 2 days/,
    },
    {
      title: 'the order of time is that of the clock, not of the text',
      documents: made(on('14T01:00:00+02:00'), on('13T23:30:00Z', 'TimedOut')),
      tier: 'advice',
      changes: [],
      reason: /TimedOut/,
    },
  ],
  notApplicable: [
    { title: 'no backups', documents: made() },
    { title: 'no backups but what was deleted', documents: made({ status: 'Deleted' }) },
  ],
  unknown: [
    { title: 'sweep only: not read on an event', documents: {} },
    { title: 'not found', documents: { backups: null } },
    { title: 'none has finished yet', documents: made({ status: 'InProgress', finishedTimeStamp: null }) },
    { title: 'one does not say when it finished', documents: made({}, { status: 'Failed', finishedTimeStamp: null }) },
    { title: 'one finished in the year 1', documents: made({ finishedTimeStamp: '0001-01-01T00:00:00' }) },
    { title: 'one does not say how it ended', documents: made({ status: 2 }) },
    { title: 'one says a time that is none', documents: made({ finishedTimeStamp: '2026-13-45T99:00:00' }) },
    { title: 'a backup without properties', documents: { backups: { value: [{ name: 'a' }] } } },
  ],
});

test('storage URL, databases and log are dropped at parsing', () => {
  const databases = [{ databaseType: 'SqlAzure', name: 'shop', connectionString: 'Password=planted' }];
  const documents = made({ databases, log: 'planted' });
  expect(JSON.stringify(documents)).toContain('sig=planted');
  expect(JSON.stringify(parseSnapshot({ id: SITE_ID, documents }))).not.toMatch(/planted|blob\.core/);
});

describe('the days of webapp-backup-health', () => {
  test.each([0, -1, 1.5, 367, '8', null])('are not %j', (days) => {
    expect(rule.parameters.safeParse({ days }).success).toBe(false);
  });
});
