/** Gives events their outcome and logs one line for each, so that an outcome is found by the event id. */

import type { Finding } from '../../domain/decisions/finding.ts';
import { MAX_AUDIT_IDS, MAX_SENTENCE, truncateList, truncateText } from '../../domain/resources/limits.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import type { EventConclusion } from '../ports/events.ts';
import type { WorkMessage } from '../ports/work.ts';
import type { AuditContext } from '../state/audit-records.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
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

/** The part of a reconcile that matters to events. */
interface EventEvaluation {
  readonly message: WorkMessage;
  readonly state: ReconcileState;
  readonly context: AuditContext;
  readonly snapshot: Snapshot;
  readonly firstRead: Date;
  /** Everything was read, and Azure had finished provisioning. */
  readonly conclusive: boolean;
  /** Seconds until the message is handled again; null when it is done. */
  readonly requeueSeconds: number | null;
}

/** Concludes the event of the message as evaluated, and events received well before the first read as covered. */
export async function concludeWaitingEvents(
  deps: Deps,
  resource: Resource,
  { message, state, context, snapshot, firstRead, conclusive, requeueSeconds }: EventEvaluation,
  { findings, auditIds }: { readonly findings: readonly Finding[]; readonly auditIds: readonly string[] },
): Promise<void> {
  if (requeueSeconds !== null) return;
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
    const { correlationId } = context.trigger;
    await concludeEvents(deps, resource, [{ id: own, correlationId }], { outcome: 'evaluated', auditIds, reasons });
  }
  if (!conclusive) return;
  const until = coveredBefore(firstRead, deps.options.settleSeconds);
  const covered = state.waitingEvents.filter(({ event, receivedAt }) => event.id !== own && receivedAt <= until);
  const coveredText = `A look that began at ${firstRead.toISOString()} covers it.`;
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
