/** The ports that limit damage: heartbeat, throttling by subscription, budget of fixes. */
import * as z from 'zod';
import type { BudgetAnswer } from '../../domain/decisions/budget.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';

/**
 * A wait that Azure requested for a subscription. It is kept after its end, so that the next one can be longer.
 */
export const throttle = z.strictObject({ since: time, until: time });
export type Throttle = Infer<typeof throttle>;

/** The rows that every message reads first. */
export interface Guards {
  /** One request. `heartbeat`: when the service last ran (ISO); null when it never did. */
  read(subscriptionId: string): Promise<{ readonly heartbeat: string | null; readonly throttle: Throttle | null }>;
  readHeartbeat(): Promise<string | null>;
  writeHeartbeat(at: Date): Promise<void>;
  /** Never shortens a stored wait. */
  storeThrottle(subscriptionId: string, throttle: Throttle): Promise<void>;
}

/** How many resources of each subscription are written automatically within an hour: see domain/decisions/budget.ts. */
export interface Budgets {
  /** Claims a write of a resource under a limit per hour. Throws ConflictError when too many claims run at once. */
  claim(resource: Resource, now: Date, limit: number): Promise<BudgetAnswer>;
  /** Removes the resource from the queue of the budget. */
  withdraw(resource: Resource): Promise<void>;
}
