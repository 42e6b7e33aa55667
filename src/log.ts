/** Structured logs as JSON lines on stdout, written at once so that a killed process loses none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type DestinationStream, type Logger } from 'pino';
import { withoutCredentials } from './domain/secrets.ts';
import type { Log } from './workflows/ports.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface JoinedLog extends Log {
  /** A log whose every line carries these fields, such as the invocation or the event. */
  child(fields: Record<string, unknown>): JoinedLog;
}

/**
 * Whatever is logged while `work` is done carries these fields, and those of the call around it: what is logged deep inside
 * knows nothing of its invocation.
 */
export function joinedTo<T>(fields: Readonly<Record<string, unknown>>, work: () => T): T {
  return joints.run({ ...joints.getStore(), ...fields }, work);
}

const joints = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** `destination` takes the lines instead of stdout. */
export function createLog(level: LogLevel, destination?: DestinationStream): JoinedLog {
  // No transport: that would be a worker thread, which a bundle does not have and a kill would cut off.
  return joined(
    pino(
      {
        level,
        base: null,
        mixin: () => ({ ...joints.getStore() }),
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

/** Names that could hold a secret; no log line is meant to have one, so this is the second lock on the door. */
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

function joined(logger: Logger): JoinedLog {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => joined(logger.child(fields)),
  };
}

/**
 * Name, message and stack only: what SDKs hang on their errors holds requests with their headers. Their texts may quote an
 * address with a key.
 */
function serialised(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  return { name, message: withoutCredentials(message), stack: stack && withoutCredentials(stack) };
}
