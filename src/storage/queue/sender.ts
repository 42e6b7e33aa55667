/** Sends messages to a queue, raw through the SDK's pipeline: the client's own method spends most of its time on XML. */
import { createHttpHeaders, createPipelineRequest, type Pipeline } from '@azure/core-rest-pipeline';
import type { QueueClient } from '@azure/storage-queue';
import { sharedHttpClient } from '../../http/http-client.ts';
import { keepNeededPolicies } from '../../http/pipeline.ts';
import { ServiceError } from '../table/service.ts';

export interface Visibility {
  /** Seconds until the message can be read. */
  readonly delaySeconds: number;
}

/** One request for each message, which never expires. `text` is base64. Rejects with a ServiceError. */
export type MessageSender = (text: string, visibility: Visibility, signal: AbortSignal) => Promise<void>;

export function openMessageSender(client: QueueClient): MessageSender {
  const [address = '', signature = ''] = client.url.split('?', 2);
  const http = sharedHttpClient();
  const pipeline = pipelineOf(client).clone();
  keepNeededPolicies(pipeline);

  return async (text, { delaySeconds }, abortSignal) => {
    const query = `visibilitytimeout=${delaySeconds}&messagettl=-1${signature === '' ? '' : `&${signature}`}`;
    const request = createPipelineRequest({
      url: `${address}/messages?${query}`,
      method: 'POST',
      abortSignal,
      headers: createHttpHeaders(HEADERS),
      body: `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`,
      // The connection string itself selects http or https.
      allowInsecureConnection: address.startsWith('http:'),
    });
    const { status, headers } = await pipeline.sendRequest(http, request);
    if (status !== 201) throw new ServiceError(status, headers.get('x-ms-error-code'));
  };
}

const HEADERS = { accept: 'application/xml', 'content-type': 'application/xml', 'x-ms-version': '2019-02-02' };

/** The pipeline that authenticates the client's requests. The SDK has no public name for it; a test sends through it. */
function pipelineOf(client: QueueClient): Pipeline {
  const context: unknown = Reflect.get(client, 'storageClientContext');
  const found: unknown = typeof context === 'object' && context !== null ? Reflect.get(context, 'pipeline') : undefined;
  if (isPipeline(found)) return found;
  throw new Error('this version of @azure/storage-queue keeps its pipeline elsewhere');
}

function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'object' && value !== null && 'sendRequest' in value && 'clone' in value;
}
