/**
 * Puts a message that was given up back on its queue, as if it came for the first time, and takes its event's outcome back,
 * so that the event gets its real one. Doing it twice does it once; a crash in between leaves the letter or an alarm.
 */
import { Refusal } from '../domain/refusal.ts';
import { parseResourceId } from '../domain/resource.ts';
import { queueOf } from './come-back.ts';
import { sweepMessage } from './messages.ts';
import type { DeadLetter, SweepPage, WorkMessage, World } from './ports.ts';

/** Throws Refusal: `not-found`, or `invalid` when what was given up is no message and can never be handled. */
export async function releaseLetter(world: World, id: string): Promise<void> {
  const letter = await world.deadLetters.get(id);
  if (letter === null) throw new Refusal('not-found', 'There is no dead letter with this id.');
  if (letter === 'released') return;
  const message = messageIn(letter);
  if (message === null) throw new Refusal('invalid', 'It is no message that Plumbline can handle, now or later.');
  const alarm = await reopen(world, message, id);
  if ('list' in message) await world.sweeps.send({ ...message, attempt: 0 }, 0);
  else await queueOf(world, message).send({ ...message, attempt: 0 }, 0);
  await world.deadLetters.release(id);
  if (alarm !== null) await world.alarms.clear(alarm);
  world.log.info({ deadLetter: id, resource: letter.resource, queue: letter.queue }, 'dead letter released');
}

/** The message of a letter, or null when it was none. */
export function messageIn({ message }: DeadLetter): WorkMessage | SweepPage | null {
  return sweepMessage.safeParse(JSON.parse(message)).data ?? null;
}

/** The event waits again. The alarm is set before: if we do not come through to the queue, housekeeping does. */
async function reopen(world: World, message: WorkMessage | SweepPage, id: string): Promise<string | null> {
  const resource = 'list' in message ? null : parseResourceId(message.resource);
  if (!resource || 'list' in message || !message.event) return null;
  const inAMinute = new Date(world.clock.now().getTime() + 60_000);
  const alarm = await world.alarms.set(resource, inAMinute, `dead letter ${id} released`);
  await world.events.reopen(resource, message.event.id);
  return alarm;
}
