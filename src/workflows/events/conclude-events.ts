/** Gives events their outcome and logs one line for each, so that an outcome is found by the event id. */

import type { Finding } from '../../domain/decisions/finding.ts';
import { MAX_AUDIT_IDS, MAX_SENTENCE, truncateList, truncateText } from '../../domain/resources/limits.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import type { EventConclusion } from '../ports/events.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { slotsUnreadReasons } from './configuration-moves.ts';
import { coveredBefore } from './settle-delay.ts';

export interface ConcludedEvent {
  readonly id: string;
  readonly correlationId?: string | null | undefined;
}

/** An event that has an outcome keeps it. Its log line may appear twice when the process ends in between. */
export async function concludeEvents(
  deps: Deps,
  resource: Resource,
  events: readonly ConcludedEvent[],
  conclusion: EventConclusion,
): Promise<void> {
  const ids = events.map(({ id }) => id);
  await deps.events.conclude(resource, ids, truncateConclusion(conclusion));
  for (const { id: eventId, correlationId } of events) {
    deps.log.info({ resource: resource.id, eventId, correlationId, outcome: conclusion.outcome }, 'event concluded');
    deps.metrics.count('events', { outcome: conclusion.outcome });
  }
}

/** Truncates an outcome, because it is stored with each of its events. */
function truncateConclusion({ outcome, auditIds, reasons }: EventConclusion): EventConclusion {
  const { kept, more } = truncateList(auditIds, MAX_AUDIT_IDS);
  const rest = `${more} more entries of the log came of it; GET /api/audit lists those of the resource.`;
  const truncated = reasons.map(({ code, text }) => ({ code, text: truncateText(text, MAX_SENTENCE) }));
  return {
    outcome,
    auditIds: kept,
    reasons: more === 0 ? truncated : [...truncated, { code: 'evaluated', text: rest }],
  };
}

/** What a reconcile found, as far as it matters to events. */
interface EventEvaluation {
  readonly snapshot: Snapshot;
  /** Everything was read, and Azure had finished provisioning. */
  readonly conclusive: boolean;
  readonly findings: readonly Finding[];
  readonly auditIds: readonly string[];
}

/** Concludes the event of the message as evaluated, and events received well before the first read as covered. */
export async function concludeWaitingEvents(
  { deps, resource, message, state, audit, startedAt }: ReconcileContext,
  { snapshot, conclusive, findings, auditIds }: EventEvaluation,
): Promise<void> {
  const own = message.event?.id;
  const violations = findings.filter(({ verdict }) => verdict === 'violation').length;
  const text = `Rules evaluated: ${findings.length}; violations that remain: ${violations}.`;
  const decided = findings.flatMap(({ decision }) => decision?.reasons ?? []);
  const reasons = [
    { code: 'evaluated' as const, text },
    ...new Map(decided.map((reason) => [reason.code, reason])).values(),
    ...slotsUnreadReasons(
      resource,
      state.waitingEvents.filter(({ event }) => event.id === own),
      snapshot,
    ),
  ];
  if (own !== undefined) {
    const { correlationId } = audit.trigger;
    await concludeEvents(deps, resource, [{ id: own, correlationId }], { outcome: 'evaluated', auditIds, reasons });
  }
  if (!conclusive) return;
  const until = coveredBefore(startedAt, deps.options.settleSeconds);
  const covered = state.waitingEvents.filter(({ event, receivedAt }) => event.id !== own && receivedAt <= until);
  const coveredText = `A look that began at ${startedAt.toISOString()} covers it.`;
  await concludeEvents(
    deps,
    resource,
    covered.map(({ event }) => event),
    {
      outcome: 'covered',
      auditIds,
      reasons: [{ code: 'covered', text: coveredText }, ...slotsUnreadReasons(resource, covered, snapshot)],
    },
  );
}
