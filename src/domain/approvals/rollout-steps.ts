/**
 * How a roll-out goes on: waiting → running, stage by stage → ended; from running to stopped, and back when an operator
 * continues it. Each function returns the next state, or the same object when nothing changes. Records come with the state.
 */
import { type AuditKind, type AuditRecord, recordId, type SealedRecord } from '../audit/audit.ts';
import { auditRecord } from '../audit/record.ts';
import { MINUTE_MS } from '../resources/durations.ts';
import type { Actor } from '../resources/principal.ts';
import type { ResourceView } from '../resources/resource.ts';
import { sizeOfStage } from '../rules/rollout-settings.ts';
import type { RolloutStart } from '../rules/rollout-starts.ts';
import {
  type Candidate,
  describeProgress,
  describeScope,
  describeStages,
  inTurn,
  memberOf,
  type Rollout,
} from './rollout.ts';

/** The time, who acts, and what signs the records. */
export interface StepContext {
  readonly now: Date;
  readonly actor: Actor;
  seal(record: AuditRecord): SealedRecord;
}

/** What a look at the scope of a roll-out shows. */
export interface RolloutLook {
  /** The apps of the stages so far that would be written now, or whose gate is open. */
  readonly pending: number;
  /** The other apps that would be written now. */
  readonly left: readonly Candidate[];
  /** Every app of the scope was evaluated with the parameters in force, or there was time enough for it. */
  readonly isEvaluated: boolean;
}

/** A roll-out of which nothing is known yet. It holds every app, and is in no log before its first stage. */
export function waitingRollout(
  start: RolloutStart,
  {
    id,
    revision,
    at,
    actor,
  }: { readonly id: string; readonly revision: number; readonly at: string; readonly actor: Actor },
): Rollout {
  return {
    ...start,
    ...{ id, revision, startedAt: at, startedBy: actor, status: 'waiting' },
    progress: { stage: 0, apps: 0, pending: 0, left: 0 },
    ...{ stageAt: null, quietSince: null, members: [], stopped: null, ended: null, isReleased: false, turns: 0 },
    outbox: [],
  };
}

/** The next state after a look. One that finds nothing to write before its first stage ends without an entry. */
export function advance(one: Rollout, look: RolloutLook, context: StepContext): Rollout {
  if (one.status === 'waiting') return beginFirst(one, look, context);
  if (one.status !== 'running') return one;
  const { now } = context;
  const current = withProgress(one, look);
  if (look.pending > 0) return current.quietSince === null ? current : { ...current, quietSince: null };
  const quietSince = current.quietSince ?? now.toISOString();
  const quiet = quietSince === current.quietSince ? current : { ...current, quietSince };
  if (now.getTime() < Date.parse(quietSince) + one.bakeMinutes * MINUTE_MS) return quiet;
  const isLast = one.progress.stage === one.stages.length;
  if (isLast || look.left.length === 0) return endRollout(quiet, 'Nothing is left to write.', context);
  return beginStage(quiet, look.left, context);
}

/** The shares of the stages count the apps that are known to violate the rule, so each is to be evaluated first. */
function beginFirst(one: Rollout, { left, isEvaluated }: RolloutLook, context: StepContext): Rollout {
  if (!isEvaluated) return one;
  if (left.length === 0) return endRollout(one, 'Nothing violates the rule.', context);
  const begun = beginStage({ ...one, status: 'running', isEvaluated }, left, context);
  const message = `Began to write ${one.rule} in ${describeScope(one.scope)} on few apps first: ${describeStages(one)}; ${left.length} violate it.`;
  return withRecord(begun, 'rollout.started', message, { ...context, actor: one.startedBy });
}

function beginStage(one: Rollout, left: readonly Candidate[], { now }: StepContext): Rollout {
  const stage = one.progress.stage + 1;
  const configured = one.stages[stage - 1];
  if (configured === undefined) return one;
  const isLast = stage === one.stages.length;
  const size = isLast
    ? left.length
    : Math.min(sizeOfStage(configured, left.length), MAX_MEMBERS - (one.members?.length ?? 0));
  const taken = inTurn(left).slice(0, size).map(memberOf);
  return {
    ...one,
    progress: { stage, apps: size, pending: size, left: left.length - size },
    stageAt: now.toISOString(),
    quietSince: null,
    members: isLast ? null : [...new Set([...(one.members ?? []), ...taken])],
  };
}

function withProgress(one: Rollout, { pending, left }: RolloutLook): Rollout {
  const { progress } = one;
  if (progress.pending === pending && progress.left === left.length) return one;
  return { ...one, progress: { ...progress, pending, left: left.length } };
}

/** Nothing more is written until an operator continues or ends it. One that is stopped keeps its first reason. */
export function stopRollout(
  one: Rollout,
  { reason, resource }: { readonly reason: string; readonly resource: ResourceView | null },
  context: StepContext,
): Rollout {
  if (one.status !== 'running') return one;
  const at = context.now.toISOString();
  const stopped: Rollout = { ...one, status: 'stopped', stopped: { at, reason, resource }, turns: one.turns + 1 };
  const message = `Stopped the roll-out of ${one.rule} in ${describeScope(one.scope)} ${describeProgress(one)}: ${reason}`;
  return withRecord(stopped, 'rollout.stopped', message, context);
}

/** The stage under way goes on. */
export function continueRollout(one: Rollout, context: StepContext): Rollout {
  if (one.status !== 'stopped') return one;
  const stageAt = context.now.toISOString();
  const running: Rollout = {
    ...one,
    status: 'running',
    stopped: null,
    stageAt,
    quietSince: null,
    turns: one.turns + 1,
  };
  const message = `Continued the roll-out of ${one.rule} in ${describeScope(one.scope)} ${describeProgress(one)}.`;
  return withRecord(running, 'rollout.continued', message, context);
}

/** It holds nothing any more. The log has no entry of one that has not begun, so the service ends it without one. */
export function endRollout(one: Rollout, reason: string, context: StepContext): Rollout {
  if (one.status === 'ended') return one;
  const isLogged = one.status !== 'waiting' || context.actor.type !== 'service';
  const turns = one.turns + (isLogged ? 1 : 0);
  const ended: Rollout = { ...one, status: 'ended', ended: { at: context.now.toISOString(), reason }, turns };
  if (!isLogged) return ended;
  const message = `Ended the roll-out of ${one.rule} in ${describeScope(one.scope)} ${describeProgress(one)}: ${reason}`;
  return withRecord(ended, 'rollout.ended', message, context);
}

/** The apps that it held are queued. */
export function releaseRollout(one: Rollout): Rollout {
  return { ...one, isReleased: true };
}

/** The subject of the records of a roll-out. */
export function rolloutSubject({ id }: Pick<Rollout, 'id'>): string {
  return `rollout ${id}`;
}

function withRecord(
  one: Rollout,
  kind: Extract<AuditKind, `rollout.${string}`>,
  message: string,
  { now, actor, seal }: StepContext,
): Rollout {
  const resource = kind === 'rollout.stopped' ? (one.stopped?.resource ?? null) : null;
  const id = recordId(rolloutSubject(one), kind, String(one.turns));
  const record = auditRecord({ id, at: now.toISOString(), kind, rule: one.rule, actor, resource, message });
  return { ...one, outbox: [...one.outbox, seal(record)] };
}

/** What a row has room for. The apps beyond wait for the next stage. */
const MAX_MEMBERS = 20_000;
