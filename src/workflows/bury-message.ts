/** A message that was given up: its event gets the outcome `dead`, and a dead letter keeps the reason. */
import { createHash } from 'node:crypto';
import { shallow } from '../domain/json.ts';
import { cutText, weightOf } from '../domain/limits.ts';
import { parseResourceId, type Resource } from '../domain/resource.ts';
import { withoutCredentials } from '../domain/secrets.ts';
import { addWriters } from '../domain/writers.ts';
import { changeMemory } from './change-memory.ts';
import { concludeEvents } from './conclude-events.ts';
import { workMessage } from './messages.ts';
import type { World } from './ports.ts';
import { countForScan } from './sweep.ts';
import { writersAmong } from './who-changed.ts';

/** Remembers why a message failed this time, for the case that it is given up. Returns nothing; throws nothing. */
export async function noteFailure(world: World, message: unknown, error: unknown): Promise<void> {
  const text = withoutCredentials(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  try {
    await world.deadLetters.noteFailure(keyOf(message), text);
  } catch (failure) {
    world.log.warn({ failure: String(failure) }, 'could not note why a message failed');
  }
}

/** A message was handled after it had failed. Returns nothing; throws nothing: what stays is only in nobody's way. */
export async function forgetFailure(world: World, message: unknown): Promise<void> {
  try {
    await world.deadLetters.forgetFailure(keyOf(message));
  } catch (failure) {
    world.log.warn({ failure: String(failure) }, 'could not remove why a message failed before');
  }
}

/** Stores the dead letter first; then the event is concluded, so that nothing disappears in between. */
export async function buryMessage(world: World, queue: string, message: unknown): Promise<void> {
  const parsed = workMessage.safeParse(message);
  const work = parsed.success ? parsed.data : null;
  const resource = work && parseResourceId(work.resource);
  await world.deadLetters.bury(keyOf(message), {
    queue,
    message: textOf(message),
    resource: resource?.id ?? null,
    at: world.clock.now().toISOString(),
  });
  if (resource && work.event) {
    await rememberWriter(world, resource, work.event.id);
    const reasons = [{ code: 'dead' as const, text: 'It could not be handled; its dead letter says why.' }];
    await concludeEvents(world, resource, [work.event], { outcome: 'dead', auditIds: [], reasons });
  }
  if (work) await countForScan(world, work);
  world.log.error({ queue, resource: resource?.id, eventId: work?.event?.id }, 'message given up');
}

/** No look tells of an event that was given up; who wrote the resource is remembered all the same. Throws nothing. */
async function rememberWriter(world: World, resource: Resource, eventId: string): Promise<void> {
  try {
    const [event, self] = await Promise.all([world.events.get(resource, eventId), world.arm.identity()]);
    const seen = event ? writersAmong([event], self) : [];
    if (seen.length === 0) return;
    await changeMemory(world, resource, (memory) => ({ ...memory, ...addWriters(memory, seen) }));
  } catch (failure) {
    world.log.warn({ resource: resource.id, eventId, failure: String(failure) }, 'could not remember who wrote it');
  }
}

function keyOf(message: unknown): string {
  return createHash('sha256').update(textOf(message, Number.POSITIVE_INFINITY)).digest('hex');
}

/** Characters; the messages of the service have some hundreds. */
const LONGEST_MESSAGE = 16_384;

/** A message as JSON, whatever somebody put on the queue. One without end is cut, and is then no message that can be released. */
function textOf(message: unknown, most = LONGEST_MESSAGE): string {
  const text = JSON.stringify(shallow(message)) ?? 'null';
  return weightOf(text) <= most ? text : JSON.stringify(cutText(text, most));
}
