/** What all facts of one reconcile have in common: when, what, in which mode, and what brought us here. */
import { type Resource, viewOf } from '../domain/resource.ts';
import { modeFor } from '../domain/settings.ts';
import type { Occasion } from './facts-of.ts';
import type { Facts } from './load-facts.ts';
import { sealFact } from './outbox.ts';
import type { WorkMessage, World } from './ports.ts';
import { isOurs } from './who-changed.ts';

export function occasionOf(
  world: Pick<World, 'audit'>,
  resource: Resource,
  message: WorkMessage,
  facts: Facts,
  now: Date,
): Occasion {
  const { objectId } = facts.self;
  return {
    at: now.toISOString(),
    resource: viewOf(resource),
    mode: modeFor(facts.settings.settings, resource),
    trigger: triggerOf(message, facts),
    service: { type: 'service', name: 'Plumbline', ...(objectId === null ? {} : { objectId }) },
    seal: (fact) => sealFact(world, fact),
  };
}

/** When our own echo is what brought us here, somebody's change that waits as well is the better answer to "why". */
function triggerOf(message: WorkMessage, { waiting, memory, self }: Facts): Occasion['trigger'] {
  if (message.cause === 'sweep' || message.cause === 'scan') return { type: message.cause };
  if (message.cause === 'decision' || message.cause === 'request') return { type: 'decision' };
  const own = waiting.find(({ event }) => event.id === message.event?.id);
  const theirs = waiting.filter((event) => !isOurs(event, self)).sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  const found = own && isOurs(own, self) ? (theirs[0] ?? own) : own;
  if (!found) return memory.trigger ?? { type: 'sweep' };
  const { id, operation, changedBy, correlationId } = found.event;
  return {
    type: 'event',
    eventId: id,
    operation,
    ...(changedBy === null ? {} : { changedBy }),
    ...(correlationId === null ? {} : { correlationId }),
  };
}
