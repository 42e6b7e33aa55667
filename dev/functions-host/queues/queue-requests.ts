/**
 * The two requests that every message costs, raw through the SDK's pipeline: the client's own methods spend most of their time
 * on models and XML, which in Azure is not the worker's, but would be counted as its cost here.
 */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type Pipeline,
  RestError,
} from '@azure/core-rest-pipeline';
import type { QueueClient } from '@azure/storage-queue';
import type { QueueMessage } from './queue-message.ts';

export interface QueueMessages {
  /** Up to `count` messages, which are then hidden. Rejects with a RestError, also when there is no queue (404). */
  receive(count: number, visibilitySeconds: number): Promise<QueueMessage[]>;
  /** Rejects with a RestError, also when another reader holds the message. */
  remove(messageId: string, popReceipt: string): Promise<void>;
}

export function openMessages(client: QueueClient): QueueMessages {
  const [address = '', signature = ''] = client.url.split('?', 2);
  const http = createDefaultHttpClient();
  const pipeline = pipelineOf(client).clone();
  for (const name of NEEDLESS) pipeline.removePolicy({ name });

  async function send(method: 'GET' | 'DELETE', path: string, query: Record<string, string>): Promise<string> {
    const search = [new URLSearchParams(query).toString(), signature].filter((part) => part !== '').join('&');
    const request = createPipelineRequest({
      url: `${address}/messages${path}?${search}`,
      method,
      headers: createHttpHeaders({ accept: 'application/xml', 'x-ms-version': '2019-02-02' }),
      allowInsecureConnection: true,
    });
    const response = await pipeline.sendRequest(http, request);
    if (response.status < 300) return response.bodyAsText ?? '';
    const code = response.headers.get('x-ms-error-code') ?? `HTTP ${response.status}`;
    throw new RestError(code, { code, statusCode: response.status });
  }

  return {
    async receive(count, visibilitySeconds) {
      const query = { numofmessages: String(count), visibilitytimeout: String(visibilitySeconds) };
      return messagesIn(await send('GET', '', query));
    },
    async remove(messageId, popReceipt) {
      await send('DELETE', `/${messageId}`, { popreceipt: popReceipt });
    },
  };
}

/** The messages of an answer: a list of elements without attributes, each with a text. */
export function messagesIn(xml: string): QueueMessage[] {
  return [...xml.matchAll(/<QueueMessage>([\s\S]*?)<\/QueueMessage>/g)].map(([, message = '']) => {
    const text = (name: string) => decoded(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(message)?.[1] ?? '');
    return {
      messageId: text('MessageId'),
      messageText: text('MessageText'),
      popReceipt: text('PopReceipt'),
      dequeueCount: Number(text('DequeueCount')),
      insertedOn: new Date(text('InsertionTime')),
      expiresOn: new Date(text('ExpirationTime')),
      nextVisibleOn: new Date(text('TimeNextVisible')),
    };
  });
}

const NEEDLESS = [
  'serializationPolicy',
  'deserializationPolicy',
  'formDataPolicy',
  'multipartPolicy',
  'redirectPolicy',
  'wrapAbortSignalLikePolicy',
  'tracingPolicy',
  'logPolicy',
];

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number(decimal));
  });
}

/** The pipeline that authenticates the client's requests. The SDK has no public name for it. */
function pipelineOf(client: QueueClient): Pipeline {
  const context: unknown = Reflect.get(client, 'storageClientContext');
  const found: unknown = typeof context === 'object' && context !== null ? Reflect.get(context, 'pipeline') : undefined;
  if (isPipeline(found)) return found;
  throw new Error('this version of @azure/storage-queue keeps its pipeline elsewhere');
}

function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'object' && value !== null && 'sendRequest' in value && 'clone' in value;
}
