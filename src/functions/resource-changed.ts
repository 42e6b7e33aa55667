/** Receives events from Event Grid. An error becomes a 500, and Event Grid delivers the event again. */
import { app } from '@azure/functions';
import { receiveEvent } from '../workflows/events/receive-event.ts';
import { atMost } from './at-most.ts';
import { withInvocation } from './invocation.ts';

/**
 * No setting of the host bounds the deliveries at once, and one delivery may hold hundreds of events. More than this at once
 * would not be faster: they wait for the storage.
 */
const EVENTS_IN_WORK = 32;

export function registerResourceChanged(): void {
  const inWork = atMost(EVENTS_IN_WORK);
  app.eventGrid('resourceChanged', {
    handler: (event: unknown, context) =>
      inWork(() => withInvocation(context, ({ deps }) => receiveEvent(deps, event))),
  });
}
