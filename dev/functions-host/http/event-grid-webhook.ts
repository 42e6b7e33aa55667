/**
 * The Event Grid webhook of the Functions host: handshakes of both schemas, and a delivery of one event or a batch,
 * each event its own invocation, all in parallel: 202 when every one succeeded, 500 (so redelivered whole) when not, or
 * when the body cannot be read. https://github.com/Azure/azure-sdk-for-net: HttpRequestProcessor.cs (EventGrid 3.3.0)
 */
import { z } from 'zod';
import { isWithinMaxDepth, parseJson, stringifyDeep } from '../json/json.ts';
import type { RegisteredFunction } from '../worker/functions-core.ts';
import type { Invoke } from '../worker/invocation.ts';
import { type Exchange, readBody, sendResponse } from './http.ts';

/**
 * Serves `/runtime/webhooks/EventGrid?functionName=NAME` for the Event Grid functions, but for those that a setting switches
 * off. With `eventKey` a caller needs it as `code` or as `x-functions-key`, as the real host asks for its system key.
 */
export function serveEventGrid(
  functions: Iterable<RegisteredFunction>,
  options: { invoke: Invoke; eventKey: string | undefined; isDisabled: (fn: RegisteredFunction) => boolean },
): (exchange: Exchange) => Promise<void> {
  const byName = new Map(
    [...functions]
      .filter((fn) => fn.trigger.binding.type === 'eventGridTrigger' && !options.isDisabled(fn))
      .map((fn) => [fn.name, fn]),
  );
  return async ({ request, response, url }) => {
    const query = (key: string) => [...url.searchParams].find(([name]) => name.toLowerCase() === key)?.[1] ?? '';
    if (!methods.has(request.method ?? '')) return sendResponse(response, 404);
    const { eventKey } = options;
    if (eventKey !== undefined && (request.headers['x-functions-key'] ?? query('code')) !== eventKey) {
      return sendResponse(response, 401);
    }
    const fn = byName.get(query('functionname'));
    if (!fn) return sendResponse(response, 404, text, `cannot find function: '${query('functionname')}'`);
    if (request.method === 'OPTIONS') {
      const origin = String(request.headers['webhook-request-origin'] ?? 'eventgrid.azure.net');
      return sendResponse(response, 200, { 'webhook-allowed-origin': origin });
    }
    const type = String(request.headers['aeg-event-type'] ?? '').toLowerCase();
    if (type === 'unsubscribe') return sendResponse(response, 202);
    if (type !== 'notification' && type !== 'subscriptionvalidation') return sendResponse(response, 400);
    const body = await readBody(request);
    const content = body && parseJson(body.toString('utf8'));
    if (type === 'subscriptionvalidation') {
      const code = validationCode(content);
      if (code === undefined) return sendResponse(response, 500);
      return sendResponse(response, 200, text, JSON.stringify({ validationResponse: code }));
    }
    if (typeof content !== 'object' || content === null) return sendResponse(response, 500);
    const runs = (Array.isArray(content) ? content : [content]).map((event: unknown) =>
      options.invoke(fn, {
        inputData: [{ name: fn.trigger.name, data: { json: stringifyDeep(event) } }],
        triggerMetadata: metadataOf(event),
      }),
    );
    const outcomes = await Promise.allSettled(runs);
    sendResponse(response, outcomes.every((outcome) => outcome.status === 'fulfilled') ? 202 : 500);
  };
}

/** What is delivered is handed on, however deep it is; the library cannot go through metadata without end. */
function metadataOf(event: unknown): Record<string, { json: string }> {
  const data = dataOf.safeParse(event).data?.data ?? null;
  return isWithinMaxDepth(data) ? { data: { json: JSON.stringify(data) } } : {};
}

/** HostController.cs in https://github.com/Azure/azure-functions-host (4.1037.0) */
const methods = new Set(['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS']);
const text = { 'content-type': 'text/plain; charset=utf-8' };

const dataOf = z.object({ data: z.unknown() });
const validation = z.object({ data: z.object({ validationCode: z.string() }) });

/** Event Grid's schema sends an array; CloudEvents an object whose data is JSON inside a string. */
function validationCode(content: unknown): string | undefined {
  const first: unknown = Array.isArray(content) ? content[0] : content;
  const encoded = z.object({ data: z.string() }).safeParse(first);
  const parsed = validation.safeParse(encoded.success ? { data: parseJson(encoded.data.data) } : first);
  return parsed.success ? parsed.data.data.validationCode : undefined;
}
