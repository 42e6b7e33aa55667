/** How far the Activity Log of a subscription was read. */
import * as z from 'zod';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { Versioned } from './storage.ts';

const providerProgress = z.strictObject({
  /** Entries up to this time were read, but for those of `rest`. */
  readTo: time,
  /** A period that is still to be read. */
  rest: z.strictObject({ from: time, to: time }).nullable(),
  /** The changes of the last period that are events. Its end is read again. */
  known: z.array(z.string()),
});
export type ProviderProgress = Infer<typeof providerProgress>;

export const activityProgress = z.strictObject({
  /** When the service began to read the log. Older entries are not its concern. */
  since: time,
  /** By resource provider. */
  providers: z.record(z.string(), providerProgress),
  /** When Azure last refused for want of a right, and when that was last logged; null when it does not refuse. */
  forbidden: z.strictObject({ at: time, loggedAt: time }).nullable(),
});
export type ActivityProgress = Infer<typeof activityProgress>;

export interface ActivityProgressStore {
  load(subscriptionId: string): Promise<Versioned<ActivityProgress> | null>;
  /** Saves under the loaded version (null: there was none). Throws ConflictError when another instance saved first. */
  save(subscriptionId: string, progress: ActivityProgress, version: string | null): Promise<void>;
}
