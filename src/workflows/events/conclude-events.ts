/** Gives events their outcome and logs one line for each, so that an outcome is found by the event id. */

import type { Finding } from '../../domain/decisions/finding.ts';
import { MAX_AUDIT_IDS, MAX_SENTENCE, truncateList, truncateText } from '../../domain/resources/limits.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import type { EventConclusion, EventOutcome, StoredEvent } from '../ports/events.ts';
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
  for (const event of events) logConcluded(deps, resource, event, conclusion.outcome);
}

/** Logs events whose outcome was stored. */
export function logConclusions(deps: Deps, resource: Resource, events: readonly StoredEvent[]): void {
  for (const { event, outcome } of events) if (outcome !== null) logConcluded(deps, resource, event, outcome);
}

function logConcluded(
  { log, metrics }: Deps,
  resource: Resource,
  { id: eventId, correlationId }: ConcludedEvent,
  outcome: EventOutcome,
): void {
  log.info({ resource: resource.id, eventId, correlationId, outcome }, 'event concluded');
  metrics.count('events', { outcome });
}

/** The event with this outcome, which is not stored yet. */
export function withConclusion(event: StoredEvent, conclusion: EventConclusion): StoredEvent {
  return { ...event, ...truncateConclusion(conclusion) };
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

/** The event of the message with the outcome evaluated, and events received well before the first read as covered. */
export function concludeWaitingEvents(
  { deps, resource, message, state, startedAt }: ReconcileContext,
  { snapshot, conclusive, findings, auditIds }: EventEvaluation,
): StoredEvent[] {
  const isOwn = ({ event }: StoredEvent) => event.id === message.event?.id;
  const own = state.waitingEvents.filter(isOwn);
  const violations = findings.filter(({ verdict }) => verdict === 'violation').length;
  const text = `Rules evaluated: ${findings.length}; violations that remain: ${violations}.`;
  const decided = findings.flatMap(({ decision }) => decision?.reasons ?? []);
  const reasons = [
    { code: 'evaluated' as const, text },
    ...new Map(decided.map((reason) => [reason.code, reason])).values(),
    ...slotsUnreadReasons(resource, own, snapshot),
  ];
  const evaluated = own.map((event) => withConclusion(event, { outcome: 'evaluated', auditIds, reasons }));
  if (!conclusive) return evaluated;
  const until = coveredBefore(startedAt, deps.options.settleSeconds);
  const covered = state.waitingEvents.filter((event) => !isOwn(event) && event.receivedAt <= until);
  const coveredText = `A look that began at ${startedAt.toISOString()} covers it.`;
  const conclusion: EventConclusion = {
    outcome: 'covered',
    auditIds,
    reasons: [{ code: 'covered', text: coveredText }, ...slotsUnreadReasons(resource, covered, snapshot)],
  };
  return [...evaluated, ...covered.map((event) => withConclusion(event, conclusion))];
}
