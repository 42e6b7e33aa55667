/** How long the service waits where neither Azure nor a setting says how long. The defaults are those of a deployment. */
import * as z from 'zod';
import type { Infer } from '../../domain/resources/schema.ts';

const seconds = z.number().nonnegative();

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
  /** Younger entries of the Activity Log are left for later: Event Grid may still deliver their events. */
  activityLogSeconds: seconds.default(300),
  /** The length of a lease, renewed at every third of it. */
  leaseSeconds: seconds.default(30),
  /**
   * How long a process remembers settings, exemptions, heartbeat and throttling for its evaluations. Before a write they
   * are always read.
   */
  rememberSeconds: seconds.default(5),
  /** Between two times that the counters are stored. */
  countersSeconds: seconds.default(15),
});
export type Pauses = Infer<typeof pauses>;
