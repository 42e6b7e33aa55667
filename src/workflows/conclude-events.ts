/** Events get their outcome, and each says so in a line of its own: what became of an event is found by its id. */
import type { Finding } from '../domain/finding.ts';
import { cutList, cutText, LONGEST_SENTENCE, MOST_AUDIT_IDS } from '../domain/limits.ts';
import type { Resource } from '../domain/resource.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Occasion } from './facts-of.ts';
import type { Facts } from './load-facts.ts';
import { slotsUnread } from './moved-configuration.ts';
import type { Conclusion, WorkMessage, World } from './ports.ts';
import { coveredBefore } from './settle-delay.ts';

export interface Concluded {
  readonly id: string;
  readonly correlationId?: string | null | undefined;
}

/** An event that has its outcome keeps it; its line may come twice when a process dies in between. */
export async function concludeEvents(
  world: World,
  resource: Resource,
  events: readonly Concluded[],
  conclusion: Conclusion,
): Promise<void> {
  const ids = events.map(({ id }) => id);
  await world.events.conclude(resource, ids, thatFits(conclusion));
  for (const { id: eventId, correlationId } of events) {
    world.log.info({ resource: resource.id, eventId, correlationId, outcome: conclusion.outcome }, 'event concluded');
  }
}

/** An outcome is stored with each of the events that have it. */
function thatFits({ outcome, auditIds, reasons }: Conclusion): Conclusion {
  const { kept, more } = cutList(auditIds, MOST_AUDIT_IDS);
  const rest = `${more} more entries of the log came of it; GET /api/audit lists those of the resource.`;
  const cut = reasons.map(({ code, text }) => ({ code, text: cutText(text, LONGEST_SENTENCE) }));
  return { outcome, auditIds: kept, reasons: more === 0 ? cut : [...cut, { code: 'evaluated', text: rest }] };
}

/** A look, as far as events care. */
interface Look {
  readonly message: WorkMessage;
  readonly facts: Facts;
  readonly occasion: Occasion;
  readonly snapshot: Snapshot;
  readonly firstRead: Date;
  /** Nothing was unknown from reading, and Azure had finished. */
  readonly clear: boolean;
  /** Seconds until the message comes back, or null when it is done. */
  readonly later: number | null;
}

/** The event that brought us here was evaluated; what was received well before the first read is covered by it. */
export async function concludeWaiting(
  world: World,
  resource: Resource,
  { message, facts, occasion, snapshot, firstRead, clear, later }: Look,
  findings: readonly Finding[],
  auditIds: readonly string[],
): Promise<void> {
  if (later !== null) return;
  const own = message.event?.id;
  const violations = findings.filter(({ verdict }) => verdict === 'violation').length;
  const text = `Rules evaluated: ${findings.length}; violations that remain: ${violations}.`;
  const decided = findings.flatMap(({ decision }) => decision?.reasons ?? []);
  const reasons = [
    { code: 'evaluated' as const, text },
    ...new Map(decided.map((reason) => [reason.code, reason])).values(),
    ...slotsUnread(
      resource,
      facts.waiting.filter(({ event }) => event.id === own),
      snapshot,
    ),
  ];
  if (own !== undefined) {
    const { correlationId } = occasion.trigger;
    await concludeEvents(world, resource, [{ id: own, correlationId }], { outcome: 'evaluated', auditIds, reasons });
  }
  if (!clear) return;
  const until = coveredBefore(firstRead, world.options.settleSeconds);
  const covered = facts.waiting.filter(({ event, receivedAt }) => event.id !== own && receivedAt <= until);
  const because = `A look that began at ${firstRead.toISOString()} covers it.`;
  await concludeEvents(
    world,
    resource,
    covered.map(({ event }) => event),
    {
      outcome: 'covered',
      auditIds,
      reasons: [{ code: 'covered', text: because }, ...slotsUnread(resource, covered, snapshot)],
    },
  );
}
