/**
 * Timer triggers: NCRONTAB schedules (six fields, seconds first), never at start unless the function asks for it,
 * never two runs of one timer at a time, and the retries that the function declares.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import { z } from 'zod';
import type { RegisteredFunction, RetryOptions } from './functions-core.ts';
import { expandSettings } from './host-settings.ts';
import type { Invoke } from './invocation.ts';

export interface TimerListener {
  /** Runs the timer now, unless it is running; settles when the run and its retries are over, never rejects. */
  run(): Promise<void>;
  /** No further runs; resolves when a run in work is over. */
  stop(): Promise<void>;
}

/** Starts the schedule of a timer function; throws when its schedule is not NCRONTAB or a setting in it is missing. */
export function startTimer(
  fn: RegisteredFunction,
  options: { invoke: Invoke; environment: Readonly<Record<string, string | undefined>> },
): TimerListener {
  const binding = timerTrigger.parse(fn.trigger.binding);
  const schedule = expandSettings(binding.schedule, options.environment, `The schedule of function ${fn.name}`);
  const timezone = options.environment.WEBSITE_TIME_ZONE ?? 'UTC';
  const stopping = new AbortController();
  let last = new Date(0);
  let running: Promise<void> | undefined;

  const run = () => {
    running ??= attempt().finally(() => {
      running = undefined;
    });
    return running;
  };
  const cron = ncrontab(schedule, fn.name, timezone, run);
  const attempt = async () => {
    const status = { Last: last, Next: cron.nextRun() ?? new Date(0), LastUpdated: last };
    last = new Date();
    const json = JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: false });
    await invokeWithRetries(fn, json, options.invoke, stopping.signal);
  };
  if (binding.runOnStartup) void run();
  return {
    run,
    async stop() {
      cron.stop();
      stopping.abort();
      await running;
    },
  };
}

/** The next times of a schedule after `from`; throws when it is not NCRONTAB. */
export function nextRuns(schedule: string, count: number, from: Date, timezone = 'UTC'): Date[] {
  return ncrontab(schedule, 'schedule', timezone).nextRuns(count, from);
}

const timerTrigger = z.object({ schedule: z.string(), runOnStartup: z.boolean().default(false) });

function ncrontab(schedule: string, name: string, timezone: string, run?: () => void): Cron {
  try {
    // NCRONTAB runs only on days that match both day fields, where Unix cron takes either.
    const options = { mode: '5-or-6-parts', domAndDow: true, timezone, protect: true } as const;
    return run ? new Cron(schedule, options, run) : new Cron(schedule, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The schedule "${schedule}" of function ${name} is not NCRONTAB ({second} {minute} {hour} {day} {month} {day of week}): ${reason}`,
    );
  }
}

async function invokeWithRetries(
  fn: RegisteredFunction,
  json: string,
  invoke: Invoke,
  signal: AbortSignal,
): Promise<void> {
  const retry = fn.metadata.retryOptions;
  const maxRetryCount = retry?.maxRetryCount ?? 0;
  let exception: { message: string } | undefined;
  for (let retryCount = 0; !signal.aborted; retryCount++) {
    try {
      await invoke(fn, {
        inputData: [{ name: fn.trigger.name, data: { json } }],
        ...(retry && exception && { retryContext: { retryCount, maxRetryCount, exception } }),
      });
      return;
    } catch (error) {
      if (!retry || (maxRetryCount !== -1 && retryCount >= maxRetryCount)) return;
      exception = { message: error instanceof Error ? error.message : String(error) };
      await sleep(retryDelay(retry, retryCount), undefined, { signal }).catch(() => undefined);
    }
  }
}

function retryDelay(retry: RetryOptions, retryCount: number): number {
  if (retry.retryStrategy === 'fixedDelay') return (retry.delayInterval?.seconds ?? 0) * 1000;
  const minimum = retry.minimumInterval?.seconds ?? 1;
  const maximum = retry.maximumInterval?.seconds ?? 60;
  return Math.min(maximum, minimum * 2 ** retryCount) * 1000;
}
