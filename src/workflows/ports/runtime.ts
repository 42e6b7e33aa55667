/** The clock, the log, notifications, and the options of the service. */

import type { Mode } from '../../domain/resources/reasons.ts';
import type { Pauses } from './pauses.ts';

export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** A structured logger. The first argument has the ids of event, resource and operation. It never has a document. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** A notification beside the audit entries. */
export interface Notification {
  /** The same when it is published twice. */
  readonly id: string;
  readonly kind: 'budget.held';
  /** ISO. */
  readonly at: string;
  /** An ARM id. */
  readonly subject: string;
  readonly message: string;
}

/** Never throws: a failed notification does not block anything. */
export interface Notifications {
  publish(notification: Notification): Promise<void>;
}

/** The options of this deployment that the workflows need. */
export interface Options {
  /** The mode until settings are stored. */
  readonly mode: Mode;
  readonly settleSeconds: number;
  /** ARM id of Plumbline's own function app. */
  readonly selfId: string | null;
  readonly workspaceId: string | null;
  readonly pauses: Pauses;
}
