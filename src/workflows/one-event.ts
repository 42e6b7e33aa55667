/** An event that concerns several resources is kept for each, and explained as one. */
import { parseResourceId } from '../domain/resource.ts';
import type { EventOutcome, StoredEvent } from './stores.ts';

/** From the outcome that says most about an event to the one that says least. */
const WORST_FIRST: readonly EventOutcome[] = ['dead', 'evaluated', 'covered', 'gone', 'ignored'];

/**
 * One event as it is kept for one resource or for several, each of which is then named in its reasons. It waits while one of
 * them waits. Null when there is none.
 */
export function asOne(parts: readonly StoredEvent[]): StoredEvent | null {
  const [first, ...others] = [...parts].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  if (first === undefined || others.length === 0) return first ?? null;
  const waits = parts.some(({ outcome }) => outcome === null);
  return {
    ...first,
    outcome: waits ? null : (WORST_FIRST.find((one) => parts.some(({ outcome }) => outcome === one)) ?? null),
    auditIds: [...new Set(parts.flatMap(({ auditIds }) => auditIds))],
    reasons: parts.flatMap(({ resource, reasons }) => {
      const name = parseResourceId(resource ?? '')?.name ?? 'no resource';
      return reasons.map(({ code, text }) => ({ code, text: `${name}: ${text}` }));
    }),
  };
}
