/**
 * Compares every open approval with the fresh verdict: keep, clear, supersede, expire or execute. Requests a new
 * approval for each violation that is queued. This only plans: the reconcile stores the result.
 */

import { type Approval, type ApprovalTransition, isOpen, reconcileApproval } from '../../domain/approvals/approval.ts';
import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import { type Change, invertChanges } from '../../domain/changes/change.ts';
import { summarizeChanges } from '../../domain/changes/diff-summary.ts';
import type { DeclinedChange } from '../../domain/decisions/constraints.ts';
import type { Decision } from '../../domain/decisions/decide.ts';
import { impactOf } from '../../domain/resources/documents.ts';
import { HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import { sameJson } from '../../domain/resources/json.ts';
import { asCaller } from '../../domain/resources/principal.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { type Resource, viewOf } from '../../domain/resources/resource.ts';
import type { Versioned } from '../ports/storage.ts';
import { type AuditContext, approvalRecord } from '../state/audit-records.ts';
import { CHANGER_UNKNOWN, type Changers, isChangerKnown } from '../state/changers.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import type { ReconcileInput } from '../state/reconcile-context.ts';

/** An approval to store; `version` is null for a new one. */
export interface ApprovalToStore {
  readonly approval: Approval;
  readonly version: string | null;
}

export interface ApprovalPlan {
  readonly store: readonly ApprovalToStore[];
  /** What the approved fixes write, by rule id. */
  readonly approved: ReadonlyMap<string, ChangeSet>;
  /** The open approval of each rule, by rule id. */
  readonly byRule: ReadonlyMap<string, Approval>;
  /** Changes whose approval expired. */
  readonly expired: Readonly<Record<string, DeclinedChange>>;
}

const MOVED: Reason = {
  code: 'moved',
  text: 'The resource changed after this approval was shown; nothing was written for it.',
};

const APPROVED: Reason = { code: 'approved', text: 'A person approved this change.' };

export function reconcileApprovals(
  input: ReconcileInput,
  loaded: readonly Versioned<Approval>[],
  evaluated: readonly EvaluatedRule[],
  objections: Objections,
): ApprovalPlan {
  const { startedAt: now, audit } = input;
  const store: ApprovalToStore[] = [];
  const approved = new Map<string, ChangeSet>();
  const byRule = new Map<string, Approval>();
  const expired: Record<string, DeclinedChange> = {};
  for (const { value: approval, version } of loaded) {
    if (approval.purpose !== 'fix' || !isOpen(approval)) continue;
    const found = evaluated.find(({ evaluation }) => evaluation.rule.id === approval.rule.id) ?? null;
    const transition =
      clearIfExempt(found) ?? withObjection(transitionOf(input, approval, found), approval, objections);
    const next = transition.kind === 'supersede' && found ? findSuccessor(approval, transition.moved, found) : null;
    const applied = applyTransition(audit, approval, transition, {
      supersededBy: next?.id ?? null,
      decision: found?.approvedDecision ?? null,
    });
    const after = transition.kind === 'keep' ? withChangers(applied, found) : applied;
    // The successor is stored first: after a crash in between the pointer is valid.
    if (next && !loaded.some(({ value }) => value === next)) store.push({ approval: next, version: null });
    if (after !== approval) store.push({ approval: after, version });
    const isExecuted = transition.kind === 'execute' && found?.approvedDecision?.action === 'fix';
    if (isExecuted && found.changeSet && !approved.has(approval.rule.id)) {
      approved.set(approval.rule.id, { ...found.changeSet, approvalId: approval.id, reasons: [APPROVED] });
    }
    if (transition.kind === 'expire') {
      expired[approval.digest] = { status: 'expired', at: now.toISOString(), until: null };
    }
    const open = [after, next].find((one) => one && isOpen(one));
    if (open) byRule.set(approval.rule.id, open);
  }
  for (const one of evaluated) {
    const { rule } = one.evaluation;
    if (one.decision?.action !== 'queue' || byRule.has(rule.id)) continue;
    if (one.changeSet && expired[one.changeSet.digest]) continue;
    const requested = requestApproval(input, [], one);
    if (!requested) continue;
    store.push({ approval: requested, version: null });
    byRule.set(rule.id, requested);
  }
  return { store, approved, byRule, expired };

  function findSuccessor(old: Approval, moved: readonly Change[], one: EvaluatedRule): Approval | null {
    if (one.decision?.action !== 'queue') return null;
    const digest = one.changeSet?.digest;
    const existing = loaded.find(({ value }) => value !== old && isOpen(value) && value.digest === digest);
    return existing?.value ?? requestApproval(input, moved, one);
  }
}

function transitionOf(
  { snapshot, startedAt }: ReconcileInput,
  approval: Approval,
  found: EvaluatedRule | null,
): ApprovalTransition {
  const { evaluation = null, changeSet = null } = found ?? {};
  return reconcileApproval(approval, { evaluation, digest: changeSet?.digest ?? null, snapshot }, startedAt);
}

/** A new approval for this violation; null when there is nothing to write. `moved`: since the approval before. */
function requestApproval(
  { resource, audit, startedAt, state, newApprovalId }: ReconcileInput,
  moved: readonly Change[],
  { evaluation, changeSet, decision, changers }: EvaluatedRule,
): Approval | null {
  if (changeSet === null || decision === null) return null;
  const { rule, severity } = evaluation;
  const { purpose, digest, changes, preserved } = changeSet;
  const { expireHours } = state.settings.settings.approvals;
  const { listed, more } = summarizeChanges(moved);
  const latest = changers.callers.at(-1);
  const isKnown = isChangerKnown(changers);
  const reversible = rule.reversible && invertChanges(changes) !== null;
  const approval: Approval = {
    ...approvalOf(resource, { ...rule, severity, reversible }, { purpose, digest, changes, preserved }),
    id: newApprovalId(),
    status: 'pending',
    source: rule.source(changes),
    changedBy: latest ? asCaller(latest) : null,
    changers: keptChangers(changers),
    reasons: [...decision.reasons, ...moreMovedReason(more), ...(isKnown ? [] : [CHANGER_UNKNOWN])],
    requestedAt: startedAt.toISOString(),
    expiresAt: timeAfter(startedAt, expireHours * HOUR_MS).toISOString(),
    decision: null,
    moved: listed,
  };
  const message = isKnown ? evaluation.reason : `${evaluation.reason} ${CHANGER_UNKNOWN.text}`;
  return withRecord(approval, audit, 'approval.requested', message);
}

/** A pending approval with the changers as they are known now; the same object when they are the same. */
function withChangers(approval: Approval, found: EvaluatedRule | null): Approval {
  if (approval.status !== 'pending' || found === null) return approval;
  const changers = keptChangers(found.changers);
  return sameJson(changers, approval.changers) ? approval : { ...approval, changers };
}

/** What the list of approvals tells a person by, without reading the state of each resource. */
function keptChangers({ callers, complete }: Changers): NonNullable<Approval['changers']> {
  return { objectIds: callers.map(({ objectId }) => objectId), complete };
}

/** The part of a new approval that follows from its rule and its changes. */
export function approvalOf(
  resource: Resource,
  { id, version, title, severity, risk, reversible }: Omit<Approval['rule'], 'impact'>,
  changeSet: Pick<ChangeSet, 'purpose' | 'digest' | 'changes' | 'preserved'>,
) {
  const impact = impactOf(resource.kind, changeSet.changes);
  return {
    ...changeSet,
    resource: viewOf(resource),
    rule: { id, version, title, severity, risk, impact, reversible },
    supersededBy: null,
    moved: [],
    auditIds: [],
    outbox: [],
  };
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

/**
 * The approval after its transition; the same object when nothing changed. `decision`: the decision about its changes,
 * because they are approved.
 */
export function applyTransition(
  context: AuditContext,
  approval: Approval,
  transition: ApprovalTransition,
  { supersededBy, decision }: { readonly supersededBy: string | null; readonly decision: Decision | null },
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
