/**
 * Digests in audit entries: a reason with the code `digest`. It binds an entry to what was changed, so that a stored
 * row can be compared with the log.
 */
import type { Reason } from '../resources/reasons.ts';

export function digestReason(text: string): Reason {
  return { code: 'digest', text };
}

/** The digest in these reasons; null when there is none. */
export function digestIn(reasons: readonly Reason[]): string | null {
  return reasons.find(({ code }) => code === 'digest')?.text ?? null;
}
