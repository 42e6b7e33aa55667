/**
 * Delivers events as unfavourably as Event Grid may: every event twice, in random order, and again until it is accepted. The
 * simulator's own delivery keeps the copies together; here the second may come long after the first.
 */
import type { RaisedEvent, Simulator } from '../../simulator/simulator.ts';
import type { Random } from './random.ts';

export interface EventRelay {
  /** Deliveries that were answered with a 2xx. */
  readonly accepted: number;
  /** Attempts that were not: the host was not running, or could not store the event. */
  readonly refused: number;
  /** Deliveries of the events raised so far that are still to be made. */
  readonly remaining: number;
  stop(): void;
}

const LATEST_MS = { first: 4_000, second: 30_000 };
/** A small run does not wait for copies only. */
const LATEST_MS_AN_EVENT = 60;
const POLL_EVERY_MS = 20;
const RETRY_AFTER_MS = 500;
/** Deliveries under way at a time. */
const AT_ONCE = 4;

/** Delivers to `url` what the simulator raises from now on, some `events` in all; `onRaised` gets each once. */
export function startEventRelay(
  simulator: Simulator,
  url: string,
  events: number,
  random: Random,
  onRaised: (event: RaisedEvent) => void,
): EventRelay {
  const latestSecond = Math.min(LATEST_MS.second, events * LATEST_MS_AN_EVENT);
  let stopped = false;
  let seen = simulator.events.length;
  let accepted = 0;
  let refused = 0;

  const due: { event: RaisedEvent; at: number }[] = [];
  let underWay = 0;

  async function deliver(event: RaisedEvent): Promise<void> {
    underWay++;
    const isAccepted = await post(url, event);
    underWay--;
    if (isAccepted) accepted++;
    else {
      refused++;
      due.push({ event, at: Date.now() + RETRY_AFTER_MS });
    }
  }

  function poll(): void {
    for (const event of simulator.events.slice(seen)) {
      seen++;
      onRaised(event);
      for (const latest of [LATEST_MS.first, latestSecond])
        due.push({ event, at: Date.now() + random.next() * latest });
    }
    due.sort((a, b) => a.at - b.at);
    while (!stopped && underWay < AT_ONCE && due[0] !== undefined && due[0].at <= Date.now()) {
      const next = due.shift();
      if (next) void deliver(next.event).then(poll);
    }
  }

  const timer = setInterval(poll, POLL_EVERY_MS);
  return {
    get accepted() {
      return accepted;
    },
    get refused() {
      return refused;
    },
    get remaining() {
      return due.length + underWay + 2 * (simulator.events.length - seen);
    },
    stop() {
      clearInterval(timer);
      stopped = true;
    },
  };
}

/** Whether it was accepted. */
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
    return false; // No answer: delivered again.
  }
}
