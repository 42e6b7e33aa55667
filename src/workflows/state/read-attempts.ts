/** How often a message reads its resource until everything was read. */
import type { WorkMessage } from '../ports/work.ts';

/** After so many attempts to read everything, unread documents stay unknown. */
const MAX_READ_ATTEMPTS = 8;

export function mayReadAgain({ attempt }: Pick<WorkMessage, 'attempt'>): boolean {
  return attempt < MAX_READ_ATTEMPTS;
}
