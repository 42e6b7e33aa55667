/**
 * What the host takes from host.json (the platform's defaults where a key is missing) and how it expands `%SETTING%`
 * in queue names and schedules, as the Functions host does.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Queue settings of host.json; durations in milliseconds. */
export interface QueueSettings {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxPollingInterval: number;
  /** The delay before a failed message is tried again. */
  readonly visibilityTimeout: number;
  readonly maxDequeueCount: number;
  readonly messageEncoding: 'base64' | 'none';
}

export interface HostSettings {
  readonly routePrefix: string;
  readonly queues: QueueSettings;
}

/** Reads a host.json; throws with the file and the path of what is wrong in it. */
export function readHostSettings(file: string): HostSettings {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = hostJson.safeParse(content);
  if (!parsed.success) throw new Error(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
  const { queues, http } = parsed.data.extensions;
  return {
    routePrefix: http.routePrefix,
    queues: { ...queues, newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2) },
  };
}

/** Replaces each `%NAME%` by the setting of that name; throws when it is not set. `where` names the function. */
export function expandSettings(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  where: string,
): string {
  return text.replace(/%([^%\s]+)%/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${where} refers to the setting %${name}%, which is not set.`);
    return value;
  });
}

const timeSpan = z
  .string()
  .regex(/^(\d+\.)?([01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(\.\d+)?$/, 'must be a time span like 00:00:30')
  .transform((text) => {
    const [clock = '', ...days] = text.split(/(?<=^\d+)\.(?=\d+:)/).reverse();
    const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
    return (((Number(days[0] ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  });

const queues = z.object({
  batchSize: z.int().min(1).max(32).default(16),
  newBatchThreshold: z.int().min(0).optional(),
  maxPollingInterval: timeSpan.default(60_000).refine((ms) => ms >= 100, 'must be at least 00:00:00.1'),
  visibilityTimeout: timeSpan.default(0),
  maxDequeueCount: z.int().min(1).default(5),
  messageEncoding: z.enum(['base64', 'none']).default('base64'),
});

const extensions = z.object({
  queues: queues.prefault({}),
  http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
});

const hostJson = z.object({ version: z.literal('2.0'), extensions: extensions.prefault({}) });
