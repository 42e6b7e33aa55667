/** Records a dead-lettered message: its event gets the outcome `dead`, and a dead letter stores the error. */
import { createHash } from 'node:crypto';
import { truncateDepth } from '../../domain/resources/json.ts';
import { serializedSize, truncateText } from '../../domain/resources/limits.ts';
import { redactCredentials } from '../../domain/resources/redact.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { mergeWriters } from '../../domain/resources/writers.ts';
import { concludeEvents } from '../events/conclude-events.ts';
import type { Deps } from '../ports/deps.ts';
import { workMessage } from '../ports/work.ts';
import { writersOfEvents } from '../state/changers.ts';
import { updateResourceState } from '../state/resource-state.ts';
import { markScanned } from '../sweep/sweep.ts';

/** Stores the error of this attempt, in case that it is the last one. Throws nothing. */
export async function recordFailure(deps: Deps, message: unknown, error: unknown): Promise<void> {
  const text = redactCredentials(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  try {
    await deps.deadLetters.recordFailure(keyOf(message), text);
  } catch (failure) {
    deps.log.warn({ failure: String(failure) }, 'could not record the failure of a message');
  }
}

/** Clears the stored error of a message that was handled later. Throws nothing: a leftover is harmless. */
export async function clearFailure(deps: Deps, message: unknown): Promise<void> {
  try {
    await deps.deadLetters.clearFailure(keyOf(message));
  } catch (failure) {
    deps.log.warn({ failure: String(failure) }, 'could not clear the failure of a message');
  }
}

/** Stores the dead letter first and then concludes the event, so that nothing is lost in between. */
export async function recordDeadLetter(deps: Deps, queue: string, message: unknown): Promise<void> {
  const parsed = workMessage.safeParse(message);
  const work = parsed.success ? parsed.data : null;
  const resource = work && parseResourceId(work.resource);
  await deps.deadLetters.record(keyOf(message), {
    queue,
    message: textOf(message),
    resource: resource?.id ?? null,
    at: deps.clock.now().toISOString(),
  });
  if (resource && work.event) {
    await recordWriter(deps, resource, work.event.id);
    const reasons = [{ code: 'dead' as const, text: 'It could not be handled; its dead letter says why.' }];
    await concludeEvents(deps, resource, [work.event], { outcome: 'dead', auditIds: [], reasons });
  }
  if (work) await markScanned(deps, work);
  deps.log.error({ queue, resource: resource?.id, eventId: work?.event?.id }, 'message dead-lettered');
}

/** Records the writer of a dead-lettered event, because no reconcile processes that event. Throws nothing. */
async function recordWriter(deps: Deps, resource: Resource, eventId: string): Promise<void> {
  try {
    const [event, identity] = await Promise.all([deps.events.get(resource, eventId), deps.arm.getIdentity()]);
    const writers = event ? writersOfEvents([event], identity) : [];
    if (writers.length === 0) return;
    await updateResourceState(deps, resource, (resourceState) => ({
      ...resourceState,
      ...mergeWriters(resourceState, writers),
    }));
  } catch (failure) {
    deps.log.warn({ resource: resource.id, eventId, failure: String(failure) }, 'could not record the writer');
  }
}

function keyOf(message: unknown): string {
  return createHash('sha256').update(textOf(message, Number.POSITIVE_INFINITY)).digest('hex');
}

/** Characters. Messages of the service have some hundreds. */
const MAX_MESSAGE_SIZE = 16_384;

/**
 * A message as JSON, whatever was on the queue. A message that is too long is truncated, and can then not be redriven.
 */
function textOf(message: unknown, maximum = MAX_MESSAGE_SIZE): string {
  const text = JSON.stringify(truncateDepth(message)) ?? 'null';
  return serializedSize(text) <= maximum ? text : JSON.stringify(truncateText(text, maximum));
}
