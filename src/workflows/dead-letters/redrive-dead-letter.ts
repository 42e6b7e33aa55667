/**
 * Puts a dead-lettered message back on its queue as a first attempt, and reopens its event, so that it gets its real
 * outcome. Doing it twice has the same effect as once. After a crash in between, the letter or a wake-up remains.
 */

import { Refusal } from '../../domain/approvals/refusal.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { sendMessage } from '../events/requeue.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Deps } from '../ports/deps.ts';
import { withWakeup } from '../ports/enqueue.ts';
import { type SweepMessage, sweepMessage } from '../ports/work.ts';

/** Throws Refusal: `not-found`, or `invalid` when the message can never be handled. */
export async function redriveDeadLetter(deps: Deps, id: string): Promise<void> {
  const letter = await deps.deadLetters.get(id);
  if (letter === null) throw new Refusal('not-found', 'There is no dead letter with this id.');
  if (letter === 'released') return;
  const message = parseMessage(letter);
  if (message === null) throw new Refusal('invalid', 'It is no message that Plumbline can handle, now or later.');
  const release = async () => {
    await sendMessage(deps, message, 0, 0);
    await deps.deadLetters.markReleased(id);
  };
  const event = 'resource' in message ? message.event : undefined;
  const resource = 'resource' in message ? parseResourceId(message.resource) : null;
  if (event && resource) {
    await withWakeup(deps, resource, `dead letter ${id} released`, async () => {
      // The event waits again.
      await deps.events.reopen(resource, event.id);
      await release();
    });
  } else await release();
  deps.log.info({ deadLetter: id, resource: letter.resource, queue: letter.queue }, 'dead letter redriven');
}

/** The message of a letter; null when it is not valid. */
export function parseMessage({ message }: DeadLetter): SweepMessage | null {
  return sweepMessage.safeParse(JSON.parse(message)).data ?? null;
}
