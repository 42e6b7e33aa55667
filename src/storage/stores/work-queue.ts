/** A queue of work messages. Messages never expire and become visible after their delay. */

import type { QueueClient } from '@azure/storage-queue';
import { MAX_WAIT_SECONDS } from '../../domain/resources/limits.ts';
import type { QueueDepth } from '../../workflows/ports/metrics.ts';
import type { SweepQueue } from '../../workflows/ports/work.ts';
import { openMessageSender } from '../queue/sender.ts';
import type { OnRequest, Requester } from '../table/requests.ts';
import { createRequester } from '../table/requests.ts';

export interface StorageWorkQueue extends SweepQueue {
  ping(): Promise<void>;
  /** Two requests, whatever is in the queue. */
  readState(): Promise<QueueDepth>;
}

export function openWorkQueue(client: QueueClient, onRequest: OnRequest): StorageWorkQueue {
  const requests: Requester = createRequester(
    {
      kind: 'queue',
      name: `queue ${client.name}`,
      missing: 'QueueNotFound',
      create: (abortSignal) => client.create({ abortSignal }),
    },
    onRequest,
  );
  const sendMessage = openMessageSender(client);
  return {
    async send(message, delaySeconds) {
      // The Functions host expects base64.
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      const seconds = Math.min(Math.max(0, Math.ceil(delaySeconds)), MAX_WAIT_SECONDS);
      await requests.perform('send a message', (signal) => sendMessage(text, { delaySeconds: seconds }, signal));
    },

    async readState() {
      const [{ approximateMessagesCount }, { peekedMessageItems }] = await Promise.all([
        requests.perform('count', (abortSignal) => client.getProperties({ abortSignal })),
        requests.perform('peek', (abortSignal) => client.peekMessages({ numberOfMessages: 1, abortSignal })),
      ]);
      const oldestAt = peekedMessageItems[0]?.insertedOn.toISOString() ?? null;
      return { name: client.name, messages: approximateMessagesCount ?? 0, oldestAt };
    },

    async ping() {
      await requests.perform('read the properties', (abortSignal) => client.getProperties({ abortSignal }));
    },
  };
}
