/** Structured logs as JSON lines on stdout, written at once so that a killed process loses none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type DestinationStream, type Logger } from 'pino';
import { redactCredentials } from '../domain/resources/redact.ts';
import type { Log } from '../workflows/ports/runtime.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface ContextLog extends Log {
  /** A log whose every line carries these fields, such as the invocation or the event. */
  child(fields: Record<string, unknown>): ContextLog;
}

/**
 * Adds these fields to every line that is logged while `work` runs, nested calls included. So code deep inside needs no
 * knowledge of its invocation.
 */
export function withLogContext<T>(fields: Readonly<Record<string, unknown>>, work: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, work);
}

const context = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** `destination` takes the lines instead of stdout. */
export function createLog(level: LogLevel, destination?: DestinationStream): ContextLog {
  // No transport: it would be a worker thread, which the bundle does not contain, and a kill would lose its lines.
  return wrapPino(
    pino(
      {
        level,
        base: null,
        mixin: () => ({ ...context.getStore() }),
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: serialised, err: serialised },
        redact: { paths: REDACTED, censor: '[redacted]' },
      },
      destination ?? pino.destination({ dest: 1, sync: true }),
    ),
  );
}

/** Field names that could contain a secret. No log line should have one; redaction is the second safeguard. */
const SECRET_NAMES = [
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
];
const REDACTED = ['', '*.', '*.*.'].flatMap((depth) =>
  SECRET_NAMES.map((name) => (depth === '' ? `["${name}"]` : `${depth.slice(0, -1)}["${name}"]`)),
);

function wrapPino(logger: Logger): ContextLog {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrapPino(logger.child(fields)),
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
