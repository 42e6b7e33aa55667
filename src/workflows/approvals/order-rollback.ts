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
import { applyChanges, type Change, digestOf, type PreservedValue } from '../../domain/changes/change.ts';
import { secretObstacle } from '../../domain/changes/plan-requests.ts';
import type { HealthGate } from '../../domain/health/gate.ts';
import { HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import { serviceActor } from '../../domain/resources/principal.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import type { AnyRule } from '../../domain/rules/rule.ts';
import { healthGateFor, modeFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue, withWakeup } from '../ports/enqueue.ts';
import { sealRecord } from '../ports/outbox.ts';
import type { StoredSettings } from '../ports/settings.ts';
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

/** waiting: the values cannot be read now, and nothing was decided. told: nothing is rolled back, and the log says why. */
export type OrderResult = 'ordered' | 'waiting' | 'told';

/** Orders the rollback, or tells people why there is none. Repeating it is harmless. */
export async function orderRollback(deps: Deps, fix: WorseFix): Promise<OrderResult> {
  const order = await orderOf(deps, fix);
  if (await deps.audit.get(order.toldId)) return 'told';
  const newId = deps.approvals.newId(deps.clock.now());
  const id = await deps.approvals.claimId(`${fix.entry.id}-health`, newId);
  const earlier = id === newId ? null : ((await deps.approvals.get(id))?.value ?? null);
  if (earlier) {
    await remember(deps, order, isOpen(earlier) ? id : null);
    await enqueue(deps, order.resource, 'decision');
    return 'ordered';
  }
  const plan = await planOrder(deps, order);
  if (plan.kind === 'waiting') return 'waiting';
  if (plan.kind === 'none') {
    await tell(deps, order, plan.why);
    return 'told';
  }
  await placeOrder(deps, order, approvalFor(order, plan, id));
  return 'ordered';
}

type Facts = Pick<AuditRecord, 'id' | 'at' | 'kind' | 'actor' | 'resource' | 'operationId' | 'trigger' | 'mode'>;

interface Order {
  readonly fix: WorseFix;
  readonly resource: Resource;
  readonly stored: StoredSettings;
  /** Null: it is gone. */
  readonly rule: AnyRule | null;
  /** What the entry `health.worse` has in any case. */
  readonly facts: Facts & { readonly rule: string };
  /** The id of the entry when nothing is rolled back. */
  readonly toldId: string;
}

async function orderOf(deps: Deps, fix: WorseFix): Promise<Order> {
  const { gate, entry } = fix;
  const { rule: ruleId, operationId, trigger } = entry;
  const resource = parseResourceId(gate.resource.id);
  if (!resource || ruleId === null) throw new Error(`the fix ${entry.id} names no resource and rule`);
  const stored = await loadSettings(deps);
  const toldId = recordId(`${operationId} ${ruleId}`, 'health.worse');
  return {
    ...{ fix, resource, stored, toldId, rule: deps.rules.find(({ id }) => id === ruleId) ?? null },
    facts: {
      ...{ id: toldId, at: gate.endedAt ?? gate.startedAt, kind: 'health.worse', resource: gate.resource },
      ...{ rule: ruleId, operationId, trigger, mode: modeFor(stored.settings, resource) },
      actor: serviceActor(await deps.arm.getIdentity()),
    },
  };
}

type Plan =
  | { readonly kind: 'waiting' }
  /** `why`: as a sentence. */
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'planned';
      readonly rule: AnyRule;
      readonly changes: readonly Change[];
      readonly preserved: readonly PreservedValue[];
    };

/** What is written back: only what is still as the fix wrote it. */
async function planOrder(deps: Deps, { fix, resource, stored, rule }: Order): Promise<Plan> {
  const { entry, isLastTry } = fix;
  const none = (why: string): Plan => ({ kind: 'none', why });
  if (!healthGateFor(stored.settings, resource).rollback) return none('the settings say so (healthGate.rollback).');
  const why = irreversibleReason(entry, rule);
  if (why !== null || rule === null) return none(why ?? 'its rule is gone.');
  if (await findPresent(deps, entry)) return none('a person has asked for it already.');
  const target = { entry, resource, rule };
  const snapshot = await deps.arm.read(resource, documentsOf(target), { fresh: true });
  const undo = planUndo(entry.changes, snapshot);
  if (undo.kind === 'unread') return isLastTry ? none('its values cannot be read.') : { kind: 'waiting' };
  if (undo.kind === 'moved') return none('its values are no longer those that the fix wrote.');
  const { changes } = undo;
  const preserved = preservedValues(deps, stored, target, applyChanges(snapshot, changes));
  const obstacle = secretObstacle(snapshot, changes, preserved);
  return obstacle === null ? { kind: 'planned', rule, changes, preserved } : none(obstacle);
}

/** The rule waits for a person on this app from now on. `approvalId`: its rollback, which is open; null when there is none. */
function remember(deps: Deps, { resource, facts }: Order, approvalId: string | null) {
  return updateResourceState(deps, resource, (state) => ({
    ...state,
    history: {
      ...state.history,
      [facts.rule]: { ...(state.history[facts.rule] ?? NO_HISTORY), worseAt: facts.at },
    },
    openApprovals:
      approvalId === null || state.openApprovals.includes(approvalId)
        ? state.openApprovals
        : [...state.openApprovals, approvalId],
  }));
}

async function tell(deps: Deps, order: Order, why: string): Promise<void> {
  const { facts, fix } = order;
  await remember(deps, order, null);
  const reasons = [{ code: 'health-gate' as const, text: fix.text }];
  const message = `${fix.text} Nothing is rolled back: ${why}`;
  await deps.audit.append([auditRecord({ ...facts, changes: fix.entry.changes, reasons, message })]);
}

function approvalFor(
  { fix, resource, stored, facts }: Order,
  { rule, changes, preserved }: Extract<Plan, { kind: 'planned' }>,
  id: string,
): Approval {
  const { entry, gate, text } = fix;
  const { at, actor } = facts;
  const digest = digestOf(resource, rule, 'rollback', changes);
  return {
    ...approvalOf(resource, rule, { purpose: 'rollback', digest, changes, preserved }),
    id,
    status: 'approved',
    source: rule.source(changes),
    changedBy: entry.trigger?.changedBy ?? null,
    reasons: [{ code: 'health-gate', text }],
    requestedAt: at,
    expiresAt: timeAfter(at, stored.settings.approvals.expireHours * HOUR_MS).toISOString(),
    decision: {
      by: { objectId: actor.objectId ?? SERVICE, name: actor.name ?? SERVICE },
      ...{ at, comment: null, decision: 'approve', changerUnknown: false },
    },
    auditIds: [entry.id],
    health: { gate: gate.id },
  };
}

/** Stores the rollback with its signed order, and queues the app. */
async function placeOrder(deps: Deps, order: Order, approval: Approval): Promise<void> {
  const { fix, resource, stored, facts } = order;
  const { id, changes, reasons, digest } = approval;
  const hold = readOnlyRefusal(stored.settings, resource);
  const record = auditRecord({
    ...facts,
    id: decisionId(id),
    approvalId: id,
    changes,
    reasons: [...reasons, digestReason(digest)],
    message: `${fix.text} The fix is rolled back.${hold === null ? '' : ` It is held. ${hold.message}`}`,
  });
  await withWakeup(deps, resource, `rollback ${id}`, async () => {
    // Listed before it is stored and after it, so that no reconcile sees one without the other.
    await remember(deps, order, id);
    await storeApproval(deps, { ...approval, outbox: [sealRecord(deps, record)] }, null);
    await remember(deps, order, id);
    await enqueue(deps, resource, 'decision');
  });
  const { gate } = fix;
  deps.log.warn(
    { approvalId: id, resource: resource.id, rule: facts.rule, gate: gate.id },
    'rollback ordered by a health gate',
  );
}

/** Plumbline, where its token has no object id. */
const SERVICE = 'Plumbline';
