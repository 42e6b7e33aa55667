/**
 * Puts a dead-lettered message back on its queue as a first attempt, and reopens its event, so that it gets its real
 * outcome. Doing it twice has the same effect as once. After a crash in between, the letter or a wake-up remains.
 */

import { Refusal } from '../../domain/approvals/refusal.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { queueOf } from '../events/requeue.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Deps } from '../ports/deps.ts';
import type { SweepPage, WorkMessage } from '../ports/work.ts';
import { sweepMessage } from '../ports/work.ts';

/** Throws Refusal: `not-found`, or `invalid` when the message can never be handled. */
export async function redriveDeadLetter(deps: Deps, id: string): Promise<void> {
  const letter = await deps.deadLetters.get(id);
  if (letter === null) throw new Refusal('not-found', 'There is no dead letter with this id.');
  if (letter === 'released') return;
  const message = parseMessage(letter);
  if (message === null) throw new Refusal('invalid', 'It is no message that Plumbline can handle, now or later.');
  const wakeup = await reopenEvent(deps, message, id);
  if ('list' in message) await deps.sweeps.send({ ...message, attempt: 0 }, 0);
  else await queueOf(deps, message).send({ ...message, attempt: 0 }, 0);
  await deps.deadLetters.markReleased(id);
  if (wakeup !== null) await deps.wakeups.cancel(wakeup);
  deps.log.info({ deadLetter: id, resource: letter.resource, queue: letter.queue }, 'dead letter redriven');
}

/** The message of a letter; null when it is not valid. */
export function parseMessage({ message }: DeadLetter): WorkMessage | SweepPage | null {
  return sweepMessage.safeParse(JSON.parse(message)).data ?? null;
}

/**
 * The event waits again. The wake-up is scheduled first: when the message does not reach the queue, housekeeping sends
 * it.
 */
async function reopenEvent(deps: Deps, message: WorkMessage | SweepPage, id: string): Promise<string | null> {
  const resource = 'list' in message ? null : parseResourceId(message.resource);
  if (!resource || 'list' in message || !message.event) return null;
  const inAMinute = new Date(deps.clock.now().getTime() + 60_000);
  const wakeup = await deps.wakeups.schedule(resource, inAMinute, `dead letter ${id} released`);
  await deps.events.reopen(resource, message.event.id);
  return wakeup;
}
