/** The data flow of an event: a tag of the scratch app changes, its event arrives, the queue brings it to an outcome, nothing becomes a dead letter. */
import { z } from 'zod';
import { isObject, type JsonObject } from '../../src/domain/resources/json.ts';
import {
  type Check,
  type CheckContext,
  failed,
  notChecked,
  type ObservedEvent,
  observedEvent,
  ok,
  pollUntil,
} from './checks.ts';
import type { Service } from './service.ts';

/** The tag that a run writes; its value is the time of the last run. */
export const TAG = 'plumbline-doctor';

const explained = z.object({ events: z.array(observedEvent) });

/** The latest events of the scratch app, newest first; none before it was reconciled first. */
export async function fetchEvents({ service, deployment }: CheckContext): Promise<ObservedEvent[]> {
  const found = await service.get(`/explain?resource=${encodeURIComponent(deployment.app.id)}`, explained);
  return found?.events ?? [];
}

export const change: Check = {
  name: 'the scratch app can be changed',
  async run(context) {
    const { deployment, service, patienceSeconds } = context;
    context.letters = new Set((await lettersIn(service)).map(({ id }) => id));
    const known = new Set((await fetchEvents(context)).map(({ eventId }) => eventId));
    const stamp = new Date().toISOString();
    // With the other tags, because not every provider is known to merge them.
    await deployment.patch({ tags: { ...tagsOf(await deployment.read()), [TAG]: stamp } });
    context.change = { at: Date.now(), known };
    const shows = await pollUntil(patienceSeconds, async () => tagsOf(await deployment.read())[TAG] === stamp || null);
    if (shows) return ok(`the tag ${TAG} of ${deployment.app.name} is ${stamp}; written by you, not by Plumbline`);
    return failed(
      `Azure took the tag ${TAG} of ${deployment.app.name} and does not show it`,
      'See whether a policy of yours takes tags away, or choose another scratch app.',
    );
  },
};

export const arrival: Check = {
  name: 'an event arrives',
  async run(context) {
    const { change: made, deployment, patienceSeconds } = context;
    if (!made) return notChecked('nothing was changed');
    const changer = await deployment.changer();
    const event = await pollUntil(patienceSeconds, async () => {
      const fresh = (await fetchEvents(context)).filter(({ eventId }) => !made.known.has(eventId)).reverse();
      return fresh.find(({ changedBy }) => changedBy?.objectId.toLowerCase() === changer) ?? fresh[0] ?? null;
    });
    if (!event) {
      return failed(
        `no event of ${deployment.app.name} was seen within ${patienceSeconds} s`,
        'In the system topic of the subscription, see whether the event subscription is there, whom it calls, and what its failed deliveries say (401 or 403: sign-in does not let the webhook through). An app that was never looked at shows no events before its first look: then the queue may be what stands still.',
      );
    }
    context.event = event;
    return ok(`${event.eventId}, ${event.operation}, received at ${event.receivedAt}`);
  },
};

export const queue: Check = {
  name: 'the queue flows',
  async run(context) {
    const { event, patienceSeconds } = context;
    if (!event) return notChecked('no event arrived');
    const concluded = await pollUntil(patienceSeconds, async () => {
      const now = (await fetchEvents(context)).find(({ eventId }) => eventId === event.eventId);
      return now && now.outcome !== null ? now : null;
    });
    if (!concluded) {
      return failed(
        `event ${event.eventId} has no outcome after ${patienceSeconds} s`,
        'See in the log of the function app why reconcile does not end (a lease that is held, throttling, no right to the queues), or give it more time with --patience: the settle delay is waited for, too.',
      );
    }
    context.event = concluded;
    const { outcome, reasons } = concluded;
    if (outcome === 'evaluated' || outcome === 'covered') return ok(`the event is ${outcome}`);
    return failed(
      `the event ended as ${outcome}: ${reasons[0]?.text ?? 'no reason is given'}`,
      outcome === 'dead' ? 'docs/dead-letters.md says what to do.' : 'See that the scratch app is still there.',
    );
  },
};

export const deadLetters: Check = {
  name: 'nothing was buried',
  async run({ service, letters }) {
    if (!letters) return notChecked('what was buried before is not known');
    const fresh = (await lettersIn(service)).filter(({ id }) => !letters.has(id));
    if (fresh.length === 0) {
      const old =
        letters.size === 0 ? '' : `; ${letters.size}${letters.size === PAGE ? ' or more' : ''} from before wait`;
      return ok(`no new dead letters${old}`);
    }
    const [{ queue: from, reason } = { queue: '', reason: '' }] = fresh;
    return failed(`${fresh.length} new in ${from}: ${reason}`, 'docs/dead-letters.md says what to do.');
  },
};

const PAGE = 50;
const letter = z.object({ id: z.string(), queue: z.string(), reason: z.string() });

async function lettersIn(service: Service) {
  return (await service.get(`/deadletters?limit=${PAGE}`, z.object({ items: z.array(letter) })))?.items ?? [];
}

function tagsOf({ tags }: JsonObject): JsonObject {
  return isObject(tags) ? tags : {};
}
