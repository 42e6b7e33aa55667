/** What log lines have from where they are logged. Apart from the log itself, which is loaded with the service. */
import { AsyncLocalStorage } from 'node:async_hooks';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Adds these fields to every line that is logged while `work` runs, nested calls included. So code deep inside needs no
 * knowledge of its invocation.
 */
export function withLogContext<T>(fields: Readonly<Record<string, unknown>>, work: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, work);
}

const context = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** The fields for a line that is logged now. */
export function logContext(): Readonly<Record<string, unknown>> {
  return context.getStore() ?? {};
}
