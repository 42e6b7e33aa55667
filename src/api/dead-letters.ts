/** What could not be handled, with its reason, and the way back. */
import * as z from 'zod';
import { Refusal } from '../domain/refusal.ts';
import { parseResourceId, viewOf } from '../domain/resource.ts';
import type { DeadLetter } from '../workflows/ports.ts';
import { messageIn, releaseLetter } from '../workflows/release-letter.ts';
import { type Asked, defineCall } from './call.ts';
import { isId } from './filters.ts';
import { pageOf, pageQuery } from './page.ts';
import * as schemas from './schemas.ts';

export const deadLetterSchema = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  queue: z.string(),
  resource: schemas.resource.nullable().describe('null when the message names none'),
  event: z.strictObject({ id: z.string() }).exactOptional(),
  reason: z.string().describe('What was met at the last try'),
  message: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .describe('What would be put back; absent when it was no message'),
});
schemas.named.add(deadLetterSchema, { id: 'DeadLetter' });

export const listDeadLetters = defineCall({
  name: 'listDeadLetters',
  method: 'GET',
  route: 'deadletters',
  summary: 'What could not be handled, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject(pageQuery),
  statuses: [200],
  result: schemas.listOf(deadLetterSchema),
  refusals: [],
  async handle({ world, config, query }) {
    const page = await pageOf('deadletters', config.cursorKey, query, (_, at) => world.deadLetters.list(at));
    return { body: { ...page, items: page.items.map(letterView) } };
  },
});

export const releaseDeadLetter = defineCall({
  name: 'releaseDeadLetter',
  method: 'POST',
  route: 'deadletters/{id}/release',
  summary: 'Puts a message back on its queue, as if it came for the first time.',
  role: 'Plumbline.Operator',
  query: z.strictObject({}),
  statuses: [202],
  result: null,
  refusals: ['not-found'],
  find: findLetter,
  async handle({ world, subject }) {
    await releaseLetter(world, subject);
    return { body: undefined };
  },
});

async function findLetter({ world, params: { id } }: Asked): Promise<string> {
  const found = isId(id) ? await world.deadLetters.get(id) : null;
  if (!isId(id) || found === null) throw new Refusal('not-found', 'There is no dead letter with this id.');
  return id;
}

function letterView(letter: DeadLetter): z.input<typeof deadLetterSchema> {
  const { id, at, queue, error } = letter;
  const message = messageIn(letter);
  const resource = letter.resource === null ? null : parseResourceId(letter.resource);
  const event = message && 'event' in message ? message.event : undefined;
  return {
    id,
    at,
    queue,
    resource: resource && viewOf(resource),
    ...(event ? { event: { id: event.id } } : {}),
    reason: error ?? 'Nobody could note it; the log of that time may know.',
    ...(message ? { message: { ...message } } : {}),
  };
}
