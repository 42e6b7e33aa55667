/**
 * A roll-out: a rule that begins to write in a scope does so on few apps first. The apps of a stage are chosen when it begins;
 * the others are held. rollout-steps.ts says how one goes on.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { outboxAbout } from '../audit/audit.ts';
import { actor } from '../resources/principal.ts';
import { type Resource, resourceView } from '../resources/resource.ts';
import { type Infer, time } from '../resources/schema.ts';
import { describeStage } from '../rules/rollout-settings.ts';
import {
  EVERYWHERE,
  hasOwnSetting,
  isStartedFor,
  type RolloutStart,
  rolloutFor,
  rolloutStart,
} from '../rules/rollout-starts.ts';
import type { Settings } from '../rules/settings.ts';

/**
 * `waiting`: nothing that it would write is known yet. `running`: a stage is under way. `stopped`: an operator continues or
 * ends it. `ended`: it holds nothing any more.
 */
export const ROLLOUT_STATUSES = ['waiting', 'running', 'stopped', 'ended'] as const;

const progress = z.strictObject({
  stage: z.int().describe('The number of the stage under way, from 1; 0 while none has begun'),
  apps: z.int().describe('Apps of this stage'),
  pending: z.int().describe('Apps of this stage that are not written yet, or whose gate is open'),
  left: z.int().describe('Apps that wait for a later stage'),
});

export const rollout = rolloutStart.extend({
  id: z.string(),
  status: z.enum(ROLLOUT_STATUSES),
  startedAt: time,
  /** Who changed the settings. */
  startedBy: actor,
  /** The number of the settings that it began with. */
  revision: z.int(),
  progress,
  /** When the stage began, or was continued. Apps that were read before are read again. */
  stageAt: time.nullable(),
  /** Since when nothing of the stage is pending; the bake time counts from here. */
  quietSince: time.nullable(),
  /** The apps of this stage and the ones before, see `memberOf`; null: every app. */
  members: z.array(z.string()).nullable(),
  stopped: z.strictObject({ at: time, reason: z.string(), resource: resourceView.nullable() }).nullable(),
  ended: z.strictObject({ at: time, reason: z.string() }).nullable(),
  /** It has ended, and the apps that it held were queued. */
  isReleased: z.boolean(),
  /** How often it was stopped or continued: each is an entry of its own. */
  turns: z.int(),
  outbox: outboxAbout('rollout'),
});
export type Rollout = Infer<typeof rollout>;

/** Why a roll-out holds an app; null when it does not. */
export function rolloutHold(one: Rollout, resource: Pick<Resource, 'key'>): string | null {
  if (one.status === 'ended' || !isStartedFor(one, resource)) return null;
  const where = `The roll-out of this rule in ${describeScope(one.scope)}`;
  const { stage } = one.progress;
  if (one.status === 'stopped') {
    const { at, reason } = one.stopped ?? { at: one.startedAt, reason: 'an operator decides' };
    return `${where} was stopped ${describeProgress(one)} on ${at}: ${reason} An operator continues or ends it.`;
  }
  if (stage === 0) return `${where} ${describeBeginning(one)}`;
  if (one.members === null || one.members.includes(memberOf(resource))) return null;
  return `${where} is ${describeProgress(one)}; this app comes in a later one.`;
}

/** It found nothing to write before its first stage. It is in no log, and no list shows it. */
export function isDropped({ status, stageAt, turns }: Rollout): boolean {
  return status === 'ended' && stageAt === null && turns === 0;
}

/** The roll-outs beside the settings: those that are open, and those that have no rows yet. */
export interface RolloutsInForce {
  readonly open: readonly Rollout[];
  readonly starts: readonly RolloutStart[];
}

export const NO_ROLLOUTS: RolloutsInForce = { open: [], starts: [] };

/** Why roll-outs hold automatic writes of a rule on an app; null when none does. */
export function holdOfRollouts(
  settings: Settings,
  { open, starts }: RolloutsInForce,
  resource: Pick<Resource, 'key'>,
  rule: string,
): string | null {
  if (open.length + starts.length === 0) return null;
  if (rolloutFor(settings, resource).stages.length === 0 || hasOwnSetting(settings, resource, rule)) return null;
  const start = starts.find((one) => one.rule === rule && isStartedFor(one, resource));
  if (start) return `The roll-out of this rule in ${describeScope(start.scope)} ${describeBeginning(start)}`;
  const holds = open.filter((one) => one.rule === rule).flatMap((one) => rolloutHold(one, resource) ?? []);
  return holds[0] ?? null;
}

function describeBeginning(one: Pick<Rollout, 'stages'>): string {
  return `has not begun yet: it takes ${describeStages(one)}.`;
}

export function describeScope(scope: string): string {
  return scope === EVERYWHERE ? 'every subscription' : scope;
}

/** For example `1 app, then 10% of the apps that violate it, then every app`. */
export function describeStages({ stages }: Pick<Rollout, 'stages'>): string {
  return stages.map(describeStage).join(', then ');
}

/** For example `at stage 2 of 3 (10% of the apps that violate it)`. */
export function describeProgress({ stages, progress: { stage } }: Pick<Rollout, 'stages' | 'progress'>): string {
  const now = stages[stage - 1];
  return now === undefined ? 'before its first stage' : `at stage ${stage} of ${stages.length} (${describeStage(now)})`;
}

/** An app among the members of a roll-out: short, because a row holds many. */
export function memberOf({ key }: Pick<Resource, 'key'>): string {
  return hashOf(key).slice(0, MEMBER_LENGTH);
}

/** Apps in the order in which they are taken: those with the canary tag first, then by a hash, the same for every rule. */
export function inTurn(apps: readonly Candidate[]): Candidate[] {
  const order = ({ canary, key }: Candidate) => `${canary ? 0 : 1} ${hashOf(key)}`;
  const ordered = apps.map((app) => ({ app, order: order(app) }));
  return ordered.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ app }) => app);
}

/** An app that a rule would write, were there no roll-out. */
export interface Candidate extends Pick<Resource, 'key'> {
  readonly canary: boolean;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** 48 bits. */
const MEMBER_LENGTH = 8;
