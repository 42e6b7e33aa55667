/**
 * An event came in: store it, put what it concerns on the queue, answer. Nothing is decided here; whatever fails is thrown, so
 * that Event Grid delivers again. Receiving the same event twice changes nothing.
 */
import { type ChangeEvent, receive } from '../domain/event.ts';
import { concernedAtReceipt, keepFor } from './moved-configuration.ts';
import type { World } from './ports.ts';

export async function receiveEvent(world: World, input: unknown): Promise<void> {
  const received = receive(input);
  const receivedAt = world.clock.now().toISOString();
  if (received.kind === 'ignored') {
    world.log.info({ eventId: received.eventId, reason: received.reason }, 'event ignored');
    if (received.eventId !== null) await storeIgnored(world, received.eventId, received.reason, receivedAt);
    return;
  }
  const { event } = received;
  for (const resource of concernedAtReceipt(event, received.resource)) {
    const { outcome } = await keepFor(world, resource, { event, receivedAt }, world.options.settleSeconds);
    const joined = { eventId: event.id, correlationId: event.correlationId, resource: resource.id };
    if (outcome !== null) world.log.info({ ...joined, outcome }, 'event delivered again; it has its outcome');
    else
      world.log.info({ ...joined, operation: event.operation, changedBy: event.changedBy?.objectId }, 'event received');
  }
}

async function storeIgnored(world: World, id: string, reason: string, receivedAt: string): Promise<void> {
  const event: ChangeEvent = {
    id,
    operation: '',
    eventTime: null,
    correlationId: null,
    changedBy: null,
    appId: null,
  };
  const reasons = [{ code: 'not-ours' as const, text: `The event was ignored: ${reason}.` }];
  await world.events.receive({ event, resource: null, receivedAt, outcome: 'ignored', auditIds: [], reasons });
}
