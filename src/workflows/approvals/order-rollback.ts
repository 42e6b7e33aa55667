/**
 * Orders the rollback of a fix that made its app worse. The order is the signed entry `health.worse`: it has the place of a
 * decision, bound to the digest of what is written back. A fix gets one such order, whatever ends in between.
 */
import type { Approval } from '../../domain/approvals/approval.ts';
import { isOpen } from '../../domain/approvals/approval.ts';
import { digestReason } from '../../domain/approvals/digests.ts';
import { readOnlyRefusal } from '../../domain/approvals/may-decide.ts';
import { irreversibleReason, planUndo } from '../../domain/approvals/rollback.ts';
import { type AuditEntry, type AuditRecord, recordId } from '../../domain/audit/audit.ts';
import { auditRecord } from '../../domain/audit/record.ts';
import { applyChanges, digestOf } from '../../domain/changes/change.ts';
import { secretObstacle } from '../../domain/changes/plan-requests.ts';
import type { HealthGate } from '../../domain/health/gate.ts';
import { HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import { serviceActor } from '../../domain/resources/principal.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import { healthGateFor, modeFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue, withWakeup } from '../ports/enqueue.ts';
import { sealRecord } from '../ports/outbox.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { updateResourceState } from '../state/resource-state.ts';
import { approvalOf } from './reconcile-approvals.ts';
import { decisionId } from './record-decision.ts';
import { documentsOf, preservedValues } from './request-rollback.ts';
import { findPresent } from './rollback-possibility.ts';
import { storeApproval } from './store-approval.ts';

export interface WorseFix {
  readonly gate: HealthGate;
  /** The signed outcome of the fix. */
  readonly entry: AuditEntry;
  /** What was found, as a sentence. */
  readonly text: string;
  /** Nothing more is read: what cannot be read now is not rolled back. */
  readonly isLastTry: boolean;
}

/** waiting: the values cannot be read now, and nothing was decided. told: why nothing is rolled back, as a sentence. */
export type OrderResult = { readonly kind: 'ordered' | 'waiting' } | { readonly kind: 'told'; readonly why: string };

/** Orders the rollback, or tells people why there is none. Repeating it is harmless. */
export async function orderRollback(deps: Deps, fix: WorseFix): Promise<OrderResult> {
  const { gate, entry } = fix;
  const rule = deps.rules.find(({ id }) => id === entry.rule) ?? null;
  const resource = parseResourceId(gate.resource.id);
  if (!resource || entry.rule === null) throw new Error(`the fix ${entry.id} names no resource and rule`);
  const stored = await loadSettings(deps);
  const { settings } = stored;
  const actor = serviceActor(await deps.arm.getIdentity());
  const toldId = recordId(`${entry.operationId} ${entry.rule}`, 'health.worse');
  const shared = {
    at: gate.endedAt ?? gate.startedAt,
    kind: 'health.worse' as const,
    resource: gate.resource,
    rule: entry.rule,
    mode: modeFor(settings, resource),
    operationId: entry.operationId,
    actor,
    trigger: entry.trigger,
  };
  const remember = (approvalId: string | null) =>
    updateResourceState(deps, resource, (state) => ({
      ...state,
      history: {
        ...state.history,
        [shared.rule]: { ...(state.history[shared.rule] ?? NO_HISTORY), worseAt: shared.at },
      },
      openApprovals:
        approvalId === null || state.openApprovals.includes(approvalId)
          ? state.openApprovals
          : [...state.openApprovals, approvalId],
    }));
  const tell = async (why: string): Promise<OrderResult> => {
    await remember(null);
    const reasons = [{ code: 'health-gate' as const, text: fix.text }];
    const message = `${fix.text} Nothing is rolled back: ${why}`;
    const record: AuditRecord = auditRecord({ ...shared, id: toldId, changes: entry.changes, reasons, message });
    await deps.audit.append([record]);
    return { kind: 'told', why };
  };

  if (await deps.audit.get(toldId)) return { kind: 'told', why: 'it was told before.' };
  const newId = deps.approvals.newId(deps.clock.now());
  const id = await deps.approvals.claimId(`${entry.id}-health`, newId);
  const earlier = id === newId ? null : ((await deps.approvals.get(id))?.value ?? null);
  if (earlier) {
    await remember(isOpen(earlier) ? id : null);
    await enqueue(deps, resource, 'decision');
    return { kind: 'ordered' };
  }
  if (!healthGateFor(settings, resource).rollback) return tell('the settings say so (healthGate.rollback).');
  const why = irreversibleReason(entry, rule);
  if (why !== null || rule === null) return tell(why ?? 'its rule is gone.');
  if (await findPresent(deps, entry)) return tell('a person has asked for it already.');
  const target = { entry, resource, rule };
  const snapshot = await deps.arm.read(resource, documentsOf(target), { fresh: true });
  const undo = planUndo(entry.changes, snapshot);
  if (undo.kind === 'unread' && !fix.isLastTry) return { kind: 'waiting' };
  if (undo.kind === 'unread') return tell('its values cannot be read.');
  if (undo.kind === 'moved') return tell('its values are no longer those that the fix wrote.');
  const { changes } = undo;
  const preserved = preservedValues(deps, stored, target, applyChanges(snapshot, changes));
  const obstacle = secretObstacle(snapshot, changes, preserved);
  if (obstacle !== null) return tell(obstacle);
  const digest = digestOf(resource, rule, 'rollback', changes);
  const approval: Approval = {
    ...approvalOf(resource, rule, { purpose: 'rollback', digest, changes, preserved }),
    id,
    status: 'approved',
    source: rule.source(changes),
    changedBy: entry.trigger?.changedBy ?? null,
    reasons: [{ code: 'health-gate', text: fix.text }],
    requestedAt: shared.at,
    expiresAt: timeAfter(shared.at, settings.approvals.expireHours * HOUR_MS).toISOString(),
    decision: {
      by: { objectId: actor.objectId ?? SERVICE, name: actor.name ?? SERVICE },
      ...{ at: shared.at, comment: null, decision: 'approve', changerUnknown: false },
    },
    auditIds: [entry.id],
    health: { gate: gate.id },
  };
  const hold = readOnlyRefusal(settings, resource);
  const held = hold === null ? '' : ` It is held. ${hold.message}`;
  const record = auditRecord({
    ...shared,
    id: decisionId(id),
    approvalId: id,
    changes,
    reasons: [...approval.reasons, digestReason(digest)],
    message: `${fix.text} The fix is rolled back.${held}`,
  });
  await withWakeup(deps, resource, `rollback ${id}`, async () => {
    // The rule waits for a person from now on: listed with it, so that no reconcile sees one without the other.
    await remember(id);
    await storeApproval(deps, { ...approval, outbox: [sealRecord(deps, record)] }, null);
    await remember(id);
    await enqueue(deps, resource, 'decision');
  });
  deps.log.warn(
    { approvalId: id, resource: resource.id, rule: rule.id, gate: gate.id },
    'rollback ordered by a health gate',
  );
  return { kind: 'ordered' };
}

/** Plumbline, where its token has no object id. */
const SERVICE = 'Plumbline';
