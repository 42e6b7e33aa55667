/** The ports that limit damage: heartbeat, throttling by subscription, budget of fixes. */
import type { BudgetAnswer } from '../../domain/decisions/budget.ts';
import type { Throttle } from '../../domain/decisions/throttle.ts';
import type { Resource } from '../../domain/resources/resource.ts';

/** The rows that every message reads first. */
export interface Guards {
  /** One request. `heartbeat`: when the service last ran (ISO); null when it never did. */
  read(subscriptionId: string): Promise<{ readonly heartbeat: string | null; readonly throttle: Throttle | null }>;
  readThrottle(subscriptionId: string): Promise<Throttle | null>;
  readHeartbeat(): Promise<string | null>;
  writeHeartbeat(at: Date): Promise<void>;
  /** Never shortens a stored wait, unless it is longer than any that Azure can request. */
  storeThrottle(subscriptionId: string, throttle: Throttle): Promise<void>;
}

/** How many resources of each subscription are written automatically within an hour: see domain/decisions/budget.ts. */
export interface Budgets {
  /** Claims a write of a resource under a limit per hour. Throws ConflictError when too many claims run at once. */
  claim(resource: Resource, now: Date, limit: number): Promise<BudgetAnswer>;
  /** Removes the resource from the queue of the budget. */
  withdraw(resource: Resource): Promise<void>;
}
