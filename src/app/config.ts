/** Every setting of the environment, checked at once: all problems are reported together, and never a value. */
import { hkdfSync } from 'node:crypto';
import * as z from 'zod';
import { type AuditKey, type AuditKeys, parseAuditKeys } from '../domain/audit/audit.ts';
import { MODES } from '../domain/resources/reasons.ts';
import { parseResourceId } from '../domain/resources/resource.ts';
import type { StorageConnection } from '../storage/connection.ts';
import { LOG_LEVELS } from './log-context.ts';

export type Config = ReturnType<typeof readConfig>;

export interface ConfigProblem {
  readonly setting: string;
  readonly message: string;
}

/** Settings are missing or malformed; the message names each and its expected value. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ setting, message }) => `${setting} ${message}`).join('; '));
    this.problems = problems;
  }
}

/** Reads the settings from an environment; an empty value counts as not set. Throws NotConfigured. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  const settings = SETTINGS.safeParse(given);
  const storage = STORAGE.safeParse(given);
  const problems = [...(settings.error?.issues ?? []), ...(storage.error?.issues ?? [])].map(problemOf);
  if (given.IDENTITY_ENDPOINT && !given.IDENTITY_HEADER) {
    problems.push({ setting: 'IDENTITY_HEADER', message: 'is not set, although IDENTITY_ENDPOINT is' });
  }
  if (!settings.success || !storage.success || problems.length > 0) throw new NotConfigured(uniqueProblems(problems));
  const set = settings.data;
  return {
    storage: storage.data,
    auditKeys: set.PLUMBLINE_AUDIT_KEY,
    /** Signs page cursors. Derived from the signing key, so that every instance has the same key and no further secret is needed. */
    cursorKey: cursorKeyFrom(set.PLUMBLINE_AUDIT_KEY.signing),
    mode: set.PLUMBLINE_MODE,
    subscriptions: set.PLUMBLINE_SUBSCRIPTIONS,
    workspaceId: set.PLUMBLINE_WORKSPACE_ID,
    settleSeconds: set.PLUMBLINE_SETTLE_SECONDS,
    /** NCRONTAB of six fields, the first one seconds. */
    sweepSchedule: set.PLUMBLINE_SWEEP_SCHEDULE,
    selfId: set.PLUMBLINE_SELF_ID,
    topicEndpoint: set.PLUMBLINE_TOPIC_ENDPOINT,
    logLevel: set.PLUMBLINE_LOG_LEVEL,
    /** Origins, without trailing slash. */
    arm: { endpoint: set.AZURE_RESOURCE_MANAGER_ENDPOINT, audience: set.AZURE_RESOURCE_MANAGER_AUDIENCE },
    identity: {
      endpointPresent: set.IDENTITY_ENDPOINT !== null,
      clientId: set.AZURE_CLIENT_ID,
      /** The client id for the storage: the same, unless AzureWebJobsStorage__clientId is set. */
      storageClientId: set.AzureWebJobsStorage__clientId ?? set.AZURE_CLIENT_ID,
    },
    /** Whether Easy Auth guards the app, so that its principal header can be trusted. */
    authEnabled: set.WEBSITE_AUTH_ENABLED,
  };
}

/** The schedule of the sweep, to register the timer. readConfig reports a malformed schedule; here it must not prevent the app from loading. */
export function readSweepSchedule({ PLUMBLINE_SWEEP_SCHEDULE }: Readonly<Record<string, string | undefined>>): string {
  const given = PLUMBLINE_SWEEP_SCHEDULE?.trim();
  return given && isSchedule(given) ? given : EVERY_SIX_HOURS;
}

const EVERY_SIX_HOURS = '0 0 */6 * * *';
const WORKSPACE =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/Microsoft\.OperationalInsights\/workspaces\/[^/]+$/i;

/** One field of NCRONTAB: numbers, names, ranges, steps and lists of them. */
const CRON_FIELD = /^(\*|\w+(-\w+)?)(\/\d+)?(,(\*|\w+(-\w+)?)(\/\d+)?)*$/;
const PUBLIC_CLOUD = 'https://management.azure.com';

const httpsUrl = z
  .string()
  .refine(isHttps, 'must be an https URL')
  .transform((url) => url.replace(/\/+$/, ''));
const origin = z
  .string()
  .refine(
    (url) => isHttps(url) && new URL(url).pathname === '/' && new URL(url).search === '',
    'must be an https URL without path',
  )
  .transform((url) => new URL(url).origin);

const clientId = z.guid({ error: 'must be the client id of a managed identity' });

const SETTINGS = z.object({
  PLUMBLINE_AUDIT_KEY: z
    .string({ error: 'is not set; it must be kid:seed, the seed being 32 random bytes in base64' })
    .transform(parseKeys),
  PLUMBLINE_MODE: z.enum(MODES, { error: `must be ${oneOf(MODES)}` }).default('audit'),
  PLUMBLINE_SUBSCRIPTIONS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((id) => id.trim().toLowerCase() || []))
    .pipe(z.array(z.guid({ error: 'must be subscription ids with commas between them' }))),
  PLUMBLINE_WORKSPACE_ID: z
    .string()
    .regex(WORKSPACE, 'must be the ARM id of a Log Analytics workspace')
    .nullable()
    .default(null),
  PLUMBLINE_SETTLE_SECONDS: z
    .string()
    .default('30')
    .refine(
      (text) => /^\d+(\.\d+)?$/.test(text) && Number(text) <= 86_400,
      'must be a number of seconds from 0 to 86400',
    )
    .transform(Number),
  PLUMBLINE_SWEEP_SCHEDULE: z
    .string()
    .refine(isSchedule, 'must be six NCRONTAB fields, the first one seconds, such as 0 0 */6 * * *')
    .default(EVERY_SIX_HOURS),
  PLUMBLINE_SELF_ID: z
    .string()
    .refine((id) => parseResourceId(id)?.kind === 'web-app', "must be the ARM id of Plumbline's own function app")
    .nullable()
    .default(null),
  PLUMBLINE_TOPIC_ENDPOINT: z
    .string()
    .refine(isHttps, 'must be the https URL of an Event Grid topic')
    .nullable()
    .default(null),
  PLUMBLINE_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be ${oneOf(LOG_LEVELS)}` }).default('info'),
  AZURE_RESOURCE_MANAGER_ENDPOINT: origin.default(PUBLIC_CLOUD),
  AZURE_RESOURCE_MANAGER_AUDIENCE: httpsUrl.default(PUBLIC_CLOUD),
  IDENTITY_ENDPOINT: z.string().refine(URL.canParse, 'must be a URL, as the platform sets it').nullable().default(null),
  AZURE_CLIENT_ID: clientId.nullable().default(null),
  AzureWebJobsStorage__clientId: clientId.nullable().default(null),
  WEBSITE_AUTH_ENABLED: z
    .string()
    .default('')
    .transform((text) => text.toLowerCase() === 'true'),
});

const STORAGE = z
  .object({
    AzureWebJobsStorage: z
      .string()
      .refine(isConnectionString, 'must be a storage connection string, or UseDevelopmentStorage=true for Azurite')
      .optional(),
    AzureWebJobsStorage__accountName: z
      .string()
      .regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account')
      .optional(),
    AzureWebJobsStorage__tableServiceUri: httpsUrl.optional(),
    AzureWebJobsStorage__queueServiceUri: httpsUrl.optional(),
    AzureWebJobsStorage__blobServiceUri: httpsUrl.optional(),
  })
  .transform((set, context): StorageConnection => {
    if (set.AzureWebJobsStorage) return { kind: 'connection-string', value: set.AzureWebJobsStorage };
    const account = set.AzureWebJobsStorage__accountName;
    const uriOf = (service: 'table' | 'queue' | 'blob') =>
      set[`AzureWebJobsStorage__${service}ServiceUri`] ?? (account && `https://${account}.${service}.core.windows.net`);
    const [tableUri, queueUri, blobUri] = [uriOf('table'), uriOf('queue'), uriOf('blob')];
    if (tableUri && queueUri && blobUri) return { kind: 'identity', tableUri, queueUri, blobUri };
    context.addIssue({
      code: 'custom',
      path: ['AzureWebJobsStorage'],
      message:
        'is not set; give a connection string, or AzureWebJobsStorage__accountName, or all of AzureWebJobsStorage__tableServiceUri, __queueServiceUri and __blobServiceUri',
    });
    return z.NEVER;
  });

function parseKeys(text: string, context: z.RefinementCtx): AuditKeys {
  try {
    return parseAuditKeys(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
    return z.NEVER;
  }
}

function cursorKeyFrom({ privateKey }: AuditKey): Buffer {
  const { d: seed } = privateKey.export({ format: 'jwk' });
  return Buffer.from(hkdfSync('sha256', Buffer.from(seed ?? '', 'base64url'), '', 'plumbline page cursor', 32));
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).username === '';
}

function isSchedule(text: string): boolean {
  const fields = text.split(/\s+/);
  return fields.length === 6 && fields.every((field) => CRON_FIELD.test(field));
}

function isConnectionString(text: string): boolean {
  const parts = new Map(text.split(';').map((part) => [part.split('=', 1)[0]?.toLowerCase(), part.includes('=')]));
  if (parts.get('usedevelopmentstorage')) return true;
  const named = parts.get('accountname') && parts.get('accountkey');
  const signed = parts.get('sharedaccesssignature') && (parts.get('tableendpoint') || parts.get('accountname'));
  return Boolean(named || signed);
}

function oneOf(names: readonly string[]): string {
  return `one of ${names.join(', ')}`;
}

function problemOf({ path, message }: z.core.$ZodIssue): ConfigProblem {
  return { setting: String(path[0] ?? 'environment'), message };
}

/** One setting may have the same problem several times, such as two malformed subscriptions. */
function uniqueProblems(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((one) => [`${one.setting} ${one.message}`, one])).values()];
}
