/**
 * Maps every error format of Azure to one kind of failure. The code has priority over the status: 409 alone may be a lock, a
 * race, a busy app or a diagnostic setting that can never work. For conflicts of App Service the message decides.
 */
import { SECOND_MS, secondsBetween } from '../domain/resources/durations.ts';
import { isObject, type Json } from '../domain/resources/json.ts';
import { MAX_WAIT_SECONDS } from '../domain/resources/limits.ts';
import { redactCredentials } from '../domain/resources/redact.ts';
import type { ArmFailure, ArmFailureKind } from '../workflows/ports/azure.ts';
import { StorageUnavailable } from '../workflows/ports/storage.ts';

/** An answer of Azure, with any status. */
export interface HttpResponse {
  readonly status: number;
  /** The path of the request, without query. */
  readonly path: string;
  /** undefined when it was empty, a string when it was no JSON. */
  readonly body: Json | undefined;
  header(name: string): string | undefined;
}

/** Characters: texts of Azure are stored in the audit log, whose entries have a maximum size. */
const MAX_CODE = 200;
const MAX_MESSAGE = 4000;

/** The failure of a refused request. `now` turns an HTTP date of Retry-After into seconds. */
export function armFailureOf(reply: HttpResponse, now: Date): ArmFailure {
  const problems = problemsOf(reply.body);
  const telling = problems.find(({ code }) => kindOfCode(code, reply.path) !== null);
  const lasting = reply.status === 409 ? problems.find(({ message }) => PERMANENT_CONFLICT.test(message)) : undefined;
  const shown =
    lasting && !lasting.code ? { ...lasting, code: telling?.code ?? '' } : (lasting ?? telling ?? problems[0]);
  return {
    kind: lasting ? 'blocked' : kindOf(reply, telling?.code, shown?.message ?? ''),
    code: redactAndTruncate(shown?.code, MAX_CODE) || `Http${reply.status}`,
    message: redactAndTruncate(shown?.message, MAX_MESSAGE) || `Azure answered ${reply.status} without a message.`,
    retryAfter: retryAfterOf(reply, now),
  };
}

/** The failure of a request without an answer: a reset, a time-out, no token. All are transient. Rethrows StorageUnavailable. */
export function transientFailureOf(error: unknown): ArmFailure {
  if (error instanceof StorageUnavailable) throw error;
  const code = isObject(error) && typeof error.code === 'string' ? error.code : '';
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'transient',
    code: code || name || 'NoAnswer',
    message: redactAndTruncate(message.split('\n', 1)[0], 500) || 'Azure could not be reached.',
    retryAfter: null,
  };
}

/** A text from Azure, which may contain a URL with a key. It is redacted before it is truncated, so that no part of a key is left. */
function redactAndTruncate(text: string | undefined, maxLength: number): string | undefined {
  return text === undefined ? undefined : redactCredentials(text).slice(0, maxLength);
}

/** The seconds that Azure asks to wait, from any of its headers, at most a day; null when there is none. */
export function retryAfterOf(reply: Pick<HttpResponse, 'header'>, now: Date): number | null {
  const seconds = requestedSeconds(reply, now);
  return seconds === null ? null : Math.min(seconds, MAX_WAIT_SECONDS);
}

function requestedSeconds({ header }: Pick<HttpResponse, 'header'>, now: Date): number | null {
  const milliseconds = header('x-ms-retry-after-ms') ?? header('retry-after-ms');
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Math.ceil(Number(milliseconds) / SECOND_MS);
  const after = header('retry-after');
  if (after === undefined) return null;
  if (/^\d+$/.test(after)) return Number(after);
  // Date.parse takes -5 for a day in May; an HTTP date begins with the name of a day.
  const seconds = /^[a-z]/i.test(after) ? secondsBetween(now, after) : Number.NaN;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}

const KIND_BY_CODE = new Map<string, ArmFailureKind>(
  Object.entries({
    scopelocked: 'blocked',
    requestdisallowedbypolicy: 'blocked',
    authorizationfailed: 'blocked',
    linkedauthorizationfailed: 'blocked',
    linkedaccesscheckfailed: 'blocked',
    denyassignmentauthorizationfailed: 'blocked',
    readonlydisabledsubscription: 'blocked',
    containerappoperationinprogress: 'busy',
    managedenvironmentoperationinprogress: 'busy',
    conflictingconcurrentwritenotallowed: 'busy',
    subscriptionrequeststhrottled: 'throttled',
    expiredauthenticationtoken: 'transient',
    // Resource Graph names the table only in the details of a BadRequest.
    disallowedlogicaltablename: 'invalid',
  }),
);

/**
 * Conflicts of App Service that no waiting ends: a swap with preview, until a person completes or cancels it (azure-cli issue
 * 27820), and what plan or site do not allow ("There was a conflict. AlwaysOn cannot be set for this site as the plan does
 * not allow it.", azure-cli issues 9567 and 27474). One that is busy says that another operation is in progress.
 */
const PERMANENT_CONFLICT = /prepared for swap|^There was a conflict\. /i;

function kindOfCode(code: string, path: string): ArmFailureKind | null {
  const known = code.toLowerCase();
  // Azure Monitor says Conflict when a data sink is in use already, which never ends by waiting; others say it when busy.
  if (known === 'conflict') return isInsights(path) ? 'blocked' : 'busy';
  return KIND_BY_CODE.get(known) ?? null;
}

function kindOf({ status, path }: HttpResponse, code: string | undefined, message: string): ArmFailureKind {
  if (status === 429) return 'throttled';
  const byCode = code === undefined ? null : kindOfCode(code, path);
  if (byCode) return byCode;
  if (status === 404 || status === 410) return isAboutAnother(message, path) ? 'invalid' : 'gone';
  if (status === 401 || status === 403) return 'blocked';
  if (status === 409 || status === 412) return 'busy';
  if (status === 408 || status >= 500) return 'transient';
  return 'invalid';
}

/** Whether what was not found is something the request refers to, such as a workspace, and not the resource itself. */
function isAboutAnother(message: string, path: string): boolean {
  const provider = /^The Resource '([^/']+)\//i.exec(message)?.[1];
  return provider !== undefined && !path.toLowerCase().includes(`/${provider.toLowerCase()}/`);
}

function isInsights(path: string): boolean {
  return /\/providers\/microsoft\.insights\/(?!.*\/providers\/)/i.test(path);
}

interface Problem {
  readonly code: string;
  readonly message: string;
}

/**
 * The errors in a body, the outermost first: with and without the `error` wrapper, the capitalised shape of Microsoft.Web,
 * those in `details`, and those that deployments put as text into a message.
 */
function problemsOf(body: Json | undefined, depth = 0): Problem[] {
  if (depth > 6) return [];
  if (typeof body === 'string') return problemsOf(parsedObject(body), depth + 1);
  if (Array.isArray(body)) return body.slice(0, 20).flatMap((element) => problemsOf(element, depth + 1));
  if (!isObject(body)) return [];
  const code = textOf(body.code ?? body.Code);
  const message = textOf(body.message ?? body.Message);
  const inner = [body.error, body.details ?? body.Details, message.startsWith('{') ? message : null];
  return [...(code || message ? [{ code, message }] : []), ...inner.flatMap((part) => problemsOf(part, depth + 1))];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function parsedObject(text: string): Json {
  try {
    const parsed: Json = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
