/**
 * Records a reconcile. Before the writes: the plan, so that intents and approvals survive a crash. At the end:
 * approvals, audit entries, findings, the resource state (under its version), and the outcome of the covered events.
 */

import { type Approval, isDecided, isOpen } from '../../domain/approvals/approval.ts';
import type { AuditRecord } from '../../domain/audit/audit.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import { type Resource, viewOf } from '../../domain/resources/resource.ts';
import { type DocumentView, documentViews } from '../../domain/resources/snapshot.ts';
import type { EffectiveRule } from '../../domain/rules/settings.ts';
import { approvalAfterWrite, storeApproval } from '../approvals/store-approval.ts';
import { concludeWaitingEvents } from '../events/conclude-events.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { AuditContext } from '../state/audit-records.ts';
import { activeDeclined } from '../state/decision-input.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { truncateResourceState } from '../state/resource-state.ts';
import { isSweepOnly } from './evaluate-rules.ts';
import type { ReconcilePlan } from './plan-reconcile.ts';
import type { ReconcileResult, SavedPlan } from './reconcile-result.ts';
import { minutesFromNow, scheduleWakeups } from './schedule-wakeups.ts';
import { updateChangers } from './update-changers.ts';

/** Saves intents and the ids of new approvals before anything is written. */
export async function savePlan(
  deps: Deps,
  resource: Resource,
  state: ReconcileState,
  plan: ReconcilePlan,
  context: AuditContext,
): Promise<SavedPlan> {
  const created = plan.approvals.store.filter(({ version }) => version === null).map(({ approval }) => approval);
  if (created.length === 0 && plan.changeSets.length === 0) return { version: state.version, wakeup: null };
  const resourceState: ResourceState = {
    ...state.resourceState,
    // A wake-up that continues needs the trigger.
    trigger: context.trigger,
    openApprovals: [...state.resourceState.openApprovals, ...created.map(({ id }) => id)],
    operations: plan.operations,
  };
  // The outcomes of earlier intents are in the log before the resource state drops them.
  if (plan.records.length > 0) await deps.audit.append(plan.records);
  const [version, wakeup] = await Promise.all([
    deps.resourceStates.save(resource, truncateResourceState(resourceState), state.version),
    plan.changeSets.length > 0 ? deps.wakeups.schedule(resource, minutesFromNow(deps, 1), 'open intent') : null,
    ...created.map(({ id, expiresAt }) =>
      deps.wakeups.schedule(resource, new Date(expiresAt), `approval ${id} expires`),
    ),
  ]);
  return { version, wakeup };
}

export async function recordOutcome(deps: Deps, resource: Resource, outcome: ReconcileResult): Promise<void> {
  const entries = await deps.audit.append(outcome.records);
  const approvals = await storeApprovals(deps, outcome);
  const findings = findingsOf(deps, resource, outcome, approvals);
  await deps.findings.replace(resource, findings);
  const resourceState = truncateResourceState(resourceStateOf(deps, outcome, findings, approvals));
  await deps.resourceStates.save(resource, resourceState, outcome.savedPlan.version);
  await scheduleWakeups(deps, resource, outcome, resourceState);
  const intents = outcome.outcomes.map(({ intent }) => intent.id);
  const auditIds = [
    ...new Set([...intents, ...entries.map(({ id }) => id), ...approvals.flatMap((one) => one.logged)]),
  ];
  const received = new Map(outcome.state.waitingEvents.map(({ event, receivedAt }) => [event.id, receivedAt]));
  for (const record of outcome.records) logRecord(deps, record, received.get(record.trigger?.eventId ?? ''));
  logDecisions(deps, findings, outcome);
  await concludeWaitingEvents(deps, resource, outcome, { findings, auditIds });
  deps.log.info(
    {
      resource: resource.id,
      eventId: outcome.message.event?.id,
      correlationId: outcome.context.trigger.correlationId,
      mode: outcome.context.mode,
      verdicts: countBy(findings.map(({ verdict }) => verdict)),
      actions: countBy(findings.flatMap(({ decision }) => decision?.action ?? [])),
      again: outcome.requeueSeconds,
      milliseconds: deps.clock.now().getTime() - outcome.firstRead.getTime(),
    },
    'evaluated',
  );
}

/**
 * Logs one line per audit record, with its correlation ids and changes. An automatic fix also logs its duration while
 * its event has no outcome. `receivedAt` is when that event was received.
 */
export function logRecord(deps: Deps, record: AuditRecord, receivedAt?: string): void {
  const isTimed = receivedAt !== undefined && record.kind === 'fix.applied' && record.approvalId === null;
  deps.log.info(
    {
      ...(isTimed ? { secondsFromEvent: (Date.parse(record.at) - Date.parse(receivedAt)) / 1000 } : {}),
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
function logDecisions(deps: Deps, findings: readonly Finding[], { state, context }: ReconcileResult): void {
  for (const { rule, resource, decision } of findings) {
    const before = state.resourceState.findings.find((finding) => finding.rule === rule)?.decision;
    if (!decision || before?.action === decision.action) continue;
    const reasons = decision.reasons.map(({ code }) => code);
    const logFields = { eventId: context.trigger.eventId, correlationId: context.trigger.correlationId };
    deps.log.info({ ...logFields, resource: resource.id, rule, action: decision.action, reasons }, 'decided');
  }
}

interface StoredApproval {
  readonly approval: Approval;
  readonly logged: readonly string[];
}

/** Stores the approvals that changed or were requested, and those whose changes were written. */
async function storeApprovals(deps: Deps, outcome: ReconcileResult): Promise<StoredApproval[]> {
  const versions = new Map(outcome.state.approvals.map(({ value, version }) => [value.id, version]));
  const stored: StoredApproval[] = [];
  for (const { approval, version } of outcome.approvals.store) {
    for (const record of approval.outbox) logRecord(deps, record);
    const { value } = await storeApproval(deps, approval, version);
    stored.push({ approval: value, logged: approval.outbox.map(({ id }) => id) });
  }
  for (const { attempt, intent, state, reasons, recordId } of outcome.outcomes) {
    // An approval that changed in this reconcile keeps its state, although an earlier attempt had no outcome yet.
    if (stored.some(({ approval }) => approval.id === attempt.approvalId)) continue;
    const found = outcome.state.approvals.find(({ value }) => value.id === attempt.approvalId)?.value;
    // A closed approval stays closed: only the resource state did not have the outcome yet.
    if (!found || !isOpen(found)) continue;
    const approval = approvalAfterWrite(found, { state, reasons }, [intent.id, recordId]);
    await deps.approvals.save(approval, versions.get(found.id) ?? null);
    stored.push({ approval, logged: [] });
  }
  return stored;
}

function findingsOf(
  deps: Deps,
  resource: Resource,
  outcome: ReconcileResult,
  stored: readonly StoredApproval[],
): Finding[] {
  const evaluatedAt = deps.clock.now().toISOString();
  const before = new Map(outcome.state.resourceState.findings.map((finding) => [finding.rule, finding]));
  const evaluated = outcome.evaluated.map(({ evaluation, decision, approvedDecision }): Finding => {
    const { rule, verdict, severity, tier, reason, changes } = evaluation;
    const previous = before.get(rule.id);
    const planned = outcome.approvals.byRule.get(rule.id);
    const approval = stored.find((one) => one.approval.id === planned?.id)?.approval ?? planned;
    const open = approval !== undefined && isOpen(approval);
    // For an approved change the remaining constraints count: housekeeping searches for holds.
    const current = open && isDecided(approval.status) ? approvedDecision : decision;
    return {
      rule: rule.id,
      title: rule.title,
      severity,
      tier,
      verdict,
      reason,
      resource: viewOf(resource),
      changes,
      references: rule.references,
      since: previous?.verdict === verdict ? previous.since : evaluatedAt,
      evaluatedAt,
      decision: current && open ? { ...current, approvalId: approval.id } : current,
    };
  });
  // Rules that only the sweep evaluates keep their last finding.
  const notEvaluated = rulesNotEvaluated(outcome).flatMap(({ rule }) => before.get(rule.id) ?? []);
  return [...evaluated, ...notEvaluated].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** The rules that apply to the resource and that this reconcile did not evaluate. */
function rulesNotEvaluated({ rules, evaluated }: ReconcileResult): readonly EffectiveRule[] {
  return rules.filter(({ rule }) => !evaluated.some(({ evaluation }) => evaluation.rule.id === rule.id));
}

/** The documents of this snapshot, and those of the last sweep that were not read now. */
function documentsOf({ snapshot, state: { resourceState } }: ReconcileResult): DocumentView[] {
  const read = documentViews(snapshot);
  const fromSweep = resourceState.documents.filter(({ name }) => isSweepOnly(snapshot.resource, name));
  return [...read, ...fromSweep.filter(({ name }) => !read.some((one) => one.name === name))];
}

function resourceStateOf(
  deps: Deps,
  outcome: ReconcileResult,
  findings: readonly Finding[],
  stored: readonly StoredApproval[],
): ResourceState {
  const { state, context, approvals, requeueSeconds } = outcome;
  const latest = new Map(state.approvals.map(({ value }) => [value.id, value]));
  for (const { approval } of stored) latest.set(approval.id, approval);
  const now = deps.clock.now();
  return {
    resource: context.resource,
    gone: false,
    evaluatedAt: now.toISOString(),
    fullyEvaluatedAt:
      rulesNotEvaluated(outcome).length === 0 ? now.toISOString() : state.resourceState.fullyEvaluatedAt,
    trigger: context.trigger,
    documents: documentsOf(outcome),
    findings,
    recheckAt: requeueSeconds === null ? null : new Date(now.getTime() + requeueSeconds * 1000).toISOString(),
    ...updateChangers(deps, outcome),
    history: outcome.history,
    openApprovals: [...latest.values()].filter(isOpen).map(({ id }) => id),
    declined: { ...activeDeclined(state, now), ...approvals.expired },
    operations: outcome.operations,
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
