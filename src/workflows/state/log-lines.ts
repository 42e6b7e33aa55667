/** The log lines about what a reconcile recorded and decided. */
import type { AuditRecord } from '../../domain/audit/audit.ts';
import { fixOf } from '../../domain/audit/counters.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import { secondsBetween } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/**
 * Logs one line per audit record, with its correlation ids and changes, and counts outcomes of changes. The duration of
 * an automatic fix counts while its event has no outcome. `receivedAt` is when that event was received.
 */
export function logRecord(deps: Deps, record: AuditRecord, receivedAt?: string): void {
  const isTimed = receivedAt !== undefined && record.kind === 'fix.applied' && record.approvalId === null;
  const secondsFromEvent = isTimed ? secondsBetween(receivedAt, record.at) : null;
  const fix = fixOf(record.kind);
  if (fix) deps.metrics.count('fixes', fix);
  if (secondsFromEvent !== null) deps.metrics.observe('timeToFix', secondsFromEvent);
  deps.log.info(
    {
      ...(secondsFromEvent === null ? {} : { secondsFromEvent }),
      auditId: record.id,
      kind: record.kind,
      resource: record.resource?.id,
      rule: record.rule,
      operationId: record.operationId,
      approvalId: record.approvalId,
      eventId: record.trigger?.eventId,
      correlationId: record.trigger?.correlationId,
      changes: record.changes,
    },
    record.message,
  );
}

/** Logs one line per violation whose decision is new. So decisions against a fix are visible, too. */
export function logDecisions({ deps, state, audit }: ReconcileContext, findings: readonly Finding[]): void {
  for (const { rule, resource, decision } of findings) {
    const before = state.resourceState.findings.find((finding) => finding.rule === rule)?.decision;
    if (!decision || before?.action === decision.action) continue;
    const reasons = decision.reasons.map(({ code }) => code);
    const logFields = { eventId: audit.trigger.eventId, correlationId: audit.trigger.correlationId };
    deps.log.info({ ...logFields, resource: resource.id, rule, action: decision.action, reasons }, 'decided');
  }
}

/** Logs that the resource was evaluated. `again`: seconds until the message is handled again; null when it is done. */
export function logEvaluated(
  { deps, resource, message, audit, startedAt }: ReconcileContext,
  findings: readonly Finding[],
  again: number | null,
): void {
  deps.log.info(
    {
      resource: resource.id,
      eventId: message.event?.id,
      correlationId: audit.trigger.correlationId,
      mode: audit.mode,
      verdicts: countBy(findings.map(({ verdict }) => verdict)),
      actions: countBy(findings.flatMap(({ decision }) => decision?.action ?? [])),
      again,
      milliseconds: deps.clock.now().getTime() - startedAt.getTime(),
    },
    'evaluated',
  );
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
