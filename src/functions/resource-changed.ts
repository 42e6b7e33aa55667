/** Event Grid delivers here. A throw becomes a 500, and Event Grid delivers again. */
import { app } from '@azure/functions';
import { getService } from '../service.ts';
import { receiveEvent } from '../workflows/receive-event.ts';

export function registerResourceChanged(): void {
  app.eventGrid('resourceChanged', {
    handler: async (event: unknown) => receiveEvent((await getService()).world, event),
  });
}
