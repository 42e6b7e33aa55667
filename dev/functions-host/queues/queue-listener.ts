/**
 * Queue triggers on a real storage queue, as the Functions host runs them: batches, back-off while the queue is empty
 * or missing, a message hidden while one works on it, tried again after a failure, and at last copied to NAME-poison.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { QueueSettings } from '../settings/host-settings.ts';
import type { RegisteredFunction } from '../worker/functions-core.ts';
import type { Invoke } from '../worker/invocation.ts';
import { decodeBody, type QueueMessage, queueInvocation } from './queue-message.ts';
import { openMessages, type QueueMessages } from './queue-requests.ts';

export interface QueueListener {
  /** Takes no further message; resolves when those in work are done. */
  stop(): Promise<void>;
}

export interface QueueTrigger {
  readonly fn: RegisteredFunction;
  readonly queueName: string;
  readonly service: QueueServiceClient;
  readonly settings: QueueSettings;
  /** How long a message stays hidden from other readers; renewed at half of it while the function runs. */
  readonly visibilitySeconds: number;
  readonly invoke: Invoke;
  readonly log: (line: string) => void;
}

/** Starts polling. The trigger queue is never created here; the poison queue is, when the first message needs it. */
export function listenToQueue(trigger: QueueTrigger): QueueListener {
  const client = trigger.service.getQueueClient(trigger.queueName);
  const queue = { client, messages: openMessages(client) };
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const { batchSize, newBatchThreshold, maxPollingInterval } = trigger.settings;

  const receive = reader(trigger, queue, batchSize);
  const poll = async () => {
    let wait = firstWait;
    while (!stopping.signal.aborted) {
      const messages = await receive();
      for (const message of messages) {
        if (stopping.signal.aborted) {
          await giveBack(queue, message);
          continue;
        }
        const work = process(trigger, queue, message, stopping.signal).finally(() => running.delete(work));
        running.add(work);
      }
      if (messages.length === 0) {
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
        wait = Math.min(wait * 2, maxPollingInterval);
        continue;
      }
      wait = firstWait;
      while (running.size > newBatchThreshold && !stopping.signal.aborted) await Promise.race(running);
    }
  };
  const polling = poll();

  return {
    async stop() {
      stopping.abort();
      await polling;
      await Promise.all(running);
    },
  };
}

/** A queue, and the two requests that every message costs. */
interface Queue {
  readonly client: QueueClient;
  readonly messages: QueueMessages;
}

const firstWait = 100;

/** A receive that never throws: a missing queue is an empty one, any other error is logged once until it changes. */
function reader(trigger: QueueTrigger, queue: Queue, batchSize: number): () => Promise<QueueMessage[]> {
  let lastError = '';
  return async () => {
    try {
      const messages = await queue.messages.receive(batchSize, trigger.visibilitySeconds);
      lastError = '';
      return messages;
    } catch (error) {
      const message = statusOf(error) === 404 ? '' : messageOf(error);
      if (message !== '' && message !== lastError) trigger.log(`queue ${queue.client.name} cannot be read: ${message}`);
      lastError = message;
      return [];
    }
  };
}

async function process(
  trigger: QueueTrigger,
  queue: Queue,
  message: QueueMessage,
  stopping: AbortSignal,
): Promise<void> {
  const { settings, fn } = trigger;
  const body = decodeBody(message.messageText, settings.messageEncoding);
  const hidden = keepHidden(trigger, queue, message);
  let succeeded = false;
  try {
    if (body?.readable && message.dequeueCount <= settings.maxDequeueCount) {
      await trigger.invoke(fn, queueInvocation(fn.trigger.name, message, body.text));
      succeeded = true;
    }
  } catch {
    // The invocation has logged its error; what follows from it is decided below.
  }
  const popReceipt = await hidden.end();
  try {
    if (succeeded) {
      await queue.messages.remove(message.messageId, popReceipt);
    } else if (queue.client.name.endsWith(poisonSuffix)) {
      // A poison queue has none of its own: the message stays where it is and comes back when its invisibility ends.
    } else if (body !== undefined && message.dequeueCount < settings.maxDequeueCount) {
      await queue.client.updateMessage(message.messageId, popReceipt, undefined, settings.visibilityTimeout / 1000);
    } else {
      await poison(trigger, queue, message, popReceipt);
    }
  } catch (error) {
    // Another host holds or has removed it, or the storage does not answer: its visibility in the queue decides what comes next.
    if (!stopping.aborted) trigger.log(`message ${message.messageId} of ${queue.client.name}: ${messageOf(error)}`);
  }
}

const poisonSuffix = '-poison';

async function poison(trigger: QueueTrigger, queue: Queue, message: QueueMessage, popReceipt: string): Promise<void> {
  const target = trigger.service.getQueueClient(`${queue.client.name}${poisonSuffix}`);
  await target.createIfNotExists();
  await target.sendMessage(message.messageText);
  await queue.messages.remove(message.messageId, popReceipt);
  trigger.log(
    `${trigger.fn.name}: message ${message.messageId} moved to ${target.name} after ${message.dequeueCount} tries`,
  );
}

/** Renews the invisibility at half its length until `end`, which gives the pop receipt that is valid then. */
function keepHidden(trigger: QueueTrigger, queue: Queue, message: QueueMessage): { end(): Promise<string> } {
  let popReceipt = message.popReceipt;
  let renewed: Promise<void> = Promise.resolve();
  const renew = async () => {
    const answer = await queue.client.updateMessage(
      message.messageId,
      popReceipt,
      undefined,
      trigger.visibilitySeconds,
    );
    popReceipt = answer.popReceipt ?? popReceipt;
  };
  const timer = setInterval(() => {
    renewed = renew().catch((error: unknown) => {
      clearInterval(timer);
      trigger.log(`message ${message.messageId} of ${queue.client.name} could not be kept: ${messageOf(error)}`);
    });
  }, trigger.visibilitySeconds * 500);
  timer.unref();
  return {
    async end() {
      clearInterval(timer);
      await renewed;
      return popReceipt;
    },
  };
}

async function giveBack(queue: Queue, message: QueueMessage): Promise<void> {
  await queue.client.updateMessage(message.messageId, message.popReceipt, undefined, 0).catch(() => undefined);
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n', 1)[0] ?? text;
}
