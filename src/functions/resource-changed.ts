/** Receives events from Event Grid. An error becomes a 500, and Event Grid delivers the event again. */
import { app } from '@azure/functions';
import { receiveEvent } from '../workflows/events/receive-event.ts';
import { withInvocation } from './invocation.ts';

export function registerResourceChanged(): void {
  app.eventGrid('resourceChanged', {
    handler: (event: unknown, context) => withInvocation(context, ({ deps }) => receiveEvent(deps, event)),
  });
}
