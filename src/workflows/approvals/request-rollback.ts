/**
 * Requests the rollback of a fix. The request is stored as a decided approval, and the reconcile executes it after a
 * fresh read. An entry has one such approval at a time, however often it is requested.
 */

import { type Approval, type ApprovalDecision, isOpen } from '../../domain/approvals/approval.ts';
import type { Decider } from '../../domain/approvals/may-decide.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import {
  irreversibleReason,
  planSideEffectUndo,
  planUndo,
  type SideEffectUndo,
} from '../../domain/approvals/rollback.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { applyChanges, type Change, digestOf, isSamePlace, type PreservedValue } from '../../domain/changes/change.ts';
import { omittedCount, summarizeChanges } from '../../domain/changes/diff-summary.ts';
import { secretObstacle } from '../../domain/changes/plan-requests.ts';
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import { HOUR_MS, SECOND_MS, timeAfter } from '../../domain/resources/durations.ts';
import { MAX_OPEN_APPROVALS } from '../../domain/resources/limits.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { AnyRule } from '../../domain/rules/rule.ts';
import { defaultRules, modeFor, rulesFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue, withWakeup } from '../ports/enqueue.ts';
import { sealRecord } from '../ports/outbox.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { retryOnConflict } from '../ports/storage.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { CHANGER_UNKNOWN } from '../state/changers.ts';
import { findWriteSince } from '../state/find-write-since.ts';
import { updateResourceState } from '../state/resource-state.ts';
import { approvalOf } from './reconcile-approvals.ts';
import { decisionRecord, refuseIfReadOnly, refuseUnlessApprover } from './record-decision.ts';
import { checkSeparationOfDuties, type ProposedDecision, type SeparationResult } from './separation-of-duties.ts';
import { storeApproval } from './store-approval.ts';

export interface RollbackRequest {
  readonly entry: AuditEntry;
  readonly comment: string;
  readonly person: Decider;
}

/** A request whose entry names a known resource and rule. */
interface RollbackTarget extends RollbackRequest {
  readonly resource: Resource;
  readonly rule: AnyRule;
}

/**
 * Returns the approval. Throws Refusal: decided, not-reversible, moved, audit-mode, stopped, forbidden, own-change,
 * changer-unknown.
 */
export async function requestRollback(deps: Deps, request: RollbackRequest): Promise<Approval> {
  const { entry, person } = request;
  const { rule, resource } = refuseIrreversible(deps, entry);
  return retryOnConflict(async () => {
    const { id, approval, failed } = await findPreviousRollback(deps, entry);
    if (approval) return repeatRequest(deps, resource, approval, person);
    return createRollback(deps, { ...request, resource, rule }, id, failed);
  });
}

/** The rule and the resource of an entry. Throws Refusal `not-reversible`. */
export function refuseIrreversible(
  { rules }: Pick<Deps, 'rules'>,
  entry: AuditEntry,
): { readonly rule: AnyRule; readonly resource: Resource } {
  const rule = rules.find(({ id }) => id === entry.rule) ?? null;
  const resource = parseResourceId(entry.resource?.id ?? '');
  const why = irreversibleReason(entry, rule);
  if (why === null && rule && resource) return { rule, resource };
  const note =
    entry.alsoMoved.length > 0 ? ' What moved along with it is put back by a person, where it is declared.' : '';
  throw new Refusal('not-reversible', `${why ?? 'The entry names no resource.'}${note}`);
}

/**
 * The rollback of this entry that is open or was applied; null, with the id to use, when there is none. `failed`: an
 * earlier one failed.
 */
async function findPreviousRollback(
  deps: Deps,
  { id: entryId }: AuditEntry,
): Promise<{ id: string; approval: Approval | null; failed: boolean }> {
  let failed = false;
  for (let nth = 0; ; nth += 1) {
    const newId = deps.approvals.newId(deps.clock.now());
    const id = await deps.approvals.claimId(`${entryId}-${nth}`, newId);
    // An id that was claimed just now has no approval.
    const approval = id === newId ? null : ((await deps.approvals.get(id))?.value ?? null);
    if (approval && approval.auditIds[0] !== entryId)
      throw new Error(`approval ${id} was claimed for the rollback of entry ${entryId}, and is about something else`);
    if (!approval || isOpen(approval) || approval.status === 'applied') return { id, approval, failed };
    failed ||= approval.status === 'failed';
  }
}

async function repeatRequest(deps: Deps, resource: Resource, approval: Approval, person: Decider): Promise<Approval> {
  refuseDecided(approval, person);
  if (isOpen(approval)) await listAndEnqueue(deps, resource, approval.id);
  return approval;
}

/** Throws Refusal `decided` when somebody else requested this rollback. */
export function refuseDecided({ decision }: Approval, person: Decider): void {
  if (decision && decision.by.objectId !== person.objectId) {
    throw new Refusal('decided', `${decision.by.name} has had it put back at ${decision.at}.`);
  }
}

async function createRollback(deps: Deps, request: RollbackTarget, id: string, failed: boolean): Promise<Approval> {
  const { entry, resource, rule, person } = request;
  // As before each message: another instance may have stored a wait, which the read below respects.
  await deps.guards.readThrottle(resource.subscriptionId);
  const snapshot = await deps.arm.read(resource, documentsOf(request));
  const fixChanges = rollbackChanges(deps, entry, snapshot);
  const sideEffects = planSideEffectUndo(entry.alsoMoved, snapshot, await findReasonToLeave(deps, request, failed));
  const settings = await loadSettings(deps);
  refuseIfReadOnly(settings, resource);
  refuseUnlessApprover(settings, resource, person);
  const separation = await checkSeparation(deps, settings, request);
  const now = deps.clock.now();
  const decision: ApprovalDecision = {
    by: { objectId: person.objectId, name: person.name },
    at: now.toISOString(),
    comment: request.comment,
    decision: 'approve',
    changerUnknown: separation.changerUnknown,
  };
  const preserved = preservedValues(deps, settings, request, applyChanges(snapshot, fixChanges));
  const why = secretObstacle(snapshot, fixChanges, preserved);
  if (why !== null) throw new Refusal('not-reversible', why);
  const { expireHours } = settings.settings.approvals;
  const approval: Approval = {
    ...buildApproval(request, { changes: fixChanges, preserved, sideEffects }, separation),
    id,
    decision,
    requestedAt: decision.at,
    expiresAt: timeAfter(decision.at, expireHours * HOUR_MS).toISOString(),
  };
  const record = decisionRecord(approval, decision, modeFor(settings.settings, resource), separation.remarks);
  const stored = await withWakeup(deps, resource, `rollback ${id}`, async () => {
    // Listed before it is stored: a crash then leaves an id without an approval, which is harmless, and not the reverse.
    await addOpenApproval(deps, resource, id);
    const { value } = await storeApproval(deps, { ...approval, outbox: [sealRecord(deps, record)] }, null);
    // Listed again: a reconcile in between has dropped an id without an approval.
    await listAndEnqueue(deps, resource, id);
    return value;
  });
  deps.log.info({ approvalId: id, resource: resource.id, rule: rule.id, by: person.objectId }, 'rollback requested');
  return stored;
}

/** The changes that revert the entry now. Throws Refusal `moved` with the difference. */
function rollbackChanges({ clock, options }: Deps, entry: AuditEntry, snapshot: Snapshot): readonly Change[] {
  const found = planUndo(entry.changes, snapshot);
  if (found.kind === 'changes') return found.changes;
  const waitSeconds = throttledSeconds(snapshot, options.pauses.throttledSeconds);
  if (found.kind === 'unread' && waitSeconds > 0) {
    const from = timeAfter(clock.now(), waitSeconds * SECOND_MS).toISOString();
    const text = `Azure has asked this subscription to wait, so the values cannot be compared now. Try again after ${from}.`;
    throw new Refusal('moved', text, { moved: [] }, waitSeconds);
  }
  const text =
    found.kind === 'moved'
      ? 'The values are no longer those that the fix wrote; what is there now is not ours to replace.'
      : 'The documents cannot be read now, so nobody knows whether the values are still those that the fix wrote.';
  throw new Refusal('moved', text, {
    moved: found.kind === 'moved' ? summarizeChanges(found.moved).listed : [],
  });
}

/** The longest wait in seconds for a throttled document; 0 when none was. `first`: when Azure requested no certain time. */
function throttledSeconds({ documents }: Snapshot, first: number): number {
  const waits = Object.values(documents).map((state) =>
    state.status === 'failed' && state.throttled ? (state.retryAfter ?? first) : 0,
  );
  return Math.max(0, ...waits);
}

/** Why no side effect of the fix is reverted; null when they may be. */
async function findReasonToLeave(
  deps: Deps,
  { entry, resource }: RollbackTarget,
  failed: boolean,
): Promise<string | null> {
  if (entry.alsoMoved.length === 0) return null;
  if (failed) return 'putting it back together with the fix has failed before';
  return findWriteSince(deps, resource, entry);
}

/** The documents that a rollback of this entry compares. */
export function documentsOf({
  entry,
  resource,
  rule,
}: Pick<RollbackTarget, 'entry' | 'resource' | 'rule'>): DocumentName[] {
  const named = [...rule.documents, ...[...entry.changes, ...entry.alsoMoved].map(({ document }) => document)];
  return [...new Set<DocumentName>(['resource', ...named])].filter(
    (name) => documentOf(resource.kind, name)?.readOn === 'event',
  );
}

/** The preserved values: those that the fix would send along again after the rollback. */
export function preservedValues(
  { rules, options, clock }: Deps,
  { settings }: StoredSettings,
  { resource, rule }: Pick<RollbackTarget, 'resource' | 'rule'>,
  rolledBack: Snapshot,
): readonly PreservedValue[] {
  const defaults = { workspaceId: options.workspaceId };
  const effectiveRules = [...rulesFor(settings, rules, resource, defaults), ...defaultRules(rules, resource, defaults)];
  const effective = effectiveRules.find((one) => one.rule.id === rule.id);
  const result = rule.check(rolledBack, effective?.parameters, clock.now());
  return result.verdict === 'violation' ? (result.preserved ?? []) : [];
}

/** Checks the changers whose change the fix reverted, and those who wrote the resource since. */
export async function checkSeparation(
  deps: Deps,
  { settings }: StoredSettings,
  request: Omit<RollbackTarget, 'comment'>,
): Promise<SeparationResult> {
  const { entry, resource, rule, person } = request;
  const fix = entry.approvalId === null ? null : await deps.approvals.get(entry.approvalId);
  const namedChangers = [entry.trigger?.changedBy ?? [], fix?.value.changedBy ?? []].flat();
  const proposed: ProposedDecision = {
    resource,
    rule: rule.id,
    purpose: 'rollback',
    by: person.objectId,
    namedChangers,
    namedAt: entry.at,
  };
  return checkSeparationOfDuties(deps, settings, proposed);
}

/** What a rollback writes: the inverted changes of the fix with their preserved values, and the side effects. */
interface RollbackChanges {
  readonly changes: readonly Change[];
  readonly preserved: readonly PreservedValue[];
  readonly sideEffects: SideEffectUndo;
}

/** The approval without its id and its decision. */
function buildApproval(
  { entry, resource, rule }: RollbackTarget,
  { changes: own, preserved, sideEffects }: RollbackChanges,
  separated: SeparationResult,
): Omit<Approval, 'id' | 'decision' | 'requestedAt' | 'expiresAt'> {
  const changes = [...own, ...sideEffects.changes];
  const added = sideEffects.preserved.filter(
    (one) => ![...changes, ...preserved].some((other) => isSamePlace(one, other)),
  );
  const digest = digestOf(resource, rule, 'rollback', changes);
  return {
    ...approvalOf(resource, rule, { purpose: 'rollback', digest, changes, preserved: [...preserved, ...added] }),
    status: 'approved',
    source: rule.source(own),
    changedBy: entry.trigger?.changedBy ?? null,
    reasons: [
      { code: 'approved', text: `Puts back what the fix of ${entry.at} changed.` },
      ...sideEffectReasons(sideEffects, omittedCount(entry.reasons)),
      ...(separated.changerUnknown ? [CHANGER_UNKNOWN] : []),
    ],
    auditIds: [entry.id],
  };
}

/** `more`: the number of side effects that the entry does not list. */
function sideEffectReasons({ changes, kept }: SideEffectUndo, more: number): Reason[] {
  const pathOf = ({ document, path }: Change) => `${document} ${path}`;
  const revertedText = `What moved along with it goes back, too: ${changes.map(pathOf).join(', ')}.`;
  const keptPaths = [
    ...kept.map(({ change, why }) => `${pathOf(change)} (${why})`),
    ...(more === 0 ? [] : [`${more} more, which the entry of the fix has no room for`]),
  ];
  return [
    ...(changes.length === 0 ? [] : [{ code: 'also-moved' as const, text: revertedText }]),
    ...(keptPaths.length === 0
      ? []
      : [{ code: 'not-put-back' as const, text: `Moved along and left as it is: ${keptPaths.join(', ')}.` }]),
  ];
}

async function listAndEnqueue(deps: Deps, resource: Resource, id: string): Promise<void> {
  await addOpenApproval(deps, resource, id);
  await enqueue(deps, resource, 'decision');
}

/** Adds the approval to those that the next reconcile compares with the snapshot. */
function addOpenApproval(deps: Deps, resource: Resource, id: string): Promise<void> {
  return updateResourceState(deps, resource, (resourceState) => {
    const { openApprovals } = resourceState;
    if (openApprovals.includes(id)) return resourceState;
    if (openApprovals.length < MAX_OPEN_APPROVALS) return { ...resourceState, openApprovals: [...openApprovals, id] };
    const text = `${MAX_OPEN_APPROVALS} approvals of this resource are open already; decide some of them first.`;
    throw new Refusal('not-reversible', text);
  });
}
