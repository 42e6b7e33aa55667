/**
 * Receives an event: stores it, queues the affected resources, and returns. Nothing is decided here. Failures are
 * thrown, so that Event Grid delivers the event again. Receiving an event twice changes nothing.
 */
import { type ChangeEvent, parseEvent } from '../../domain/resources/event.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import { affectedResources, storeEvent } from './configuration-moves.ts';

export async function receiveEvent(deps: Deps, input: unknown): Promise<void> {
  const received = parseEvent(input);
  if (received.kind === 'change') return receiveChange(deps, received);
  deps.log.info({ eventId: received.eventId, reason: received.reason }, 'event ignored');
  deps.metrics.count('events', { outcome: 'ignored' });
  if (received.eventId !== null) await storeIgnored(deps, received.eventId, received.reason);
}

/** Stores a change for the affected resources and queues them. */
export async function receiveChange(
  deps: Deps,
  { event, resource: named }: { readonly event: ChangeEvent; readonly resource: Resource },
): Promise<void> {
  const receivedAt = deps.clock.now().toISOString();
  for (const resource of affectedResources(event, named)) {
    const { outcome } = await storeEvent(deps, resource, { event, receivedAt }, deps.options.settleSeconds);
    const { id: eventId, correlationId, source } = event;
    const logFields = { eventId, correlationId, resource: resource.id, ...(source && { source }) };
    if (outcome !== null) deps.log.info({ ...logFields, outcome }, 'event delivered again; it has its outcome');
    else {
      const changedBy = event.changedBy?.objectId;
      deps.log.info({ ...logFields, operation: event.operation, changedBy }, 'event received');
      deps.metrics.count('events', { outcome: 'received' });
    }
  }
}

async function storeIgnored(deps: Deps, id: string, reason: string): Promise<void> {
  const event: ChangeEvent = {
    id,
    operation: '',
    eventTime: null,
    correlationId: null,
    changedBy: null,
    appId: null,
  };
  const reasons = [{ code: 'not-ours' as const, text: `The event was ignored: ${reason}.` }];
  const receivedAt = deps.clock.now().toISOString();
  await deps.events.store({ event, resource: null, receivedAt, outcome: 'ignored', auditIds: [], reasons });
}
