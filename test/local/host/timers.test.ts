import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextRuns } from '../../../local/timers.ts';
import { type FixtureHost, startFixture } from './fixture/start.ts';

describe('timer triggers', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixture({}, { FIXTURE_SCHEDULE: '* * * * * *' });
  });
  afterAll(() => host.close());

  const byHand = (name: string) =>
    fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' } });

  it('runs on the schedule that a setting gives, with the timer that the platform hands over', async () => {
    await expect.poll(async () => (await host.seen('yearly')).length, { timeout: 5000 }).toBeGreaterThan(0);
    expect((await host.seen('yearly'))[0]).toMatchObject({
      timer: { isPastDue: false, schedule: { adjustForDST: true }, scheduleStatus: { next: expect.any(String) } },
    });
  });

  it('runs at start only what asks for it', async () => {
    expect(await host.seen('eager')).toEqual([true]);
    expect(await host.seen('stubborn')).toEqual([]);
  });

  it('runs a failing timer again as often as it declares, and tells it so', async () => {
    expect((await byHand('stubborn')).status).toBe(202);
    await expect.poll(() => host.seen('stubborn')).toHaveLength(3);
    expect(await host.seen('stubborn')).toMatchObject([
      'first',
      { retryCount: 1, maxRetryCount: 2, exception: { message: 'failed on purpose' } },
      { retryCount: 2, maxRetryCount: 2 },
    ]);
  });
});

describe('schedules', () => {
  const from = new Date('2026-01-01T00:00:00Z');
  const times = (schedule: string, count = 2) => nextRuns(schedule, count, from).map((time) => time.toISOString());

  it('reads six fields, seconds first, in UTC', () => {
    expect(times('0 0 */6 * * *')).toEqual(['2026-01-01T06:00:00.000Z', '2026-01-01T12:00:00.000Z']);
    expect(times('30 * * * * *', 1)).toEqual(['2026-01-01T00:00:30.000Z']);
  });

  it('wants both day fields to match, as NCRONTAB does', () => {
    expect(times('0 0 0 13 * 5', 1)).toEqual(['2026-02-13T00:00:00.000Z']);
  });

  it('names function and schedule when it is not NCRONTAB', async () => {
    await expect(startFixture({}, { FIXTURE_SCHEDULE: 'daily' })).rejects.toThrow(
      'The schedule "daily" of function yearly is not NCRONTAB',
    );
  });
});
