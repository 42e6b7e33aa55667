/** Structured logs as JSON lines on stdout, written at once so that a killed process loses none. */
import pino, { type DestinationStream, type Logger } from 'pino';
import { redactCredentials } from '../domain/resources/redact.ts';
import type { Log } from '../workflows/ports/runtime.ts';
import { type LogLevel, logContext } from './log-context.ts';

export interface ContextLog extends Log {
  /** A log whose every line carries these fields, such as the invocation or the event. */
  child(fields: Record<string, unknown>): ContextLog;
}

/** `destination` takes the lines instead of stdout. */
export function createLog(level: LogLevel, destination?: DestinationStream): ContextLog {
  // No transport: it would be a worker thread, which the bundle does not contain, and a kill would lose its lines.
  return wrapPino(
    pino(
      {
        level,
        base: null,
        mixin: () => ({ ...logContext() }),
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }), log: redacted },
        serializers: { error: serialised, err: serialised },
      },
      destination ?? pino.destination({ dest: 1, sync: true }),
    ),
  );
}

/** Field names that could contain a secret. No log line should have one; redaction is the second safeguard. */
const SECRET_NAMES = new Set([
  'authorization',
  'Authorization',
  'cookie',
  'connectionString',
  'accountKey',
  'sharedKey',
  'token',
  'accessToken',
  'access_token',
  'password',
  'secret',
  'seed',
  'x-identity-header',
  'x-ms-client-principal',
  'x-functions-key',
  'AzureWebJobsStorage',
  'PLUMBLINE_AUDIT_KEY',
  'IDENTITY_HEADER',
]);

/** How many levels of a line's fields are searched for these names. */
const SEARCHED_LEVELS = 3;

/** The fields without secrets. pino's own option for this copies each line several times, which cost more than writing it. */
function redacted(fields: Record<string, unknown>): Record<string, unknown> {
  return hasSecretName(fields, SEARCHED_LEVELS) ? masked(fields, SEARCHED_LEVELS) : fields;
}

function hasSecretName(fields: object, levels: number): boolean {
  for (const [name, value] of Object.entries(fields)) {
    if (SECRET_NAMES.has(name) || (levels > 1 && isSearched(value) && hasSecretName(value, levels - 1))) return true;
  }
  return false;
}

function masked(fields: object, levels: number): Record<string, unknown> {
  const shown = Object.entries(fields).map(([name, value]) => {
    if (SECRET_NAMES.has(name)) return [name, '[redacted]'];
    return [name, levels > 1 && isSearched(value) ? masked(value, levels - 1) : value];
  });
  return Object.fromEntries(shown);
}

/** Of an error only its texts are written. */
function isSearched(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}

function wrapPino(logger: Logger): ContextLog {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrapPino(logger.child(redacted(fields))),
  };
}

/**
 * Name, message and stack only: other members of SDK errors contain requests with their headers. The texts may contain a URL
 * with a key.
 */
function serialised(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  return { name, message: redactCredentials(message), stack: stack && redactCredentials(stack) };
}
