/** Both queues of the service: a message becomes visible at its time, and stays until it is handled. */

import type { Clock } from '../../../src/workflows/ports/runtime.ts';
import type { SweepMessage, SweepQueue, WorkMessage, WorkQueue } from '../../../src/workflows/ports/work.ts';
import { copyOf } from '../copy.ts';

export interface Queued<T> {
  readonly id: number;
  readonly message: T;
  /** Milliseconds. */
  visibleAt: number;
  /** How often it was delivered. */
  taken: number;
}

export type QueuedMessage = Queued<WorkMessage>;
export type QueuedSweep = Queued<SweepMessage>;

/** `sent` holds every message, `delays` the delay of each; `queue` holds the messages that were not handled yet. */
export function fakeQueue(clock: Clock, queue: QueuedMessage[], sent: WorkMessage[], delays: number[]): WorkQueue {
  return {
    send: async (message, delaySeconds) => {
      sent.push(copyOf(message));
      delays.push(delaySeconds);
      queue.push(queued(clock, sent.length, message, delaySeconds));
    },
  };
}

export function fakeSweepQueue(clock: Clock, queue: QueuedSweep[]): SweepQueue {
  let sent = 0;
  return {
    send: async (message, delaySeconds) => {
      sent += 1;
      queue.push(queued(clock, sent, message, delaySeconds));
    },
  };
}

const LONGEST_DELAY_SECONDS = 86_400;

/** As with Azure's queues, a delay is a number of whole seconds, a day at most. */
function queued<T>(clock: Clock, id: number, message: T, delaySeconds: number): Queued<T> {
  const seconds = Math.min(Math.max(0, Math.ceil(delaySeconds)), LONGEST_DELAY_SECONDS);
  const visibleAt = clock.now().getTime() + seconds * 1000;
  return { id, message: copyOf(message), visibleAt, taken: 0 };
}
