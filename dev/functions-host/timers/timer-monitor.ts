/**
 * What the Functions host remembers of a timer, so that it can tell at start whether an occurrence was missed: a blob at
 * `azure-webjobs-hosts/timers/HOST/Host.Functions.NAME/status`. ScheduleMonitor.cs and StorageScheduleMonitor.cs in
 * https://github.com/Azure/azure-webjobs-sdk-extensions (timers 5.1.0)
 */
import { createHash } from 'node:crypto';
import type { ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { connectBlobs } from '../settings/storage-connection.ts';
import type { Schedule } from './schedule.ts';

/** As the function sees it; times that never were are `NEVER`. */
export interface TimerStatus {
  readonly Last: Date;
  readonly Next: Date;
  readonly LastUpdated: Date;
}

/** .NET's `default(DateTime)`. */
export const NEVER = new Date('0001-01-01T00:00:00Z');

export interface TimerMonitor {
  /** What is stored of a function, or null. Rejects when the storage is not set, does not answer or holds something else. */
  read(name: string, signal: AbortSignal): Promise<TimerStatus | null>;
  write(name: string, status: TimerStatus): Promise<void>;
}

/** The monitor in the host's own storage. Hosts of the same `root` share it. */
export function openTimerMonitor(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): TimerMonitor {
  const host =
    environment.AzureFunctionsWebHost__hostid ??
    `local-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
  let opened: ContainerClient | undefined;
  const container = () => {
    opened ??= connectBlobs('AzureWebJobsStorage', environment).getContainerClient('azure-webjobs-hosts');
    return opened;
  };
  const blob = (name: string) => container().getBlockBlobClient(`timers/${host}/Host.Functions.${name}/status`);
  return {
    async read(name, abortSignal) {
      try {
        const bytes = await blob(name).downloadToBuffer(0, undefined, { abortSignal });
        return stored.parse(JSON.parse(bytes.toString('utf8')));
      } catch (error) {
        if (notFound.safeParse(error).success) return null;
        throw error;
      }
    },
    async write(name, status) {
      const text = JSON.stringify(status);
      await container().createIfNotExists();
      await blob(name).upload(text, Buffer.byteLength(text));
    },
  };
}

/**
 * What a host makes of what is stored when it starts: whether an occurrence was missed, and what to store at once, which
 * is so for a timer that is new or whose schedule has changed.
 */
export function statusAtStart(
  found: TimerStatus | null,
  schedule: Schedule,
  now: Date,
): { readonly status: TimerStatus; readonly isPastDue: boolean; readonly store: TimerStatus | null } {
  const fresh = schedule.next(now);
  if (found === null) {
    const status = { Last: NEVER, Next: fresh, LastUpdated: NEVER };
    return { status, isPastDue: false, store: { ...status, LastUpdated: now } };
  }
  const from = [found.Last, found.LastUpdated].find((time) => time.getTime() !== NEVER.getTime());
  const expected = from ? schedule.next(from) : fresh;
  if (found.Next.getTime() === expected.getTime()) {
    return { status: found, isPastDue: now > found.Next, store: null };
  }
  const changed = now > expected ? { Next: fresh, LastUpdated: now } : { Next: expected, LastUpdated: from ?? now };
  const status = { Last: NEVER, ...changed };
  return { status, isPastDue: false, store: status };
}

const stored = z.object({ Last: z.coerce.date(), Next: z.coerce.date(), LastUpdated: z.coerce.date() });
const notFound = z.object({ statusCode: z.literal(404) });
