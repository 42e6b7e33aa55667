/**
 * A queue message as the worker gets it: the body decoded, the metadata under the host's names, and on top of it the
 * body's own top-level properties, which may overwrite them as they do in the real host.
 */
import { isUtf8 } from 'node:buffer';
import { isWithinMaxDepth, parseJson } from '../json/json.ts';
import type { InvocationRequest, TypedData } from '../worker/functions-core.ts';

/** A message as it was received. Times are those of the service. */
export interface QueueMessage {
  readonly messageId: string;
  readonly messageText: string;
  readonly popReceipt: string;
  readonly dequeueCount: number;
  readonly insertedOn: Date;
  readonly expiresOn: Date;
  readonly nextVisibleOn: Date;
}

/** What a message says; `readable: false` is one that the host never invokes a function with, and tries again for nothing. */
export type Decoded = { readonly readable: true; readonly text: string } | { readonly readable: false };

/** The message's text, or undefined when it is not what `encoding` says; such a message can only go to the poison queue. */
export function decodeBody(body: string, encoding: 'base64' | 'none'): Decoded | undefined {
  if (encoding === 'none') return { readable: true, text: body };
  const compact = body.replace(/\s/g, '');
  const valid = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
  if (!valid) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  return isUtf8(bytes) ? { readable: true, text: bytes.toString('utf8') } : { readable: false };
}

/** The invocation of a function whose queue trigger binding is `bindingName`. */
export function queueInvocation(bindingName: string, message: QueueMessage, text: string): InvocationRequest {
  const metadata: Record<string, TypedData> = {
    QueueTrigger: { string: text },
    Id: { string: message.messageId },
    DequeueCount: { json: JSON.stringify(message.dequeueCount) },
    PopReceipt: { string: message.popReceipt },
    InsertionTime: { json: JSON.stringify(message.insertedOn) },
    ExpirationTime: { json: JSON.stringify(message.expiresOn) },
    NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
  };
  for (const [name, value] of topLevel(text)) {
    const known = Object.keys(metadata).find((key) => key.toLowerCase() === name.toLowerCase());
    metadata[known ?? name] = { string: typeof value === 'string' ? value : JSON.stringify(value) };
  }
  return { inputData: [{ name: bindingName, data: { string: text } }], triggerMetadata: metadata };
}

function topLevel(text: string): [string, unknown][] {
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !isWithinMaxDepth(body)) return [];
  return Object.entries(body).filter(([, value]) => value !== null && !Array.isArray(value));
}
