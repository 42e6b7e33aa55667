/**
 * The Event Grid webhook of the Functions host: handshakes of both schemas, and a delivery of one event or a batch,
 * each event its own invocation, all in parallel: 202 when every one succeeded, 500 (so redelivered whole) when not.
 */
import { z } from 'zod';
import type { RegisteredFunction } from './functions-core.ts';
import { answer, type Exchange, readBody } from './http.ts';
import type { Invoke } from './invocation.ts';

/** Serves `/runtime/webhooks/EventGrid?functionName=NAME` for the Event Grid functions. No key is asked for locally. */
export function serveEventGrid(
  functions: Iterable<RegisteredFunction>,
  options: { invoke: Invoke },
): (exchange: Exchange) => Promise<void> {
  const byName = new Map(
    [...functions].filter((fn) => fn.trigger.binding.type === 'eventGridTrigger').map((fn) => [fn.name, fn]),
  );
  return async ({ request, response, url }) => {
    const name = [...url.searchParams].find(([key]) => key.toLowerCase() === 'functionname')?.[1] ?? '';
    const fn = byName.get(name);
    if (!fn) return answer(response, 404, text, `No Event Grid function is named '${name}'.`);
    if (request.method === 'OPTIONS') {
      const origin = String(request.headers['webhook-request-origin'] ?? 'eventgrid.azure.net');
      return answer(response, 200, { 'webhook-allowed-origin': origin });
    }
    if (request.method !== 'POST') return answer(response, 404);
    const type = String(request.headers['aeg-event-type'] ?? '').toLowerCase();
    if (type === 'unsubscribe') return answer(response, 202);
    if (type !== 'notification' && type !== 'subscriptionvalidation') {
      return answer(
        response,
        400,
        text,
        'The header aeg-event-type must be Notification, SubscriptionValidation or Unsubscribe.',
      );
    }
    const body = await readBody(request);
    if (body === undefined) return answer(response, 413);
    const content = parseJson(body.toString('utf8'));
    if (type === 'subscriptionvalidation') {
      const code = validationCode(content);
      if (code === undefined) return answer(response, 400, text, 'The body holds no data.validationCode.');
      return answer(
        response,
        200,
        { 'content-type': 'application/json' },
        JSON.stringify({ validationResponse: code }),
      );
    }
    const events = delivery.safeParse(content);
    if (!events.success) return answer(response, 400, text, 'The body must be a JSON object or an array of objects.');
    const runs = events.data.map((event) =>
      options.invoke(fn, {
        inputData: [{ name: fn.trigger.name, data: { json: JSON.stringify(event) } }],
        triggerMetadata: { data: { json: JSON.stringify(event.data ?? null) } },
      }),
    );
    const outcomes = await Promise.allSettled(runs);
    answer(response, outcomes.every((outcome) => outcome.status === 'fulfilled') ? 202 : 500);
  };
}

const text = { 'content-type': 'text/plain; charset=utf-8' };

const event = z.record(z.string(), z.unknown());
const delivery = z.union([z.array(event), event.transform((one) => [one])]);
const validation = z.object({ data: z.object({ validationCode: z.string() }) });

/** Event Grid's schema sends an array; CloudEvents an object whose data is JSON inside a string. */
function validationCode(content: unknown): string | undefined {
  const first: unknown = Array.isArray(content) ? content[0] : content;
  const encoded = z.object({ data: z.string() }).safeParse(first);
  const parsed = validation.safeParse(encoded.success ? { data: parseJson(encoded.data.data) } : first);
  return parsed.success ? parsed.data.data.validationCode : undefined;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
