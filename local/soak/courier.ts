/**
 * Event Grid at its worst: every event comes twice, in no order, and again until it is taken. The simulator's own delivery
 * keeps the copies together; here the second may come long after the first.
 */
import type { RaisedEvent, Simulator } from '../simulator/simulator.ts';
import type { Chance } from './chance.ts';

export interface Courier {
  /** Deliveries that were answered with a 2xx. */
  readonly taken: number;
  /** Attempts that were not: the host was away, or could not store the event. */
  readonly refused: number;
  /** Deliveries of what was raised so far that are still to be made. */
  readonly left: number;
  stop(): void;
}

const LATEST_MS = { first: 4_000, second: 30_000 };
/** A small run is not to wait for copies only. */
const LATEST_MS_AN_EVENT = 60;
const LOOK_EVERY_MS = 20;
const AGAIN_AFTER_MS = 500;
/** Deliveries under way at a time. */
const AT_ONCE = 4;

/** Delivers to `url` what the simulator raises from now on, some `events` in all; `onRaised` is told of each once. */
export function startCourier(
  simulator: Simulator,
  url: string,
  events: number,
  chance: Chance,
  onRaised: (event: RaisedEvent) => void,
): Courier {
  const latestSecond = Math.min(LATEST_MS.second, events * LATEST_MS_AN_EVENT);
  let stopped = false;
  let seen = simulator.events.length;
  let taken = 0;
  let refused = 0;

  const due: { event: RaisedEvent; at: number }[] = [];
  let underWay = 0;

  async function deliver(event: RaisedEvent): Promise<void> {
    underWay++;
    const accepted = await post(url, event);
    underWay--;
    if (accepted) taken++;
    else {
      refused++;
      due.push({ event, at: Date.now() + AGAIN_AFTER_MS });
    }
  }

  function look(): void {
    for (const event of simulator.events.slice(seen)) {
      seen++;
      onRaised(event);
      for (const latest of [LATEST_MS.first, latestSecond])
        due.push({ event, at: Date.now() + chance.next() * latest });
    }
    due.sort((a, b) => a.at - b.at);
    while (!stopped && underWay < AT_ONCE && due[0] !== undefined && due[0].at <= Date.now()) {
      const next = due.shift();
      if (next) void deliver(next.event).then(look);
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    get taken() {
      return taken;
    },
    get refused() {
      return refused;
    },
    get left() {
      return due.length + underWay + 2 * (simulator.events.length - seen);
    },
    stop() {
      clearInterval(timer);
      stopped = true;
    },
  };
}

/** Whether it was taken. */
async function post(url: string, { body }: RaisedEvent): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
      body: JSON.stringify([body]),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false; // Nobody there: delivered again.
  }
}
