/**
 * A person has a fix put back. What is stored is an approval that they have decided: reconcile carries it out as it does
 * any other, after a fresh read. However often it is asked, there is one approval for an entry until it came to nothing.
 */
import { type Approval, type ApprovalDecision, isOpen } from '../domain/approval.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { applyChanges, type Change, digestOf, type Kept, samePlace } from '../domain/change.ts';
import { type DocumentName, documentOf, impactOf } from '../domain/documents.ts';
import { MOST_OPEN_APPROVALS } from '../domain/limits.ts';
import { listOfMoved, notListed } from '../domain/moved-list.ts';
import { whyNotWritten } from '../domain/plan.ts';
import type { Reason } from '../domain/reasons.ts';
import { Refusal } from '../domain/refusal.ts';
import { parseResourceId, type Resource, viewOf } from '../domain/resource.ts';
import { type Along, undoing, undoingMoved, whyIrreversible } from '../domain/rollback.ts';
import type { AnyRule } from '../domain/rule.ts';
import { defaultRules, modeFor, rulesFor } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { changeMemory } from './change-memory.ts';
import { currentSettings } from './change-settings.ts';
import { heedThrottling } from './heed-throttling.ts';
import { sealFact } from './outbox.ts';
import { StaleVersion, type StoredSettings, type World } from './ports.ts';
import { type Decider, decisionFact, refuseUnlessApprover, refuseWhileNotWriting } from './record-decision.ts';
import { type Deed, type Separated, separateDuties } from './separate-duties.ts';
import { storeApproval } from './store-approval.ts';
import { CHANGER_UNKNOWN } from './who-changed.ts';
import { writtenSince } from './written-since.ts';

export interface RollbackRequest {
  readonly entry: AuditEntry;
  readonly comment: string;
  readonly person: Decider;
}

/** What is known to be possible: the entry's resource and its rule. */
interface Undoable extends RollbackRequest {
  readonly resource: Resource;
  readonly rule: AnyRule;
}

/** Returns the approval as it stands then. Throws Refusal: decided, not-reversible, moved, mode or stop, forbidden, own change, changer unknown. */
export async function askRollback(world: World, request: RollbackRequest): Promise<Approval> {
  const { entry, person } = request;
  const rule = world.rules.find(({ id }) => id === entry.rule) ?? null;
  const resource = parseResourceId(entry.resource?.id ?? '');
  const why = whyIrreversible(entry, rule);
  if (why !== null || !rule || !resource) {
    const along =
      entry.alsoMoved.length > 0 ? ' What moved along with it is put back by a person, where it is declared.' : '';
    throw new Refusal('not-reversible', `${why ?? 'The entry names no resource.'}${along}`);
  }
  for (;;) {
    const { id, approval, failed } = await lastTry(world, entry);
    if (approval) return repeated(world, resource, approval, person);
    try {
      return await ask(world, { ...request, resource, rule }, id, failed);
    } catch (error) {
      // Somebody else was faster: theirs is the one.
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}

/**
 * The approval of the entry's rollback that waits or was carried out; null, with the id to use, when there is none.
 * `failed`: an earlier one was tried, and failed.
 */
async function lastTry(
  world: World,
  { id: entryId }: AuditEntry,
): Promise<{ id: string; approval: Approval | null; failed: boolean }> {
  let failed = false;
  for (let nth = 0; ; nth += 1) {
    const id = await world.approvals.claim(`${entryId}-${nth}`, world.approvals.newId(world.clock.now()));
    const approval = (await world.approvals.get(id))?.value ?? null;
    if (approval && approval.auditIds[0] !== entryId)
      throw new Error(`approval ${id} was claimed for the rollback of entry ${entryId}, and is about something else`);
    if (!approval || isOpen(approval) || approval.status === 'applied') return { id, approval, failed };
    failed ||= approval.status === 'failed';
  }
}

async function repeated(world: World, resource: Resource, approval: Approval, person: Decider): Promise<Approval> {
  const { decision } = approval;
  if (decision && decision.by.objectId !== person.objectId) {
    throw new Refusal('decided', `${decision.by.name} has had it put back at ${decision.at}.`);
  }
  if (isOpen(approval)) await putOnQueue(world, resource, approval.id);
  return approval;
}

async function ask(world: World, request: Undoable, id: string, failed: boolean): Promise<Approval> {
  const { entry, resource, rule, person } = request;
  const { arm } = heedThrottling(world, resource.subscriptionId, null);
  const snapshot = await arm.read(resource, documentsOf(request));
  const own = changesNow(entry, snapshot);
  const along = undoingMoved(entry.alsoMoved, snapshot, await whyLeave(world, request, failed));
  const settings = await currentSettings(world);
  refuseWhileNotWriting(settings, resource);
  refuseUnlessApprover(settings, resource, person);
  const separated = await separatedOf(world, settings, request);
  const now = world.clock.now();
  const decision: ApprovalDecision = {
    by: { objectId: person.objectId, name: person.name },
    at: now.toISOString(),
    comment: request.comment,
    decision: 'approve',
    changerUnknown: separated.changerUnknown,
  };
  const kept = keptWith(world, settings, request, snapshot, own);
  const why = whyNotWritten(snapshot, own, kept);
  if (why !== null) throw new Refusal('not-reversible', why);
  const approval = rollbackOf(world, request, id, { own, kept, along }, settings, decision, separated);
  // Set before anything is stored: if we do not come through to the queue, housekeeping does.
  const alarm = await world.alarms.set(resource, new Date(now.getTime() + 60_000), `rollback ${id}`);
  // Before it is stored: a crash then leaves an id without approval, which nobody minds, and not the reverse.
  await remember(world, resource, id);
  const { value } = await storeApproval(world, approval, null);
  // Again: a reconcile in between has forgotten an id that it found nothing under.
  await putOnQueue(world, resource, id);
  await world.alarms.clear(alarm);
  world.log.info({ approvalId: id, resource: resource.id, rule: rule.id, by: person.objectId }, 'rollback asked');
  return value;
}

/** What puts the entry back now. Throws Refusal `moved` with the difference. */
function changesNow(entry: AuditEntry, snapshot: Snapshot): readonly Change[] {
  const found = undoing(entry.changes, snapshot);
  if (found.kind === 'changes') return found.changes;
  const text =
    found.kind === 'moved'
      ? 'The values are no longer those that the fix wrote; what is there now is not ours to replace.'
      : 'The documents cannot be read now, so nobody knows whether the values are still those that the fix wrote.';
  throw new Refusal('moved', text, {
    moved: found.kind === 'moved' ? listOfMoved(found.moved).listed : [],
  });
}

/** Why nothing of what moved along with the fix is put back; null when it may be. */
async function whyLeave(world: World, { entry, resource }: Undoable, failed: boolean): Promise<string | null> {
  if (entry.alsoMoved.length === 0) return null;
  if (failed) return 'putting it back together with the fix has failed before';
  return writtenSince(world, resource, entry);
}

function documentsOf({ entry, resource, rule }: Undoable): DocumentName[] {
  const named = [...rule.documents, ...[...entry.changes, ...entry.alsoMoved].map(({ document }) => document)];
  return [...new Set<DocumentName>(['resource', ...named])].filter(
    (name) => documentOf(resource.kind, name)?.when === 'event',
  );
}

/** The siblings that must travel: those that the fix would take along again, once it is put back. */
function keptWith(
  { rules, options, clock }: World,
  { settings }: StoredSettings,
  { resource, rule }: Undoable,
  snapshot: Snapshot,
  changes: readonly Change[],
): readonly Kept[] {
  const defaults = { workspaceId: options.workspaceId };
  const known = [...rulesFor(settings, rules, resource, defaults), ...defaultRules(rules, resource, defaults)];
  const effective = known.find((one) => one.rule.id === rule.id);
  const judgement = rule.check(applyChanges(snapshot, changes), effective?.parameters, clock.now());
  return judgement.verdict === 'violation' ? (judgement.kept ?? []) : [];
}

/** Of those whose change the fix put right, and of those seen writing since. */
async function separatedOf(world: World, { settings }: StoredSettings, request: Undoable): Promise<Separated> {
  const { entry, resource, rule, person } = request;
  const fix = entry.approvalId === null ? null : await world.approvals.get(entry.approvalId);
  const named = [entry.trigger?.changedBy ?? [], fix?.value.changedBy ?? []].flat();
  const deed: Deed = { resource, rule: rule.id, purpose: 'rollback', by: person.objectId, named, namedAt: entry.at };
  return separateDuties(world, settings, deed);
}

/** What is written: the fix's own changes turned round with what must travel with them, and what moved along. */
interface WayBack {
  readonly own: readonly Change[];
  readonly kept: readonly Kept[];
  readonly along: Along;
}

function rollbackOf(
  world: World,
  { entry, resource, rule }: Undoable,
  id: string,
  { own, kept, along }: WayBack,
  { settings }: StoredSettings,
  decision: ApprovalDecision,
  separated: Separated,
): Approval {
  const expireHours = settings.approvals.expireHours * 3_600_000;
  const changes = [...own, ...along.changes];
  const beside = along.kept.filter((one) => ![...changes, ...kept].some((other) => samePlace(one, other)));
  const approval: Approval = {
    id,
    purpose: 'rollback',
    status: 'approved',
    digest: digestOf(resource, rule, 'rollback', changes),
    resource: viewOf(resource),
    rule: {
      id: rule.id,
      version: rule.version,
      title: rule.title,
      severity: rule.severity,
      risk: rule.risk,
      impact: impactOf(resource.kind, changes),
      reversible: rule.reversible,
    },
    changes,
    kept: [...kept, ...beside],
    source: rule.source(own),
    changedBy: entry.trigger?.changedBy ?? null,
    reasons: [
      { code: 'approved', text: `Puts back what the fix of ${entry.at} changed.` },
      ...reasonsOf(along, notListed(entry.reasons)),
      ...(separated.changerUnknown ? [CHANGER_UNKNOWN] : []),
    ],
    requestedAt: decision.at,
    expiresAt: new Date(Date.parse(decision.at) + expireHours).toISOString(),
    decision,
    supersededBy: null,
    moved: [],
    auditIds: [entry.id],
    unlogged: [],
  };
  const fact = decisionFact(approval, decision, modeFor(settings, resource), separated.remarks);
  return { ...approval, unlogged: [sealFact(world, fact)] };
}

/** `more`: how many moved that the entry does not list. */
function reasonsOf({ changes, left }: Along, more: number): Reason[] {
  const placeOf = ({ document, path }: Change) => `${document} ${path}`;
  const back = `What moved along with it goes back, too: ${changes.map(placeOf).join(', ')}.`;
  const stays = [
    ...left.map(({ change, why }) => `${placeOf(change)} (${why})`),
    ...(more === 0 ? [] : [`${more} more, which the entry of the fix has no room for`]),
  ];
  return [
    ...(changes.length === 0 ? [] : [{ code: 'also-moved' as const, text: back }]),
    ...(stays.length === 0
      ? []
      : [{ code: 'not-put-back' as const, text: `Moved along and left as it is: ${stays.join(', ')}.` }]),
  ];
}

async function putOnQueue(world: World, resource: Resource, id: string): Promise<void> {
  await remember(world, resource, id);
  await world.queue.send({ resource: resource.id, cause: 'decision', attempt: 0 }, 0);
}

/** Adds it to what reconcile holds against each fresh look. */
function remember(world: World, resource: Resource, id: string): Promise<void> {
  return changeMemory(world, resource, (memory) => {
    const { openApprovals } = memory;
    if (openApprovals.includes(id)) return memory;
    if (openApprovals.length < MOST_OPEN_APPROVALS) return { ...memory, openApprovals: [...openApprovals, id] };
    const text = `${MOST_OPEN_APPROVALS} approvals of this resource are open already; decide some of them first.`;
    throw new Refusal('not-reversible', text);
  });
}
