/**
 * Every open rollback against the fresh look: it is executed while the values are still those that our fix wrote, whatever
 * the rule says about them. Plans only, except that one which is held gets an alarm: no finding tells of it.
 */
import { type Approval, isOpen } from '../domain/approval.ts';
import { decideApproved } from '../domain/decide.ts';
import type { Evaluation } from '../domain/evaluate.ts';
import { NO_HISTORY } from '../domain/history.ts';
import { listOfMoved } from '../domain/moved-list.ts';
import type { Resource } from '../domain/resource.ts';
import { settleRollback } from '../domain/rollback.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Wanted } from './apply-plan.ts';
import { onTheMinute } from './come-back.ts';
import type { Occasion } from './facts-of.ts';
import { circumstancesOf } from './judge.ts';
import type { Facts } from './load-facts.ts';
import type { Versioned, World } from './ports.ts';
import { type ApprovalPlan, afterSettling, type Judged, type Objections, withObjection } from './settle-approvals.ts';
import { NO_CHANGERS } from './who-changed.ts';

export interface RollbackPlan {
  readonly store: ApprovalPlan['store'];
  readonly wanted: readonly Wanted[];
}

/** How long a rollback waits for another look, when nobody knows how long it is held. */
const HELD_MINUTES = 5;

export async function planRollbacks(
  world: World,
  resource: Resource,
  facts: Facts,
  loaded: readonly Versioned<Approval>[],
  snapshot: Snapshot,
  occasion: Occasion,
  objections: Objections,
): Promise<RollbackPlan> {
  const store: { approval: Approval; version: string | null }[] = [];
  const wanted: Wanted[] = [];
  for (const { value: approval, version } of loaded) {
    if (approval.purpose !== 'rollback' || !isOpen(approval)) continue;
    const settlement = withObjection(settleRollback(approval, snapshot), approval, objections);
    const judged = judgedAs(world, resource, facts, snapshot, occasion, approval);
    const settled = afterSettling(approval, settlement, null, judged, occasion);
    // Nothing replaces it, so it tells itself what moved.
    const told =
      settlement.kind === 'supersede' ? { ...settled, moved: listOfMoved(settlement.moved).listed } : settled;
    if (told !== approval) store.push({ approval: told, version });
    if (settlement.kind !== 'execute') continue;
    const stands = judged?.approvedDecision;
    if (stands?.action === 'hold') await lookAgain(world, resource, stands.until);
    // Two that want one place: the second sees in its turn that the value has moved.
    if (stands?.action !== 'fix' || wanted.some(({ changes }) => collide(changes, approval.changes))) continue;
    wanted.push(wantedOf(approval));
  }
  return { store, wanted };
}

/** Whether two sets of changes want to write one place. */
export function collide(a: Approval['changes'], b: Approval['changes']): boolean {
  return a.some(({ document, path }) => b.some((other) => other.document === document && other.path === path));
}

/** The rollback as the ceilings see it: a change that a person approved. Exemptions are what it brings, failed fixes no obstacle. */
function judgedAs(
  world: World,
  resource: Resource,
  facts: Facts,
  snapshot: Snapshot,
  { at }: Occasion,
  { rule: { id }, changes, kept, digest }: Approval,
): Judged | null {
  const rule = world.rules.find((one) => one.id === id);
  if (!rule) return null;
  const evaluation: Evaluation = {
    ...{ rule, verdict: 'violation', tier: 'risky', severity: rule.severity, changes, kept },
    reason: 'A fix is put back.',
  };
  const circumstances = circumstancesOf(world, resource, facts, snapshot, new Date(at), evaluation, digest);
  const approvedDecision = decideApproved(evaluation, {
    ...circumstances,
    exemption: null,
    memory: null,
    history: NO_HISTORY,
  });
  return { evaluation, digest, decision: null, approvedDecision, changers: NO_CHANGERS };
}

function wantedOf({ id, rule, digest, changes, kept, reasons: told }: Approval): Wanted {
  const along = told.filter(({ code }) => code !== 'approved');
  const reasons = [{ code: 'approved' as const, text: 'A person has what the fix changed put back.' }, ...along];
  return { rule, purpose: 'rollback', digest, changes, kept, approvalId: id, reasons };
}

async function lookAgain(world: World, resource: Resource, until: string | null): Promise<void> {
  const now = world.clock.now().getTime();
  const at = until === null ? now + HELD_MINUTES * 60_000 : Math.max(now + 60_000, Date.parse(until));
  await world.alarms.set(resource, onTheMinute(at), 'a rollback is held');
}
