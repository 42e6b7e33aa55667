/** What is measured beside what the stores know. No workflow rests on it. Part of the ports: see ports.ts. */
import type { Tally } from '../domain/tally.ts';

export interface Meters {
  /** What all instances have counted since the first one ran. */
  counted(): Promise<Tally>;
  queues(): Promise<readonly QueueState[]>;
}

export interface QueueState {
  readonly name: string;
  /** About so many, those included that wait for their time or are worked on. */
  readonly messages: number;
  /** When the oldest that could be taken now was put there (ISO); null when there is none. */
  readonly oldestAt: string | null;
}

/** The counts of all instances. Throws StorageUnavailable. */
export interface Tallies {
  /** Adds to what this instance has counted. */
  add(tally: Tally): Promise<void>;
  total(): Promise<Tally>;
}
