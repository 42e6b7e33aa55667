// Answers in which every text that the API's schemas allow is hostile: markup, script, very long, right to left.
import type * as z from 'zod';
import { ENDPOINTS } from '../../src/functions/api.ts';
import type { FakeRequest, Responses } from './fake-api.ts';

const LONG = 'W'.repeat(400);
const TEXTS = [
  '<img src=x onerror="window.hostile=1">',
  '"><script>window.hostile=1</script>',
  "javascript:window.hostile=1//'",
  `‮evil‬ ${LONG}`,
  '{{constructor.constructor("window.hostile=1")()}}',
] as const;

/** The same answers with hostile texts. A text that its schema refuses, such as a time or a code, stays. */
export function hostile(responses: Responses): Responses {
  return Object.fromEntries(
    Object.entries(responses).map(([call, response]) => {
      const schema = schemaOf(call);
      if (schema === null) return [call, response];
      return [
        call,
        (request: FakeRequest) => {
          const answer = typeof response === 'function' ? response(request) : response;
          return { ...answer, body: poisoned(answer.body, schema) };
        },
      ];
    }),
  );
}

/** The schema of what a call answers; null for calls without one. */
export function schemaOf(call: string): z.ZodType | null {
  const [method = '', path = ''] = call.split(' ');
  const found = ENDPOINTS.find(
    (one) =>
      one.method === method &&
      new RegExp(`^/api/${one.route.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path) &&
      typeof one.result === 'object',
  );
  return found && typeof found.result === 'object' ? found.result : null;
}

function poisoned(body: unknown, schema: z.ZodType): unknown {
  const copy = structuredClone(body);
  let count = 0;
  function visit(holder: unknown): void {
    if (typeof holder !== 'object' || holder === null) return;
    for (const [key, value] of Object.entries(holder)) {
      if (typeof value !== 'string') {
        visit(value);
        continue;
      }
      // Texts that identify something stay different from each other.
      Reflect.set(holder, key, `${TEXTS[count % TEXTS.length]}${count}`);
      count += 1;
      if (!schema.safeParse(copy).success) Reflect.set(holder, key, value);
    }
  }
  visit(copy);
  return copy;
}
