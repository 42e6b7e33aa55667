/** A queue of resources to look at. Messages never expire and are visible when their delay is over. */
import type { QueueClient } from '@azure/storage-queue';
import type { QueueState, SweepQueue } from '../workflows/ports.ts';
import type { OnRequest, Requests } from './requests.ts';
import { requestsTo } from './requests.ts';

export interface OpenQueue extends SweepQueue {
  ping(): Promise<void>;
  /** Two requests, whatever is in the queue. */
  state(): Promise<QueueState>;
}

export function openWorkQueue(client: QueueClient, onRequest: OnRequest): OpenQueue {
  const requests: Requests = requestsTo(
    {
      kind: 'queue',
      name: `queue ${client.name}`,
      missing: 'QueueNotFound',
      create: (abortSignal) => client.create({ abortSignal }),
    },
    onRequest,
  );
  return {
    async send(message, delaySeconds) {
      // The Functions host expects base64, which the SDK does not do by itself.
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      const visibilityTimeout = Math.min(Math.max(0, Math.ceil(delaySeconds)), LONGEST_DELAY);
      await requests.must('send a message', (abortSignal) =>
        client.sendMessage(text, { visibilityTimeout, messageTimeToLive: FOREVER, abortSignal }),
      );
    },

    async state() {
      const [{ approximateMessagesCount }, { peekedMessageItems }] = await Promise.all([
        requests.must('count', (abortSignal) => client.getProperties({ abortSignal })),
        requests.must('peek', (abortSignal) => client.peekMessages({ numberOfMessages: 1, abortSignal })),
      ]);
      const oldestAt = peekedMessageItems[0]?.insertedOn.toISOString() ?? null;
      return { name: client.name, messages: approximateMessagesCount ?? 0, oldestAt };
    },

    async ping() {
      await requests.must('look', (abortSignal) => client.getProperties({ abortSignal }));
    },
  };
}

const FOREVER = -1;
const LONGEST_DELAY = 24 * 60 * 60;
