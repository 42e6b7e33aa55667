/**
 * What a reconcile leaves behind. Before anything is written: the plan, so that a crash finds its intents and approvals.
 * At the end: approvals, audit entries, findings, the memory (under the fence), and the outcome of the events it covers.
 */
import { type Approval, isDecided, isOpen } from '../domain/approval.ts';
import type { AuditFact } from '../domain/audit.ts';
import type { Finding } from '../domain/finding.ts';
import { type Resource, viewOf } from '../domain/resource.ts';
import type { EffectiveRule } from '../domain/settings.ts';
import { type DocumentView, documentViews, type Snapshot } from '../domain/snapshot.ts';
import { concludeWaiting } from './conclude-events.ts';
import type { Occasion } from './facts-of.ts';
import { fitted } from './fit-memory.ts';
import { declinedFor, isSweepOnly } from './judge.ts';
import type { Facts } from './load-facts.ts';
import type { WorkPlan } from './plan-work.ts';
import type { OpenOperation, ResourceMemory, WorkMessage, World } from './ports.ts';
import { rememberWho } from './remember-who.ts';
import type { EndedEntry } from './resolve-intents.ts';
import { minutesFrom, setAlarms } from './set-alarms.ts';
import type { ApprovalPlan, Judged } from './settle-approvals.ts';
import { afterWrite, storeApproval } from './store-approval.ts';

export interface Outcome {
  readonly facts: Facts;
  readonly remembered: Remembered;
  readonly occasion: Occasion;
  /** Those that hold for the resource. */
  readonly rules: readonly EffectiveRule[];
  /** Those that this look could judge, as they stand after what was written. */
  readonly judged: readonly Judged[];
  readonly snapshot: Snapshot;
  readonly approvals: ApprovalPlan;
  readonly operations: readonly OpenOperation[];
  readonly auditFacts: readonly AuditFact[];
  readonly ended: readonly EndedEntry[];
  /** By rule, what became of its fixes, those that ended now included. */
  readonly history: ResourceMemory['history'];
  readonly firstRead: Date;
  /** Nothing was unknown from reading, and Azure had finished. */
  readonly clear: boolean;
  /** Azure had finished with the resource, so that what meets a rule will go on doing so. */
  readonly finished: boolean;
  readonly message: WorkMessage;
  /** Seconds until this message comes back, or null when it is done. */
  readonly later: number | null;
}

export interface Remembered {
  readonly version: string | null;
  /** The alarm that brings somebody back to the intents if we do not come through. */
  readonly alarm: string | null;
}

/** Saves what is about to happen, when anything is: intents and the ids of new approvals. */
export async function rememberPlan(
  world: World,
  resource: Resource,
  facts: Facts,
  plan: WorkPlan,
  occasion: Occasion,
): Promise<Remembered> {
  const created = plan.approvals.store.filter(({ version }) => version === null).map(({ approval }) => approval);
  if (created.length === 0 && plan.wanted.length === 0) return { version: facts.version, alarm: null };
  const memory: ResourceMemory = {
    ...facts.memory,
    // Whoever is woken to go on must know what brought it up.
    trigger: occasion.trigger,
    openApprovals: [...facts.memory.openApprovals, ...created.map(({ id }) => id)],
    operations: plan.operations,
  };
  // What became of earlier intents is in the log before the memory forgets them.
  if (plan.facts.length > 0) await world.audit.append(plan.facts);
  const [version, alarm] = await Promise.all([
    world.memories.save(resource, fitted(memory), facts.version),
    plan.wanted.length > 0 ? world.alarms.set(resource, minutesFrom(world, 1), 'open intent') : null,
    ...created.map(({ id, expiresAt }) => world.alarms.set(resource, new Date(expiresAt), `approval ${id} expires`)),
  ]);
  return { version, alarm };
}

export async function recordOutcome(world: World, resource: Resource, outcome: Outcome): Promise<void> {
  const entries = await world.audit.append(outcome.auditFacts);
  const approvals = await storeApprovals(world, outcome);
  const findings = findingsOf(world, resource, outcome, approvals);
  await world.findings.replace(resource, findings);
  const memory = fitted(memoryOf(world, outcome, findings, approvals));
  await world.memories.save(resource, memory, outcome.remembered.version);
  await setAlarms(world, resource, outcome, memory);
  const intents = outcome.ended.map(({ intent }) => intent.id);
  const auditIds = [
    ...new Set([...intents, ...entries.map(({ id }) => id), ...approvals.flatMap((one) => one.logged)]),
  ];
  const received = new Map(outcome.facts.waiting.map(({ event, receivedAt }) => [event.id, receivedAt]));
  for (const fact of outcome.auditFacts) logFact(world, fact, received.get(fact.trigger?.eventId ?? ''));
  logDecisions(world, findings, outcome);
  await concludeWaiting(world, resource, outcome, findings, auditIds);
  world.log.info(
    {
      resource: resource.id,
      eventId: outcome.message.event?.id,
      correlationId: outcome.occasion.trigger.correlationId,
      mode: outcome.occasion.mode,
      verdicts: countBy(findings.map(({ verdict }) => verdict)),
      actions: countBy(findings.flatMap(({ decision }) => decision?.action ?? [])),
      again: outcome.later,
      milliseconds: world.clock.now().getTime() - outcome.firstRead.getTime(),
    },
    'evaluated',
  );
}

/**
 * One line of the log per fact: the ids that join it, and the leaves that it is about. A fix that no person decided says
 * how long it took, when its event still waits: `receivedAt` is when that came.
 */
export function logFact(world: World, fact: AuditFact, receivedAt?: string): void {
  const timed = receivedAt !== undefined && fact.kind === 'fix.applied' && fact.approvalId === null;
  world.log.info(
    {
      ...(timed ? { secondsFromEvent: (Date.parse(fact.at) - Date.parse(receivedAt)) / 1000 } : {}),
      auditId: fact.id,
      kind: fact.kind,
      resource: fact.resource?.id,
      rule: fact.rule,
      operationId: fact.operationId,
      approvalId: fact.approvalId,
      eventId: fact.trigger?.eventId,
      correlationId: fact.trigger?.correlationId,
      changes: fact.changes,
    },
    fact.message,
  );
}

/** One line per violation whose decision is a new one, so that non-actions are seen, too. */
function logDecisions(world: World, findings: readonly Finding[], { facts, occasion }: Outcome): void {
  for (const { rule, resource, decision } of findings) {
    const before = facts.memory.findings.find((finding) => finding.rule === rule)?.decision;
    if (!decision || before?.action === decision.action) continue;
    const reasons = decision.reasons.map(({ code }) => code);
    const joined = { eventId: occasion.trigger.eventId, correlationId: occasion.trigger.correlationId };
    world.log.info({ ...joined, resource: resource.id, rule, action: decision.action, reasons }, 'decided');
  }
}

interface StoredApproval {
  readonly approval: Approval;
  readonly logged: readonly string[];
}

/** Stores the approvals that were settled or asked for, and those whose changes were carried out. */
async function storeApprovals(world: World, outcome: Outcome): Promise<StoredApproval[]> {
  const versions = new Map(outcome.facts.approvals.map(({ value, version }) => [value.id, version]));
  const stored: StoredApproval[] = [];
  for (const { approval, version } of outcome.approvals.store) {
    for (const fact of approval.unlogged) logFact(world, fact);
    const { value } = await storeApproval(world, approval, version);
    stored.push({ approval: value, logged: approval.unlogged.map(({ id }) => id) });
  }
  for (const { entry, intent, state, reasons, factId } of outcome.ended) {
    // What was settled in this look, while an earlier attempt at it had no outcome yet, stays so.
    if (stored.some(({ approval }) => approval.id === entry.approvalId)) continue;
    const found = outcome.facts.approvals.find(({ value }) => value.id === entry.approvalId)?.value;
    // What is final stays so: then only the memory did not know it yet.
    if (!found || !isOpen(found)) continue;
    const approval = afterWrite(found, { state, reasons }, [intent.id, factId]);
    await world.approvals.save(approval, versions.get(found.id) ?? null);
    stored.push({ approval, logged: [] });
  }
  return stored;
}

function findingsOf(world: World, resource: Resource, outcome: Outcome, stored: readonly StoredApproval[]): Finding[] {
  const evaluatedAt = world.clock.now().toISOString();
  const before = new Map(outcome.facts.memory.findings.map((finding) => [finding.rule, finding]));
  const judged = outcome.judged.map(({ evaluation, decision, approvedDecision }): Finding => {
    const { rule, verdict, severity, tier, reason, changes } = evaluation;
    const known = before.get(rule.id);
    const planned = outcome.approvals.byRule.get(rule.id);
    const approval = stored.find((one) => one.approval.id === planned?.id)?.approval ?? planned;
    const open = approval !== undefined && isOpen(approval);
    // Once a person has approved it, what counts is what still holds it: housekeeping looks for holds.
    const standing = open && isDecided(approval.status) ? approvedDecision : decision;
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
      since: known?.verdict === verdict ? known.since : evaluatedAt,
      evaluatedAt,
      decision: standing && open ? { ...standing, approvalId: approval.id } : standing,
    };
  });
  // What only the sweep judges stands until the next one.
  const standing = rulesLeft(outcome).flatMap(({ rule }) => before.get(rule.id) ?? []);
  return [...judged, ...standing].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** The rules that hold for the resource, and that this look did not judge. */
function rulesLeft({ rules, judged }: Outcome): readonly EffectiveRule[] {
  return rules.filter(({ rule }) => !judged.some(({ evaluation }) => evaluation.rule.id === rule.id));
}

/** What was read, and what the last sweep read where this look did not. */
function documentsOf({ snapshot, facts: { memory } }: Outcome): DocumentView[] {
  const read = documentViews(snapshot);
  const swept = memory.documents.filter(({ name }) => isSweepOnly(snapshot.resource, name));
  return [...read, ...swept.filter(({ name }) => !read.some((one) => one.name === name))];
}

function memoryOf(
  world: World,
  outcome: Outcome,
  findings: readonly Finding[],
  stored: readonly StoredApproval[],
): ResourceMemory {
  const { facts, occasion, approvals, later } = outcome;
  const latest = new Map(facts.approvals.map(({ value }) => [value.id, value]));
  for (const { approval } of stored) latest.set(approval.id, approval);
  const now = world.clock.now();
  return {
    resource: occasion.resource,
    gone: false,
    evaluatedAt: now.toISOString(),
    completeAt: rulesLeft(outcome).length === 0 ? now.toISOString() : facts.memory.completeAt,
    trigger: occasion.trigger,
    documents: documentsOf(outcome),
    findings,
    lookAgainAt: later === null ? null : new Date(now.getTime() + later * 1000).toISOString(),
    ...rememberWho(world, outcome),
    history: outcome.history,
    openApprovals: [...latest.values()].filter(isOpen).map(({ id }) => id),
    declined: { ...declinedFor(facts, now), ...approvals.expired },
    operations: outcome.operations,
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
