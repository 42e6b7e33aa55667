/**
 * A person decides an approval. Only the decision is stored, bound to the digest that was shown; the resource is put on
 * the queue, where reconcile carries it out after a fresh read. Two people at once: the store lets one decision stand.
 */
import type { Approval, ApprovalDecision, Person } from '../domain/approval.ts';
import { type AuditFact, factId } from '../domain/audit.ts';
import { digestReason } from '../domain/digests.ts';
import { Refusal } from '../domain/refusal.ts';
import { parseResourceId, type Resource } from '../domain/resource.ts';
import { approversFor, modeFor } from '../domain/settings.ts';
import { currentSettings } from './change-settings.ts';
import { sealFact } from './outbox.ts';
import { StaleVersion, type StoredSettings, type Versioned, type World } from './ports.ts';
import { reasonsThen, type Separated, separateDuties } from './separate-duties.ts';
import { storeApproval } from './store-approval.ts';

export interface DecisionRequest {
  readonly approvalId: string;
  readonly decision: 'approve' | 'reject';
  /** What the person was shown; rejecting needs none. */
  readonly digest: string | null;
  readonly comment: string | null;
  readonly person: Decider;
}

/** Who decides, with the object ids of the groups that are known of them (lower case). */
export interface Decider extends Person {
  readonly groups?: readonly string[];
}

/** Returns the approval as it stands then. Throws Refusal, in the order that the contract gives. */
export async function recordDecision(world: World, request: DecisionRequest): Promise<Approval> {
  for (;;) {
    const found = await world.approvals.get(request.approvalId);
    if (!found) throw new Refusal('not-found', `There is no approval '${request.approvalId}'.`);
    try {
      return await decideOnce(world, request, found);
    } catch (error) {
      // Somebody else was faster: their change decides what we may still do.
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}

async function decideOnce(world: World, request: DecisionRequest, found: Versioned<Approval>): Promise<Approval> {
  const { value: approval } = found;
  const now = world.clock.now();
  if (isRepetition(approval, request)) return approval;
  const resource = parseResourceId(approval.resource.id);
  if (!resource) throw new Error(`approval ${approval.id} names no resource`);
  refuseWhenOver(approval, now);
  const settings = await currentSettings(world);
  // Rejecting needs no digest; a wrong one still shows that the person looked at something else.
  if (request.decision === 'approve' || request.digest !== null) refuseOtherDigest(approval, request);
  if (request.decision === 'approve') {
    refuseWhileNotWriting(settings, resource);
    refuseUnlessApprover(settings, resource, request.person);
  }
  const separated =
    request.decision === 'approve' ? await separatedOf(world, settings, resource, approval, request) : null;
  const decision: ApprovalDecision = {
    by: { objectId: request.person.objectId, name: request.person.name },
    at: now.toISOString(),
    comment: request.comment,
    decision: request.decision,
    changerUnknown: separated?.changerUnknown ?? false,
  };
  const seen: Approval = separated
    ? {
        ...approval,
        changedBy: approval.changedBy ?? separated.changedBy,
        reasons: reasonsThen(approval, separated),
      }
    : approval;
  const mode = modeFor(settings.settings, resource);
  const decided: Approval = {
    ...seen,
    status: request.decision === 'approve' ? 'approved' : 'rejected',
    decision,
    unlogged: [...approval.unlogged, sealFact(world, decisionFact(seen, decision, mode, separated?.remarks ?? []))],
  };
  // Set before the decision is stored: if we do not come through to the queue, housekeeping does.
  const alarm = await world.alarms.set(resource, new Date(now.getTime() + 60_000), `approval ${approval.id} decided`);
  const { value: stored } = await storeApproval(world, decided, found.version);
  // The log had another decision: the row was put back to an older one.
  if (!isRepetition(stored, request)) refuseWhenOver(stored, now);
  await world.queue.send({ resource: resource.id, cause: 'decision', attempt: 0 }, 0);
  await world.alarms.clear(alarm);
  world.log.info(
    { approvalId: approval.id, resource: resource.id, rule: approval.rule.id, by: request.person.objectId },
    `approval ${stored.status}`,
  );
  return stored;
}

function separatedOf(
  world: World,
  { settings }: StoredSettings,
  resource: Resource,
  { rule, purpose, changedBy, requestedAt: namedAt }: Approval,
  { person }: DecisionRequest,
): Promise<Separated> {
  const named = changedBy ? [changedBy] : [];
  return separateDuties(world, settings, { resource, rule: rule.id, purpose, by: person.objectId, named, namedAt });
}

function isRepetition({ decision, digest }: Approval, request: DecisionRequest): boolean {
  return (
    decision !== null &&
    decision.by.objectId === request.person.objectId &&
    decision.decision === request.decision &&
    (request.decision === 'reject' || request.digest === digest)
  );
}

function refuseWhenOver(approval: Approval, now: Date): void {
  const { status, decision, supersededBy } = approval;
  const expired = status === 'expired' || (status === 'pending' && Date.parse(approval.expiresAt) <= now.getTime());
  if (expired) throw new Refusal('expired', `This approval expired at ${approval.expiresAt}.`);
  if (decision !== null) {
    throw new Refusal('decided', `${decision.by.name} decided this approval at ${decision.at}: ${decision.decision}.`);
  }
  if (status === 'superseded' || status === 'cleared') {
    const text =
      status === 'cleared'
        ? 'What this approval would change is already right.'
        : 'The resource changed after this approval was shown; look at the new one.';
    throw new Refusal('superseded', text, supersededBy === null ? {} : { supersededBy });
  }
}

function refuseOtherDigest(approval: Approval, request: DecisionRequest): void {
  if (request.digest === approval.digest) return;
  throw new Refusal(
    'digest-mismatch',
    'The digest is not that of this approval; look at it again and decide what you see.',
  );
}

/** Where the settings name approvers, only they approve; anybody with the role may still reject. */
export function refuseUnlessApprover({ settings }: StoredSettings, resource: Resource, person: Decider): void {
  const named = approversFor(settings, resource);
  const own = [person.objectId.toLowerCase(), ...(person.groups ?? [])];
  if (named !== null && !own.some((id) => named.includes(id))) {
    throw new Refusal(
      'forbidden',
      'The settings name the approvers of this resource (scopes[].approvers), and neither you nor a group in your token is one of them.',
    );
  }
}

export function refuseWhileNotWriting({ settings }: StoredSettings, resource: Resource): void {
  if (modeFor(settings, resource) === 'audit') {
    throw new Refusal('audit-mode', 'Mode audit writes nothing; an operator must choose another mode first.');
  }
  if (settings.stopped) throw new Refusal('stopped', `The service is stopped: ${settings.stopped.reason}`);
}

/** Approving and rejecting share it: the log takes one decision. */
export function decisionId(approvalId: string): string {
  return factId(approvalId, 'decision');
}

/** That a person has decided, as it enters the log. `remarks` are told behind the comment. */
export function decisionFact(
  approval: Approval,
  decision: ApprovalDecision,
  mode: ReturnType<typeof modeFor>,
  remarks: readonly string[],
): AuditFact {
  const kind = decision.decision === 'approve' ? 'approval.approved' : 'approval.rejected';
  return {
    id: decisionId(approval.id),
    at: decision.at,
    kind,
    resource: approval.resource,
    rule: approval.rule.id,
    mode,
    operationId: null,
    approvalId: approval.id,
    actor: { type: 'user', ...decision.by },
    trigger: { type: 'decision' },
    changes: approval.changes,
    alsoMoved: [],
    reasons: [...approval.reasons, digestReason(approval.digest)],
    arm: null,
    message: [decision.comment ?? 'No comment.', ...remarks].join(' '),
  };
}
