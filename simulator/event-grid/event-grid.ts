// Delivers events to a webhook as Event Grid does: at least once, in no promised order, again after a failure on a
// schedule, never again after an answer that says the request is wrong.
import { pause } from '../http/pause.ts';
import { type JsonObject, member } from '../json/json.ts';

export type EventSchema = 'EventGrid' | 'CloudEvents';

export interface Delivery {
  delayMilliseconds: number;
  /** Further copies of each event. */
  duplicates: number;
  /** Events raised within one delay (at least 50 ms) come in reverse order. */
  shuffle: boolean;
  /** Events are raised and never delivered. */
  lose: boolean;
}

export interface RaisedEvent {
  id: string;
  subject: string;
  eventType: string;
  operationName: string;
  /** As posted. */
  body: JsonObject;
  state: 'waiting' | 'delivered' | 'dropped' | 'lost' | 'no-subscriber';
  /** Status of each attempt, 0 when there was no answer. */
  attempts: number[];
}

/** Event Grid's own schedule (10 s, 30 s, 1 min, 5 min, ...), about forty times as fast; then the event is dropped. */
export const shortenedRetries: readonly number[] = [250, 750, 1500, 3000, 6000, 6000, 6000];

const neverAgain = [400, 401, 403, 413];
const accepted = [200, 201, 202, 203, 204];
const answerWithin = 30_000;
const shortestShuffle = 50;

export interface EventGrid {
  delivery: Delivery;
  readonly events: RaisedEvent[];
  deliverTo(url: string | null): void;
  target(): string | null;
  raise(body: JsonObject): void;
  settled(): Promise<void>;
  close(): void;
}

/** `retries`: milliseconds to wait before each further attempt; `target`: null without a subscription. */
export function createEventGrid(schema: EventSchema, retries: readonly number[], target: string | null): EventGrid {
  const delivery: Delivery = { delayMilliseconds: 0, duplicates: 0, shuffle: false, lose: false };
  const events: RaisedEvent[] = [];
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  let url = target;
  let shuffled: RaisedEvent[] = [];

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  }

  async function deliver(event: RaisedEvent): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if (url === null || closing.signal.aborted) {
        if (event.state === 'waiting') event.state = 'no-subscriber';
        return;
      }
      const status = await post(url, event.body, schema, attempt, closing.signal);
      event.attempts.push(status);
      if (accepted.includes(status)) {
        event.state = 'delivered';
        return;
      }
      const wait = retries[attempt];
      if (neverAgain.includes(status) || wait === undefined) {
        if (event.state === 'waiting') event.state = 'dropped';
        return;
      }
      await pause(wait, closing.signal);
    }
  }

  async function deliverCopies(event: RaisedEvent): Promise<void> {
    await Promise.all(Array.from({ length: 1 + delivery.duplicates }, () => deliver(event)));
  }

  async function deliverShuffled(): Promise<void> {
    await pause(Math.max(delivery.delayMilliseconds, shortestShuffle), closing.signal);
    const batch = shuffled.reverse();
    shuffled = [];
    for (const event of batch) await deliverCopies(event);
  }

  async function deliverLate(event: RaisedEvent): Promise<void> {
    if (delivery.delayMilliseconds > 0) await pause(delivery.delayMilliseconds, closing.signal);
    await deliverCopies(event);
  }

  return {
    delivery,
    events,
    deliverTo(next) {
      url = next;
    },
    target: () => url,
    raise(body) {
      const event = described(body);
      events.push(event);
      if (delivery.lose) event.state = 'lost';
      else if (url === null) event.state = 'no-subscriber';
      else if (!delivery.shuffle) track(deliverLate(event));
      else if (shuffled.push(event) === 1) track(deliverShuffled());
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    close: () => closing.abort(),
  };
}

function described(body: JsonObject): RaisedEvent {
  return {
    id: String(body.id),
    subject: String(body.subject),
    eventType: String(body.eventType ?? body.type),
    operationName: String(member(body, 'data', 'operationName')),
    body,
    state: 'waiting',
    attempts: [],
  };
}

/** The answer's status; 0 when there was none. */
async function post(
  url: string,
  event: JsonObject,
  schema: EventSchema,
  attempt: number,
  closing: AbortSignal,
): Promise<number> {
  const cloud = schema === 'CloudEvents';
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': cloud ? 'application/cloudevents+json; charset=utf-8' : 'application/json; charset=utf-8',
        'aeg-event-type': 'Notification',
        'aeg-subscription-name': 'PLUMBLINE',
        'aeg-delivery-count': String(attempt),
        ...(!cloud && { 'aeg-data-version': '2', 'aeg-metadata-version': '1' }),
      },
      body: JSON.stringify(cloud ? event : [event]),
      signal: AbortSignal.any([closing, AbortSignal.timeout(answerWithin)]),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0; // No answer in time: retried like any other failure.
  }
}
