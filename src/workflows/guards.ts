/** What guards the whole service, and not one resource: whether it runs, and whom Azure asked to wait. Part of the ports. */

/** Azure asked a subscription to wait (ISO). Kept when it is over, so that the next one can be longer. */
export interface Throttle {
  readonly since: string;
  readonly until: string;
}

/** What every message reads before anything else. */
export interface Guards {
  /** One request. `heartbeat`: when the service was last known to run (ISO); null: never. */
  read(subscriptionId: string): Promise<{ readonly heartbeat: string | null; readonly throttle: Throttle | null }>;
  heartbeat(): Promise<string | null>;
  beat(at: Date): Promise<void>;
  /** Never makes a wait shorter than it is. */
  throttle(subscriptionId: string, throttle: Throttle): Promise<void>;
}
