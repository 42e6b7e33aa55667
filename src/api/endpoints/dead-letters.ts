/** Dead letters: messages that could not be handled, with the reason, and their redrive. */

import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { parseResourceId, resourceView, viewOf } from '../../domain/resources/resource.ts';
import { parseMessage, redriveDeadLetter } from '../../workflows/dead-letters/redrive-dead-letter.ts';
import { type DeadLetter, deadLetter } from '../../workflows/ports/dead-letters.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { isId } from '../framework/parameters.ts';

export const deadLetterAnswer = deadLetter
  .pick({ id: true, at: true, queue: true })
  .extend({
    resource: resourceView.nullable().describe('null when the message names none'),
    event: z.strictObject({ id: z.string() }).exactOptional(),
    reason: z.string().describe('The failure of the last attempt'),
    message: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .describe('The message that a release would send again; absent when it could not be parsed'),
  })
  .meta({ id: 'DeadLetter' });

export const listDeadLetters = defineEndpoint({
  name: 'listDeadLetters',
  method: 'GET',
  route: 'deadletters',
  summary: 'Messages that could not be handled, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject(pageQuery),
  result: pageSchema(deadLetterAnswer),
  async handle({ deps, config, query }) {
    const page = await readPage('deadletters', config.cursorKey, query, (_, at) => deps.deadLetters.list(at));
    return { body: { ...page, items: page.items.map(letterView) } };
  },
});

export const releaseDeadLetter = defineEndpoint({
  name: 'releaseDeadLetter',
  method: 'POST',
  route: 'deadletters/{id}/release',
  summary: 'Sends a message to its queue again, as if it came for the first time.',
  role: 'Plumbline.Operator',
  statuses: [202],
  result: null,
  refusals: ['not-found'],
  findSubject: findLetter,
  async handle({ deps, subject }) {
    await redriveDeadLetter(deps, subject);
    return { body: undefined };
  },
});

async function findLetter({ deps, params: { id } }: RequestContext): Promise<string> {
  const found = isId(id) ? await deps.deadLetters.get(id) : null;
  if (!isId(id) || found === null) throw new Refusal('not-found', 'There is no dead letter with this id.');
  return id;
}

function letterView(letter: DeadLetter): z.infer<typeof deadLetterAnswer> {
  const { id, at, queue, error } = letter;
  const message = parseMessage(letter);
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
