/** Dead letters: messages that could not be handled, with the reason, and their redrive. */

import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { parseResourceId, resourceView, viewOf } from '../../domain/resources/resource.ts';
import { id } from '../../domain/resources/schema.ts';
import { parseMessage, redriveDeadLetter } from '../../workflows/dead-letters/redrive-dead-letter.ts';
import { type DeadLetter, deadLetter } from '../../workflows/ports/dead-letters.ts';
import { answerEach, itemAnswer, MAX_ITEMS } from '../framework/bulk.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { searchText, several, total } from '../framework/list-query.ts';
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
  query: z.strictObject({
    queue: several(id).exactOptional().describe('The names of queues.'),
    q: searchText.exactOptional().describe('A text in the resource, the reason or the message.'),
    total,
    ...pageQuery,
  }),
  result: pageSchema(deadLetterAnswer).extend({
    total: z.int().exactOptional().describe('How many match; absent when there are too many to count.'),
  }),
  async handle({ deps, config, query }) {
    let found: number | undefined;
    const page = await readPage('deadletters', config.cursorKey, query, async (filters, at) => {
      const listed = await deps.deadLetters.list(filters, at);
      found = listed.total;
      return listed;
    });
    return {
      body: { ...page, items: page.items.map(letterView), ...(found === undefined ? {} : { total: found }) },
    };
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

export const releaseDeadLetters = defineEndpoint({
  name: 'releaseDeadLetters',
  method: 'POST',
  route: 'deadletters/release',
  summary: 'Releases up to 100 dead letters; the answer has the result of each.',
  role: 'Plumbline.Operator',
  body: z.strictObject({ ids: z.array(z.string()).min(1).max(MAX_ITEMS, `must be at most ${MAX_ITEMS} ids`) }),
  result: z
    .strictObject({ items: z.array(itemAnswer({ id: z.string() })).describe('In the order of the request') })
    .meta({ id: 'Releases' }),
  async handle({ deps, body }) {
    const call = { status: 202, fields: (letter: string) => ({ id: letter }) };
    const items = await answerEach(deps, body.ids, call, async (letter) => {
      if (!isId(letter)) throw unknownLetter();
      await redriveDeadLetter(deps, letter);
      return { id: letter };
    });
    return { body: { items } };
  },
});

async function findLetter({ deps, params: { id: wanted } }: RequestContext): Promise<string> {
  const found = isId(wanted) ? await deps.deadLetters.get(wanted) : null;
  if (!isId(wanted) || found === null) throw unknownLetter();
  return wanted;
}

function unknownLetter(): Refusal {
  return new Refusal('not-found', 'There is no dead letter with this id.');
}

function letterView(letter: DeadLetter): z.infer<typeof deadLetterAnswer> {
  const { at, queue, error } = letter;
  const message = parseMessage(letter);
  const resource = letter.resource === null ? null : parseResourceId(letter.resource);
  const event = message && 'event' in message ? message.event : undefined;
  return {
    id: letter.id,
    at,
    queue,
    resource: resource && viewOf(resource),
    ...(event ? { event: { id: event.id } } : {}),
    reason: error ?? 'Nobody could note it; the log of that time may know.',
    ...(message ? { message: { ...message } } : {}),
  };
}
