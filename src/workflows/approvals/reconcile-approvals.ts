/**
 * Compares every open approval with the fresh verdict: keep, clear, supersede, expire or execute. Requests a new
 * approval for each violation that is queued. This only plans: the reconcile stores the result.
 */

import { type Approval, type ApprovalTransition, isOpen, reconcileApproval } from '../../domain/approvals/approval.ts';
import type { Change } from '../../domain/changes/change.ts';
import { invertChanges } from '../../domain/changes/change.ts';
import { summarizeChanges } from '../../domain/changes/diff-summary.ts';
import type { DeclinedChange } from '../../domain/decisions/constraints.ts';
import { impactOf } from '../../domain/resources/documents.ts';
import { asCaller } from '../../domain/resources/principal.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { viewOf } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { Versioned } from '../ports/storage.ts';
import { type AuditContext, approvalRecord } from '../state/audit-records.ts';
import { CHANGER_UNKNOWN, isChangerKnown } from '../state/changers.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';

export interface ApprovalPlan {
  /** The approvals to store; `version` is null for new ones. */
  readonly store: readonly { readonly approval: Approval; readonly version: string | null }[];
  readonly execute: readonly Approval[];
  /** The open approval of each rule, by rule id. */
  readonly byRule: ReadonlyMap<string, Approval>;
  /** Changes whose approval expired. */
  readonly expired: Readonly<Record<string, DeclinedChange>>;
}

const MOVED: Reason = {
  code: 'moved',
  text: 'The resource changed after this approval was shown; nothing was written for it.',
};

export interface ApprovalTimes {
  readonly now: Date;
  readonly expireHours: number;
}

export function reconcileApprovals(
  resource: Resource,
  loaded: readonly Versioned<Approval>[],
  evaluated: readonly EvaluatedRule[],
  snapshot: Snapshot,
  context: AuditContext,
  times: ApprovalTimes,
  objections: Objections,
  newId: () => string,
): ApprovalPlan {
  const store: { approval: Approval; version: string | null }[] = [];
  const execute: Approval[] = [];
  const byRule = new Map<string, Approval>();
  const expired: Record<string, DeclinedChange> = {};
  for (const { value: approval, version } of loaded) {
    if (approval.purpose !== 'fix' || !isOpen(approval)) continue;
    const found = evaluated.find(({ evaluation }) => evaluation.rule.id === approval.rule.id) ?? null;
    const { evaluation = null, digest = null } = found ?? {};
    const settled = reconcileApproval(approval, { evaluation, digest, snapshot }, times.now);
    const transition = clearIfExempt(found) ?? withObjection(settled, approval, objections);
    const next = transition.kind === 'supersede' && found ? findSuccessor(approval, transition.moved, found) : null;
    const after = applyTransition(approval, transition, next?.id ?? null, found, context);
    // The successor is stored first: after a crash in between the pointer is valid.
    if (next && !loaded.some(({ value }) => value === next)) store.push({ approval: next, version: null });
    if (after !== approval) store.push({ approval: after, version });
    if (transition.kind === 'execute' && found?.approvedDecision?.action === 'fix') execute.push(approval);
    if (transition.kind === 'expire') expired[approval.digest] = expiredDecline(times.now);
    const open = [after, next].find((one) => one && isOpen(one));
    if (open) byRule.set(approval.rule.id, open);
  }
  for (const one of evaluated) {
    const { rule } = one.evaluation;
    if (one.decision?.action !== 'queue' || byRule.has(rule.id) || (one.digest && expired[one.digest])) continue;
    const requested = request([], one);
    if (!requested) continue;
    store.push({ approval: requested, version: null });
    byRule.set(rule.id, requested);
  }
  return { store, execute, byRule, expired };

  function findSuccessor(old: Approval, moved: readonly Change[], one: EvaluatedRule): Approval | null {
    if (one.decision?.action !== 'queue') return null;
    const existing = loaded.find(({ value }) => value !== old && isOpen(value) && value.digest === one.digest);
    return existing?.value ?? request(moved, one);
  }

  function request(
    moved: readonly Change[],
    { evaluation, digest, decision, changers }: EvaluatedRule,
  ): Approval | null {
    const { rule, changes, preserved, severity } = evaluation;
    const { listed, more } = summarizeChanges(moved);
    if (digest === null || decision === null) return null;
    const latest = changers.callers.at(-1);
    const isKnown = isChangerKnown(changers);
    const approval: Approval = {
      id: newId(),
      purpose: 'fix',
      status: 'pending',
      digest,
      resource: viewOf(resource),
      rule: {
        id: rule.id,
        version: rule.version,
        title: rule.title,
        severity,
        risk: rule.risk,
        impact: impactOf(resource.kind, changes),
        reversible: rule.reversible && invertChanges(changes) !== null,
      },
      changes,
      preserved,
      source: rule.source(changes),
      changedBy: latest ? asCaller(latest) : null,
      reasons: [...decision.reasons, ...moreMovedReason(more), ...(isKnown ? [] : [CHANGER_UNKNOWN])],
      requestedAt: times.now.toISOString(),
      expiresAt: new Date(times.now.getTime() + times.expireHours * 3_600_000).toISOString(),
      decision: null,
      supersededBy: null,
      moved: listed,
      auditIds: [],
      outbox: [],
    };
    const message = isKnown ? evaluation.reason : `${evaluation.reason} ${CHANGER_UNKNOWN.text}`;
    return withRecord(approval, context, 'approval.requested', message);
  }
}

/** Why a decided approval is not executed, by the id of the approval. */
export type Objections = ReadonlyMap<string, Reason>;

/** An approval that would be executed is superseded when there is an objection. */
export function withObjection(
  transition: ApprovalTransition,
  { id }: Approval,
  objections: Objections,
): ApprovalTransition {
  const reason = objections.get(id);
  return transition.kind === 'execute' && reason ? { kind: 'supersede', moved: [], reason } : transition;
}

/** An exemption clears the approval of a fix. It does not clear a rollback. */
function clearIfExempt(found: EvaluatedRule | null): ApprovalTransition | null {
  const reason = found?.decision?.reasons.find(({ code }) => code === 'exempt');
  return reason ? { kind: 'clear', reason } : null;
}

/** The approval after its transition; the same object when nothing changed. */
export function applyTransition(
  approval: Approval,
  transition: ApprovalTransition,
  supersededBy: string | null,
  found: EvaluatedRule | null,
  context: AuditContext,
): Approval {
  switch (transition.kind) {
    case 'clear': {
      const cleared: Approval = { ...approval, status: 'cleared', reasons: [transition.reason] };
      return withRecord(cleared, context, 'approval.cleared', transition.reason.text);
    }
    case 'supersede': {
      const reason = transition.reason ?? MOVED;
      const superseded: Approval = { ...approval, status: 'superseded', supersededBy, reasons: [reason] };
      return withRecord(superseded, context, 'approval.superseded', reason.text);
    }
    case 'expire':
      return withRecord({ ...approval, status: 'expired' }, context, 'approval.expired', 'Nobody decided in time.');
    case 'execute': {
      const decision = found?.approvedDecision;
      // Changes on hold stay approved. Changes that may never be written are blocked, with the reason.
      if (decision?.action !== 'report' || decision.reasons.some(({ code }) => code === 'mode-audit')) return approval;
      return approval.status === 'blocked' ? approval : { ...approval, status: 'blocked', reasons: decision.reasons };
    }
    case 'keep':
      return approval;
  }
}

function withRecord(
  approval: Approval,
  context: AuditContext,
  kind: 'approval.requested' | 'approval.cleared' | 'approval.superseded' | 'approval.expired',
  message: string,
): Approval {
  return { ...approval, outbox: [...approval.outbox, approvalRecord(context, approval, kind, message)] };
}

function moreMovedReason(more: number): Reason[] {
  return more === 0 ? [] : [{ code: 'moved', text: `${more} more values moved, which the approval has no room for.` }];
}

function expiredDecline(now: Date): DeclinedChange {
  return { status: 'expired', at: now.toISOString(), until: null };
}
