/**
 * Timer triggers, as the Functions host runs them: on their NCRONTAB schedule, at start when an occurrence was missed
 * meanwhile, never two runs of one timer at a time, and with the retries that the function declares. An occurrence that
 * comes while the timer still runs follows at once, however many there were. TimerListener.cs in
 * https://github.com/Azure/azure-webjobs-sdk-extensions (timers 5.1.0)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { expandSettings } from '../settings/host-settings.ts';
import type { RegisteredFunction, RetryOptions } from '../worker/functions-core.ts';
import type { Invoke } from '../worker/invocation.ts';
import { readSchedule } from './schedule.ts';
import { NEVER, statusAtStart, type TimerMonitor, type TimerStatus } from './timer-monitor.ts';

export interface TimerListener {
  /** Runs the timer now, or after the run in work; settles when that and its retries are over, never rejects. */
  run(): Promise<void>;
  /** No further runs; resolves when a run in work is over. */
  stop(): Promise<void>;
}

export interface TimerOptions {
  readonly invoke: Invoke;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly monitor: TimerMonitor;
  /** Whether it runs by hand only. */
  readonly disabled: boolean;
  readonly log: (line: string) => void;
}

/** Starts the schedule of a timer function; throws when its schedule is not NCRONTAB or a setting in it is missing. */
export function startTimer(fn: RegisteredFunction, options: TimerOptions): TimerListener {
  const binding = timerTrigger.parse(fn.trigger.binding);
  const text = expandSettings(binding.schedule, options.environment, `The schedule of function ${fn.name}`);
  const schedule = readSchedule(text, fn.name, options.environment.WEBSITE_TIME_ZONE);
  const monitor = binding.useMonitor && !schedule.belowOneMinute ? options.monitor : null;
  const stopping = new AbortController();
  const { signal } = stopping;
  let status: TimerStatus = { Last: NEVER, Next: schedule.next(new Date()), LastUpdated: NEVER };
  let running: Promise<void> | undefined;

  const run = (isPastDue = false) => {
    const timer = { Schedule: { AdjustForDST: true }, ScheduleStatus: monitor && status, IsPastDue: isPastDue };
    running ??= invokeWithRetries(fn, JSON.stringify(timer), options.invoke, signal).finally(() => {
      running = undefined;
    });
    return running;
  };
  const store = (changed: TimerStatus) =>
    monitor?.write(fn.name, changed).catch((error: unknown) => {
      options.log(`what is known of timer ${fn.name} could not be stored: ${messageOf(error)}`);
    });
  const begin = async (): Promise<boolean> => {
    if (!monitor) return false;
    const found = await readWhenPossible(monitor, fn.name, signal, options.log);
    if (found === undefined) return false;
    const start = statusAtStart(found, schedule, new Date());
    status = start.status;
    if (start.store) await store(start.store);
    return start.isPastDue;
  };
  const occur = async (isPastDue: boolean, due: Date | null) => {
    const now = new Date();
    await run(isPastDue);
    // The clock of a timer may be a little ahead: the occurrence counts as that of its time, so that it comes once.
    const last = due !== null && due > now ? due : now;
    status = { Last: last, Next: schedule.next(last), LastUpdated: last };
    await store(status);
  };
  const follow = async () => {
    const isPastDue = await begin();
    if (!signal.aborted && (isPastDue || binding.runOnStartup)) await occur(isPastDue, null);
    for (;;) {
      await waitUntil(status.Next, signal);
      if (signal.aborted) return;
      await occur(false, status.Next);
    }
  };
  const following = options.disabled ? undefined : follow();
  return {
    // What was changed before the call must be seen: the run in work may have read it already.
    run: () => (running ? running.then(() => (signal.aborted ? undefined : run())) : run()),
    async stop() {
      stopping.abort();
      await following;
      await running;
    },
  };
}

const timerTrigger = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

/** As the real host: a timer whose stored status cannot be read does not run, and the read is repeated. Undefined when stopped. */
async function readWhenPossible(
  monitor: TimerMonitor,
  name: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<TimerStatus | null | undefined> {
  let lastError = '';
  while (!signal.aborted) {
    try {
      return await monitor.read(name, signal);
    } catch (error) {
      const message = messageOf(error);
      if (message !== lastError && !signal.aborted) log(`function ${name} does not run on its schedule: ${message}`);
      lastError = message;
      await sleep(2000, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

const DAY = 86_400_000;

/** Resolves at a time, or when stopped; in steps, as no timer of Node.js waits for longer than 24 days. */
async function waitUntil(time: Date, signal: AbortSignal): Promise<void> {
  for (let left = time.getTime() - Date.now(); left > 0 && !signal.aborted; left = time.getTime() - Date.now()) {
    await sleep(Math.min(left, DAY), undefined, { signal }).catch(() => undefined);
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
        ...(retry && { retryContext: { retryCount, maxRetryCount, ...(exception && { exception }) } }),
      });
      return;
    } catch (error) {
      if (!retry || (maxRetryCount !== -1 && retryCount >= maxRetryCount)) return;
      exception = { message: messageOf(error) };
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
