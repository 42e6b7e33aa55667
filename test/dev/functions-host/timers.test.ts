import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSchedule } from '../../../dev/functions-host/timers/schedule.ts';
import { startTimer } from '../../../dev/functions-host/timers/timer-listener.ts';
import { NEVER, openTimerMonitor, statusAtStart } from '../../../dev/functions-host/timers/timer-monitor.ts';
import { emptyAccount } from '../../account.ts';
import { type FixtureHost, fixtureFolder, startFixture } from './fixture/start.ts';

describe('timer triggers', () => {
  let host: FixtureHost;
  beforeAll(async () => {
    host = await startFixture({}, { FIXTURE_SCHEDULE: '* * * * * *' });
  });
  afterAll(() => host.close());

  const byHand = (name: string) =>
    fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' } });

  it('run on the schedule from a setting, and a schedule below one minute stores no status', async () => {
    await expect.poll(async () => (await host.seen('yearly')).length, { timeout: 5000 }).toBeGreaterThan(0);
    expect((await host.seen('yearly'))[0]).toEqual({
      timer: { isPastDue: false, schedule: { adjustForDST: true }, scheduleStatus: null },
    });
  });

  it('run at start only with runOnStartup', async () => {
    expect(await host.seen('eager')).toEqual([true]);
    expect(await host.seen('stubborn')).toEqual([]);
  });

  it('run again after a failure as often as declared, with the retry context from the first try on', async () => {
    expect((await byHand('stubborn')).status).toBe(202);
    await expect.poll(() => host.seen('stubborn')).toHaveLength(3);
    expect(await host.seen('stubborn')).toEqual([
      { retryCount: 0, maxRetryCount: 2 },
      { retryCount: 1, maxRetryCount: 2, exception: expect.objectContaining({ message: 'failed on purpose' }) },
      { retryCount: 2, maxRetryCount: 2, exception: expect.objectContaining({ message: 'failed on purpose' }) },
    ]);
  });
});

describe('a timer of a minute or longer', () => {
  let account: string;
  beforeAll(async () => {
    account = await emptyAccount();
  });

  const hourly = '0 0 * * * *';
  const HOUR = 3_600_000;
  const settings = (hostId: string) => ({
    AzureWebJobsStorage: account,
    AzureFunctionsWebHost__hostid: hostId,
    FIXTURE_SCHEDULE: hourly,
  });
  const monitorOf = (hostId: string) => openTimerMonitor(fixtureFolder, settings(hostId));
  const signal = new AbortController().signal;
  /** The status that a host leaves which last ran the timer on the hour before `hours` hours ago. */
  const stoppedBefore = async (hostId: string, hours: number) => {
    const Last = new Date(Math.floor(Date.now() / HOUR - hours) * HOUR);
    await monitorOf(hostId).write('yearly', { Last, Next: new Date(Last.getTime() + HOUR), LastUpdated: Last });
  };

  it('runs once at start after a missed occurrence, with isPastDue, and is then on schedule', async () => {
    await stoppedBefore('missed', 5);
    const host = await startFixture({}, settings('missed'));
    await expect.poll(() => host.seen('yearly')).toHaveLength(1);
    expect(await host.seen('yearly')).toMatchObject([{ timer: { isPastDue: true, scheduleStatus: {} } }]);
    await expect
      .poll(async () => (await monitorOf('missed').read('yearly', signal))?.Next.getTime())
      .toBeGreaterThan(Date.now());
    await host.close();
    const again = await startFixture({}, settings('missed'));
    await sleep(500);
    expect(await again.seen('yearly')).toEqual([]);
    await again.close();
  });

  it('does not run at start when it missed no occurrence or never ran, and stores its next time', async () => {
    await stoppedBefore('on-time', 0);
    for (const hostId of ['on-time', 'new']) {
      const host = await startFixture({}, settings(hostId));
      await expect.poll(() => monitorOf(hostId).read('yearly', signal)).not.toBeNull();
      await sleep(300);
      expect(await host.seen('yearly')).toEqual([]);
      await host.close();
    }
    const blobs = BlobServiceClient.fromConnectionString(account);
    const blob = blobs
      .getContainerClient('azure-webjobs-hosts')
      .getBlobClient('timers/new/Host.Functions.yearly/status');
    expect(JSON.parse((await blob.downloadToBuffer()).toString())).toEqual({
      Last: NEVER.toISOString(),
      Next: expect.stringMatching(/:00:00\.000Z$/),
      LastUpdated: expect.any(String),
    });
  });

  it('does not run while its stored status cannot be read', async () => {
    await monitorOf('broken').write('other', { Last: NEVER, Next: NEVER, LastUpdated: NEVER });
    const container = BlobServiceClient.fromConnectionString(account).getContainerClient('azure-webjobs-hosts');
    await container.getBlockBlobClient('timers/broken/Host.Functions.yearly/status').upload('{', 1);
    const host = await startFixture({}, settings('broken'));
    await expect
      .poll(() => host.lines)
      .toContainEqual(expect.stringContaining('function yearly does not run on its schedule'));
    await stoppedBefore('broken', 5);
    await expect.poll(() => host.seen('yearly'), { timeout: 5000 }).toHaveLength(1);
    await host.close();
  });
});

describe('the status of a timer at start', () => {
  const hourly = readSchedule('0 0 * * * *', 'hourly');
  const at = (time: string) => new Date(`2026-03-01T${time}Z`);
  const now = at('10:20:00');

  it('a new timer has missed nothing, and its next time is stored', () => {
    const status = { Last: NEVER, Next: at('11:00:00'), LastUpdated: NEVER };
    expect(statusAtStart(null, hourly, now)).toEqual({
      status,
      isPastDue: false,
      store: { ...status, LastUpdated: now },
    });
  });

  it.each([
    ['after its next time', '09:00:00', '10:00:00', true],
    ['before its next time', '10:00:00', '11:00:00', false],
  ])('%s', (_, last, next, isPastDue) => {
    const found = { Last: at(last), Next: at(next), LastUpdated: at(last) };
    expect(statusAtStart(found, hourly, now)).toEqual({ status: found, isPastDue, store: null });
    const never = { Last: NEVER, Next: at(next), LastUpdated: at(last) };
    expect(statusAtStart(never, hourly, now)).toEqual({ status: never, isPastDue, store: null });
  });

  it('a timer with a changed schedule has missed nothing', () => {
    const found = { Last: at('09:00:00'), Next: at('09:30:00'), LastUpdated: at('09:00:00') };
    const status = { Last: NEVER, Next: at('11:00:00'), LastUpdated: now };
    expect(statusAtStart(found, hourly, now)).toEqual({ status, isPastDue: false, store: status });
    const later = { ...found, Last: at('10:10:00') };
    const kept = { Last: NEVER, Next: at('11:00:00'), LastUpdated: at('10:10:00') };
    expect(statusAtStart(later, hourly, now)).toEqual({ status: kept, isPastDue: false, store: kept });
  });
});

describe('a timer that runs longer than its interval', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const binding = { type: 'timerTrigger', direction: 'in', schedule: '0 0 * * * *' };
  const slow = {
    name: 'slow',
    metadata: { name: 'slow', bindings: { timer: binding } },
    callback: () => undefined,
    trigger: { name: 'timer', binding },
  };

  it('runs once, at once, for all the occurrences during the run', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T10:20:00Z') });
    const runs: unknown[] = [];
    const written: string[] = [];
    const timer = startTimer(slow, {
      invoke: async (_, { inputData }) => {
        runs.push(JSON.parse(inputData[0]?.data.json ?? '').IsPastDue);
        if (runs.length === 1) vi.setSystemTime(new Date('2026-03-01T14:10:00Z'));
        return {};
      },
      environment: {},
      monitor: {
        read: async () => ({
          Last: new Date('2026-03-01T09:00:00Z'),
          Next: new Date('2026-03-01T10:00:00Z'),
          LastUpdated: NEVER,
        }),
        write: async (_, { Next }) => void written.push(Next.toISOString()),
      },
      disabled: false,
      log: () => undefined,
    });
    await vi.waitFor(() => expect(written).toHaveLength(2));
    await timer.stop();
    expect(runs).toEqual([true, false]);
    expect(written).toEqual(['2026-03-01T11:00:00.000Z', '2026-03-01T15:00:00.000Z']);
  });

  it('runs again for those who ask by hand during a run, once', async () => {
    const ends: (() => void)[] = [];
    const timer = startTimer(slow, {
      invoke: () => new Promise((resolve) => ends.push(() => resolve({}))),
      environment: {},
      monitor: { read: async () => null, write: async () => undefined },
      disabled: true,
      log: () => undefined,
    });
    const first = timer.run();
    const later = [timer.run(), timer.run()];
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    ends[0]?.();
    await first;
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    ends[1]?.();
    await Promise.all(later);
    expect(ends).toHaveLength(2);
  });
});

describe('schedules', () => {
  const from = new Date('2026-01-01T00:00:00Z');
  const next = (schedule: string, after = from) => readSchedule(schedule, 'schedule').next(after).toISOString();

  it('have six fields, seconds first, in UTC', () => {
    expect(next('0 0 */6 * * *')).toBe('2026-01-01T06:00:00.000Z');
    expect(next('0 0 */6 * * *', new Date('2026-01-01T06:00:00Z'))).toBe('2026-01-01T12:00:00.000Z');
    expect(next('30 * * * * *')).toBe('2026-01-01T00:00:30.000Z');
    expect(next('0 0 0 31 2 *')).toBe('9999-12-31T23:59:59.000Z');
  });

  it('match both day fields, as NCRONTAB does', () => {
    expect(next('0 0 0 13 * 5')).toBe('2026-02-13T00:00:00.000Z');
  });

  it('follow the clock of their time zone, and skip no day when it changes', () => {
    const berlin = readSchedule('0 30 2 * * *', 'nightly', 'Europe/Berlin');
    const runs = ['2026-03-27T12:00:00Z', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-10-24T12:00:00Z'];
    expect(runs.map((at) => berlin.next(new Date(at)).toISOString())).toEqual([
      '2026-03-28T01:30:00.000Z',
      // At 02:00 the clock goes on to 03:00.
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
    ]);
  });

  it.each([
    ['* * * * * *', true],
    ['*/30 * * * * *', true],
    ['0 * * * * *', false],
    ['*/10 0 * * * *', false],
  ])('%s runs more than once a minute: %s', (schedule, expected) => {
    expect(readSchedule(schedule, 'schedule').belowOneMinute).toBe(expected);
  });

  it('are refused with function and schedule when they are not NCRONTAB', async () => {
    await expect(startFixture({}, { FIXTURE_SCHEDULE: 'daily' })).rejects.toThrow(
      'The schedule "daily" of function yearly is not NCRONTAB',
    );
  });
});
