/** The audit context of a reconcile, with its trigger. */
import { serviceActor } from '../../domain/resources/principal.ts';
import { viewOf } from '../../domain/resources/resource.ts';
import { modeFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { sealRecord } from '../ports/outbox.ts';
import type { WorkMessage } from '../ports/work.ts';
import type { AuditContext } from './audit-records.ts';
import { isOwnWrite } from './changers.ts';
import type { ReconcileContext, ReconcileState } from './reconcile-context.ts';

export function auditContextOf({
  deps,
  resource,
  message,
  state,
  startedAt,
}: Pick<ReconcileContext, 'resource' | 'message' | 'state' | 'startedAt'> & {
  readonly deps: Pick<Deps, 'audit'>;
}): AuditContext {
  return {
    at: startedAt.toISOString(),
    resource: viewOf(resource),
    mode: modeFor(state.settings.settings, resource),
    trigger: triggerOf(message, state),
    service: serviceActor(state.identity),
    seal: (record) => sealRecord(deps, record),
  };
}

/**
 * The trigger of a reconcile. When the message is for a write of Plumbline, a waiting event of somebody else is the
 * better answer.
 */
function triggerOf(
  message: WorkMessage,
  { waitingEvents, resourceState, identity }: ReconcileState,
): AuditContext['trigger'] {
  if (message.cause === 'sweep' || message.cause === 'scan') return { type: message.cause };
  if (message.cause === 'decision' || message.cause === 'request') return { type: 'decision' };
  const own = waitingEvents.find(({ event }) => event.id === message.event?.id);
  const theirs = waitingEvents
    .filter((event) => !isOwnWrite(event, identity))
    .sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  const found = own && isOwnWrite(own, identity) ? (theirs[0] ?? own) : own;
  if (!found) return resourceState.trigger ?? { type: 'sweep' };
  const { id, operation, changedBy, correlationId } = found.event;
  return {
    type: 'event',
    eventId: id,
    operation,
    ...(changedBy === null ? {} : { changedBy }),
    ...(correlationId === null ? {} : { correlationId }),
  };
}
