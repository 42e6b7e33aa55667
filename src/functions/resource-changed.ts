/** Event Grid delivers here. A throw becomes a 500, and Event Grid delivers again. */
import { app } from '@azure/functions';
import { receiveEvent } from '../workflows/receive-event.ts';
import { invocation } from './invocation.ts';

export function registerResourceChanged(): void {
  app.eventGrid('resourceChanged', {
    handler: (event: unknown, context) => invocation(context, ({ world }) => receiveEvent(world, event)),
  });
}
