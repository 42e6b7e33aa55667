/** The latest events, with what became of them. */
import * as z from 'zod';
import { changeEvent } from '../../domain/resources/event.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { EVENT_STATES, type StoredEvent, storedEvent } from '../../workflows/ports/events.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { several } from '../framework/list-query.ts';
import { pageQuery, pageSchema, readPage } from '../framework/page.ts';

export const listedEvent = storedEvent
  .omit({ event: true })
  .extend({ eventId: z.string(), ...changeEvent.pick({ operation: true, changedBy: true }).shape })
  .meta({ id: 'ListedEvent' });

export const listEvents = defineEndpoint({
  name: 'listEvents',
  method: 'GET',
  route: 'events',
  summary: 'The latest events of all resources, newest first, each with its outcome and the reasons.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    resource: resourceScope.exactOptional(),
    outcome: several(z.enum(EVENT_STATES))
      .exactOptional()
      .describe('One or more outcomes, separated by commas; `waiting`: events without an outcome.'),
    ...pageQuery,
  }),
  result: pageSchema(listedEvent),
  async handle({ deps, config, query }) {
    const listed = await readPage('events', config.cursorKey, query, deps.events.listLatest);
    return { body: { ...listed, items: listed.items.map(eventView) } };
  },
});

function eventView({ event, ...stored }: StoredEvent) {
  return { ...stored, eventId: event.id, operation: event.operation, changedBy: event.changedBy };
}
