/**
 * What the host takes from host.json (the platform's defaults where a key is missing) and how it expands `%SETTING%`
 * in queue names and schedules, as the Functions host does.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import JSON5 from 'json5';
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
  /** Whether host.json names an extension bundle, which brings every trigger but HTTP and timers. */
  readonly hasExtensionBundle: boolean;
  readonly queues: QueueSettings;
}

/**
 * Reads a host.json as leniently as the host: with comments, trailing commas, keys in any case and unknown keys.
 * A setting `AzureFunctionsJobHost__path__to__key` in the environment replaces `path.to.key` of the file.
 * Throws with the file and the path of what is wrong in it.
 * https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values
 */
export function readHostSettings(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): HostSettings {
  let content: unknown;
  try {
    content = JSON5.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const values = new Map([...valuesIn(content), ...overridesIn(environment)]);
  const known = Object.keys(hostJson.shape).map((path) => [path, values.get(path.toLowerCase())]);
  const parsed = hostJson.safeParse(Object.fromEntries(known));
  if (!parsed.success) throw new Error(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  const batchSize = data['extensions:queues:batchSize'];
  return {
    routePrefix: data['extensions:http:routePrefix'],
    hasExtensionBundle: data['extensionBundle:id'] !== '',
    queues: {
      batchSize,
      newBatchThreshold:
        data['extensions:queues:newBatchThreshold'] ?? Math.floor(batchSize / 2) * availableParallelism(),
      maxPollingInterval: data['extensions:queues:maxPollingInterval'],
      visibilityTimeout: data['extensions:queues:visibilityTimeout'],
      maxDequeueCount: data['extensions:queues:maxDequeueCount'],
      messageEncoding: data['extensions:queues:messageEncoding'],
    },
  };
}

/** Whether the settings switch a function off: `AzureWebJobs.NAME.Disabled`, or with underscores where no dot may be. */
export function isDisabled(name: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  return [`AzureWebJobs.${name}.Disabled`, `AzureWebJobs_${name}_Disabled`].some((one) =>
    isOn(settingIn(one, environment)),
  );
}

/** Whether a setting is `true`, in any case, or `1`. */
export function isOn(value: string | undefined): boolean {
  return /^(true|1)$/i.test(value?.trim() ?? '');
}

/** Replaces each `%NAME%` by the setting of that name; throws when it is not set. `where` names the function. */
export function expandSettings(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  where: string,
): string {
  return text.replace(/%([^%\s]+)%/g, (_, name: string) => {
    const value = settingIn(name, environment);
    if (value === undefined) throw new Error(`${where} refers to the setting %${name}%, which is not set.`);
    return value;
  });
}

/** .NET's configuration compares the names of settings without case, where the environment of Linux does not. */
function settingIn(name: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return Object.entries(environment).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** What the environment says in place of host.json, under the same paths. */
function overridesIn(environment: Readonly<Record<string, string | undefined>>): [string, string][] {
  const prefix = 'azurefunctionsjobhost__';
  return Object.entries(environment).flatMap(([name, value = '']): [string, string][] => {
    const lower = name.toLowerCase();
    return lower.startsWith(prefix) ? [[lower.slice(prefix.length).replaceAll('__', ':'), value]] : [];
  });
}

/** Every value under its path, in lower case and as text: the form in which .NET's configuration holds a file. */
function valuesIn(content: unknown, path = ''): [string, string][] {
  if (typeof content !== 'object' || content === null) return path === '' ? [] : [[path, String(content ?? '')]];
  return Object.entries(content).flatMap(([key, value]) =>
    valuesIn(value, `${path === '' ? '' : `${path}:`}${key.toLowerCase()}`),
  );
}

const DAY = 86_400_000;

/** `[days.]hours:minutes[:seconds]`, or days alone. https://learn.microsoft.com/dotnet/api/system.timespan.parse */
const timeSpan = z
  .string()
  .regex(/^(\d+|(\d+\.)?([01]?\d|2[0-3]):[0-5]?\d(:[0-5]?\d(\.\d{1,7})?)?)$/, 'must be a time span like 00:00:30')
  .transform((text) => {
    if (!text.includes(':')) return Number(text) * DAY;
    const [clock = '', days = '0'] = text.split(/(?<=^\d+)\.(?=\d+:)/).reverse();
    const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
    return Number(days) * DAY + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  });

const wholeNumber = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);

const hostJson = z.object({
  version: z.literal('2.0'),
  'extensionBundle:id': z.string().default(''),
  'extensions:http:routePrefix': z.string().default('api'),
  'extensions:queues:batchSize': wholeNumber.pipe(z.int().min(1).max(32)).default(16),
  'extensions:queues:newBatchThreshold': wholeNumber.optional(),
  'extensions:queues:maxPollingInterval': timeSpan
    .pipe(z.number().min(100, 'must be at least 00:00:00.1'))
    .default(60_000),
  'extensions:queues:visibilityTimeout': timeSpan.default(0),
  'extensions:queues:maxDequeueCount': wholeNumber.pipe(z.int().min(1)).default(5),
  'extensions:queues:messageEncoding': z
    .string()
    .toLowerCase()
    .pipe(z.enum(['base64', 'none']))
    .default('base64'),
});
