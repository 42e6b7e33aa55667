/**
 * Records a reconcile at its end: exemptions for rollbacks, audit entries, approvals, findings, wake-ups; and last the
 * resource state (under its version), the outcome of the covered events, and the release of the lease, in one step.
 */

import { type Approval, isDecided, isOpen } from '../../domain/approvals/approval.ts';
import { type Attempt, attemptsToStore, hasEnded, recordsToLog } from '../../domain/approvals/attempt.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import { SECOND_MS, timeAfter } from '../../domain/resources/durations.ts';
import { viewOf } from '../../domain/resources/resource.ts';
import { type DocumentView, documentViews, isProvisioned, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { ApprovalToStore } from '../approvals/reconcile-approvals.ts';
import { approvalAfterWrite, storeApproval } from '../approvals/store-approval.ts';
import { concludeWaitingEvents, logConclusions } from '../events/conclude-events.ts';
import { nextRequeue, resultAfterRecord } from '../events/requeue.ts';
import { scheduleWakeups } from '../events/schedule-wakeups.ts';
import { storeExemption } from '../exemptions/grant-exemption.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { Result } from '../ports/work.ts';
import { activeDeclined, type DecisionFacts, type EvaluatedRule } from '../state/decision-input.ts';
import { updateHistory } from '../state/fix-history.ts';
import { logDecisions, logEvaluated, logRecord } from '../state/log-lines.ts';
import { markForSweep } from '../state/mark-for-sweep.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { truncateResourceState } from '../state/resource-state.ts';
import type { AppliedPlan } from './attempt-outcomes.ts';
import type { Claim } from './claim.ts';
import type { Assessment } from './evaluate.ts';
import { evaluateRules, isSweepOnly } from './evaluate-rules.ts';
import { exemptionsForRollbacks } from './exempt-rollbacks.ts';
import { listFindings } from './list-findings.ts';
import type { ReconcilePlan } from './plan-reconcile.ts';
import type { SavedPlan } from './remember.ts';
import { updateChangers } from './update-changers.ts';

/** The results of the phases before. */
export interface ReconcilePhases {
  readonly assessment: Assessment;
  readonly plan: ReconcilePlan;
  readonly claimed: Claim;
  /** The earlier attempts, and those that were made now. */
  readonly attempts: readonly Attempt[];
  readonly saved: SavedPlan;
  readonly applied: AppliedPlan;
}

/** What is recorded. */
interface Recorded extends ReconcilePhases {
  readonly facts: DecisionFacts;
  /** The verdicts after the writes. */
  readonly evaluated: readonly EvaluatedRule[];
  /** Seconds until the message is handled again; null when it is done. */
  readonly requeueSeconds: number | null;
}

export async function recordOutcome(context: ReconcileContext, phases: ReconcilePhases): Promise<Result> {
  const { deps, resource, lease, message, state } = context;
  const { applied, attempts, saved } = phases;
  const running = phases.plan.running;
  const { conclusive, seconds } = nextRequeue(deps, message, { ...applied, running });
  const facts = await factsAfterWrites(context, phases);
  const outcome: Recorded = {
    ...phases,
    facts,
    // What was not written is as it was judged.
    evaluated: evaluateRules(
      context,
      facts,
      facts.snapshot === context.snapshot ? phases.assessment.evaluated.map(({ evaluation }) => evaluation) : undefined,
    ),
    requeueSeconds: seconds,
  };
  const records = recordsToLog(attempts);
  const received = new Map(state.waitingEvents.map(({ event, receivedAt }) => [event.id, receivedAt]));
  const entries = await deps.audit.append(records, received);
  const approvals = await storeApprovals(context, outcome);
  const findings = findingsOf(context, outcome, approvals);
  const { version, listedAt } = await listFindings(context, findings, {
    ...saved,
    fullyEvaluatedAt: fullyEvaluatedAtOf(context),
  });
  const resourceState = truncateResourceState({
    ...resourceStateOf(context, outcome, findings, approvals),
    listedAt,
  });
  const wakeup = await scheduleWakeups(context, resourceState);
  await markForSweep(context, findings);
  const intents = attempts.filter(hasEnded).map(({ intent }) => intent.id);
  const auditIds = [
    ...new Set([...intents, ...entries.map(({ id }) => id), ...approvals.flatMap((one) => one.logged)]),
  ];
  const evaluation = { snapshot: applied.snapshot, conclusive, findings, auditIds };
  const concluded = seconds === null ? concludeWaitingEvents(context, evaluation) : [];
  await lease.complete({ resourceState, version, concluded });
  if (saved.wakeup !== null && saved.wakeup !== wakeup) await deps.wakeups.cancel(saved.wakeup);
  for (const record of records) logRecord(deps, record, received.get(record.trigger?.eventId ?? ''));
  logDecisions(context, findings);
  logConclusions(deps, resource, concluded);
  logEvaluated(context, findings, seconds);
  deps.metrics.count('evaluations');
  return resultAfterRecord(message, seconds, applied);
}

/**
 * The facts after the writes. The exemption of a rollback is stored here, before its outcome is in the log: a logged
 * rollback has its exemption.
 */
async function factsAfterWrites(
  context: ReconcileContext,
  { assessment, plan, claimed, applied, attempts }: ReconcilePhases,
): Promise<DecisionFacts> {
  const { resourceState } = context.state;
  const added = await exemptionsForRollbacks(context, assessment.exemptions, applied.attempts);
  for (const one of added) await storeExemption(context.deps, one);
  const now = context.deps.clock.now();
  return {
    now,
    snapshot: applied.snapshot,
    evidence: assessment.evidence,
    exemptions: [...assessment.exemptions, ...added],
    history: updateHistory(resourceState.history, attempts, now),
    declined: { ...resourceState.declined, ...plan.expired },
    retryFailing: false,
    budgetHold: claimed.budgetHold,
  };
}

interface StoredApproval {
  readonly approval: Approval;
  readonly logged: readonly string[];
}

/** Stores the approvals that changed or were requested, and those whose changes were written. */
async function storeApprovals(
  { deps, state }: ReconcileContext,
  { plan, claimed, attempts }: ReconcilePhases,
): Promise<StoredApproval[]> {
  const stored: StoredApproval[] = [];
  const toStore: readonly ApprovalToStore[] = [...plan.store, ...claimed.store];
  for (const { approval, version } of toStore) {
    for (const record of approval.outbox) logRecord(deps, record);
    const { value } = await storeApproval(deps, approval, version);
    stored.push({ approval: value, logged: approval.outbox.map(({ id }) => id) });
  }
  for (const attempt of attempts.filter(hasEnded)) {
    // An approval that changed in this reconcile keeps its state, although an earlier attempt had no outcome yet.
    if (stored.some(({ approval }) => approval.id === attempt.approvalId)) continue;
    const found = state.approvals.find(({ value }) => value.id === attempt.approvalId);
    // A closed approval stays closed: only the resource state did not have the outcome yet.
    if (!found || !isOpen(found.value)) continue;
    const approval = approvalAfterWrite(found.value, attempt);
    await deps.approvals.save(approval, found.version);
    stored.push({ approval, logged: [] });
  }
  return stored;
}

function findingsOf(
  context: ReconcileContext,
  { plan, evaluated }: Pick<Recorded, 'plan' | 'evaluated'>,
  stored: readonly StoredApproval[],
): Finding[] {
  const { deps, resource, state } = context;
  const evaluatedAt = deps.clock.now().toISOString();
  const before = new Map(state.resourceState.findings.map((finding) => [finding.rule, finding]));
  const fresh = evaluated.map(({ evaluation, decision, approvedDecision, basis }): Finding => {
    const { rule, verdict, severity, tier, reason, changes } = evaluation;
    const previous = before.get(rule.id);
    const planned = plan.byRule.get(rule.id);
    const approval = stored.find((one) => one.approval.id === planned?.id)?.approval ?? planned;
    const open = approval !== undefined && isOpen(approval);
    // For an approved change the remaining constraints count: housekeeping searches for holds.
    const approved = open && isDecided(approval.status);
    const current = approved ? approvedDecision : decision;
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
      ...(verdict === 'violation' || basis.parameters !== undefined
        ? { basis: approved ? { ...basis, approved } : basis }
        : {}),
    };
  });
  // Rules that only the sweep evaluates keep their last finding.
  const notEvaluated = context.rules.filter((one) => !context.dueRules.includes(one));
  const kept = notEvaluated.flatMap(({ rule }) => before.get(rule.id) ?? []);
  return [...fresh, ...kept].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** The documents of this snapshot, and those of the last sweep that were not read now. */
function documentsOf(snapshot: Snapshot, { documents }: ResourceState): DocumentView[] {
  const read = documentViews(snapshot);
  const fromSweep = documents.filter(({ name }) => isSweepOnly(snapshot.resource, name));
  return [...read, ...fromSweep.filter(({ name }) => !read.some((one) => one.name === name))];
}

/** When every rule was last evaluated. */
function fullyEvaluatedAtOf({ deps, state, rules, dueRules }: ReconcileContext): string | null {
  return dueRules.length === rules.length ? deps.clock.now().toISOString() : state.resourceState.fullyEvaluatedAt;
}

function resourceStateOf(
  context: ReconcileContext,
  { assessment, plan, facts, evaluated, attempts, applied, requeueSeconds }: Recorded,
  findings: readonly Finding[],
  stored: readonly StoredApproval[],
): Omit<ResourceState, 'listedAt'> {
  const { deps, state, audit } = context;
  const latest = new Map(state.approvals.map(({ value }) => [value.id, value]));
  for (const { approval } of stored) latest.set(approval.id, approval);
  const now = deps.clock.now();
  const { evidence } = assessment;
  const provisioned = !plan.running && isProvisioned(applied.snapshot);
  return {
    resource: audit.resource,
    gone: false,
    evaluatedAt: now.toISOString(),
    fullyEvaluatedAt: fullyEvaluatedAtOf(context),
    trigger: audit.trigger,
    documents: documentsOf(applied.snapshot, state.resourceState),
    findings,
    recheckAt: requeueSeconds === null ? null : timeAfter(now, requeueSeconds * SECOND_MS).toISOString(),
    ...updateChangers(context, { evidence, evaluated, provisioned, attempts }),
    history: facts.history,
    openApprovals: [...latest.values()].filter(isOpen).map(({ id }) => id),
    declined: {
      ...activeDeclined(state, { declined: state.resourceState.declined, evidence, now }),
      ...plan.expired,
    },
    attempts: attemptsToStore(attempts),
  };
}
