/** The way of an event: a tag of the scratch app changes, its event arrives, the queue brings it to an outcome, nothing is buried. */
import { z } from 'zod';
import { isObject, type JsonObject } from '../../src/domain/json.ts';
import { type Check, type EventSeen, failed, notChecked, ok, type Visit, within } from './checkup.ts';
import type { Service } from './service.ts';

/** The tag that a checkup writes; its value is the time of the last one. */
export const TAG = 'plumbline-doctor';

const explained = z.object({
  events: z.array(
    z.object({
      eventId: z.string(),
      receivedAt: z.string(),
      operation: z.string(),
      changedBy: z.object({ objectId: z.string() }).nullable(),
      outcome: z.string().nullable(),
      reasons: z.array(z.object({ text: z.string() })),
    }),
  ),
});

/** The latest events of the scratch app, newest first; none as long as it was never looked at. */
export async function eventsOf({ service, deployment }: Visit): Promise<EventSeen[]> {
  const found = await service.get(`/explain?resource=${encodeURIComponent(deployment.app.id)}`, explained);
  return found?.events ?? [];
}

export const change: Check = {
  name: 'the scratch app can be changed',
  async run(visit) {
    const { deployment, service, patienceSeconds } = visit;
    visit.letters = new Set((await lettersIn(service)).map(({ id }) => id));
    const known = new Set((await eventsOf(visit)).map(({ eventId }) => eventId));
    const stamp = new Date().toISOString();
    // With all the others, because it is not known of every provider that it merges tags.
    await deployment.patch({ tags: { ...tagsOf(await deployment.read()), [TAG]: stamp } });
    visit.change = { at: Date.now(), known };
    const shows = await within(patienceSeconds, async () => tagsOf(await deployment.read())[TAG] === stamp || null);
    if (shows) return ok(`the tag ${TAG} of ${deployment.app.name} is ${stamp}; written by you, not by Plumbline`);
    return failed(
      `Azure took the tag ${TAG} of ${deployment.app.name} and does not show it`,
      'See whether a policy of yours takes tags away, or choose another scratch app.',
    );
  },
};

export const arrival: Check = {
  name: 'an event arrives',
  async run(visit) {
    const { change: made, deployment, patienceSeconds } = visit;
    if (!made) return notChecked('nothing was changed');
    const changer = await deployment.changer();
    const event = await within(patienceSeconds, async () => {
      const fresh = (await eventsOf(visit)).filter(({ eventId }) => !made.known.has(eventId)).reverse();
      return fresh.find(({ changedBy }) => changedBy?.objectId.toLowerCase() === changer) ?? fresh[0] ?? null;
    });
    if (!event) {
      return failed(
        `no event of ${deployment.app.name} was seen within ${patienceSeconds} s`,
        'In the system topic of the subscription, see whether the event subscription is there, whom it calls, and what its failed deliveries say (401 or 403: sign-in does not let the webhook through). An app that was never looked at shows no events before its first look: then the queue may be what stands still.',
      );
    }
    visit.event = event;
    return ok(`${event.eventId}, ${event.operation}, received at ${event.receivedAt}`);
  },
};

export const queue: Check = {
  name: 'the queue flows',
  async run(visit) {
    const { event, patienceSeconds } = visit;
    if (!event) return notChecked('no event arrived');
    const concluded = await within(patienceSeconds, async () => {
      const now = (await eventsOf(visit)).find(({ eventId }) => eventId === event.eventId);
      return now && now.outcome !== null ? now : null;
    });
    if (!concluded) {
      return failed(
        `event ${event.eventId} has no outcome after ${patienceSeconds} s`,
        'See in the log of the function app why reconcile does not end (a lease that is held, throttling, no right to the queues), or give it more time with --patience: the settle delay is waited for, too.',
      );
    }
    visit.event = concluded;
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
