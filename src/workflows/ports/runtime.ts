/** The clock, the log, notifications, pauses, and the options of the service. */
import * as z from 'zod';
import { isInFuture } from '../../domain/resources/limits.ts';
import type { Mode } from '../../domain/resources/reasons.ts';
import type { Infer } from '../../domain/resources/schema.ts';

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
  readonly kind: 'budget.held' | 'health.told';
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

const seconds = z.number().nonnegative();

/** How long the service waits where neither Azure nor a setting says how long. The defaults are those of a deployment. */
export const pauses = z.strictObject({
  /** How long a write is read again before its outcome is unknown. */
  verifySeconds: seconds.default(30),
  /** Before Azure is asked again after a refusal; each try of a message adds its back-off. */
  retrySeconds: seconds.default(5),
  /** After the first throttling of a subscription; doubled each time that it was not enough. */
  throttledSeconds: seconds.default(10),
  /**
   * Reads a second and subscription that all looks without a change may take together, sweeps and scans. Resource Manager
   * gives a principal 25: half of them are left to events.
   */
  sweepReadsPerSecond: z.number().positive().default(12.5),
  /** Between two partitions of a listing: a sweep is no burst of queries. */
  sweepPartSeconds: seconds.default(1),
  /** Younger entries of the Activity Log are left for later: Event Grid may still deliver their events. */
  activityLogSeconds: seconds.default(300),
  /** The length of a lease, renewed at every third of it. */
  leaseSeconds: seconds.default(30),
  /**
   * How long a process remembers settings, exemptions, heartbeat and throttling for its evaluations. Before a write they
   * are always read.
   */
  rememberSeconds: seconds.default(5),
  /** The minute of the health gate: its looks follow a write by so many of these. Metrics keep their own minutes. */
  gateMinuteSeconds: z.number().positive().default(60),
  /** Between two times that the counters are stored. */
  countersSeconds: seconds.default(15),
});
export type Pauses = Infer<typeof pauses>;

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

/** What checks stored times against the clock. */
export interface TimeDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** The time, or null with a warning that names the row when it is more than so many seconds in the future. */
export function ignoreFutureTime(
  { clock, log }: TimeDeps,
  at: string | null,
  secondsAhead: number,
  row: Readonly<Record<string, unknown>>,
): string | null {
  if (at === null || !isInFuture(at, clock.now(), secondsAhead)) return at;
  log.warn({ ...row, at }, 'stored time is too far in the future; ignored');
  return null;
}
