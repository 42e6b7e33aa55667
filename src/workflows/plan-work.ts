/** What a fresh look at a resource asks for: open intents resolved, every rule judged, approvals settled, writes chosen. */
import { type Approval, isOpen } from '../domain/approval.ts';
import type { AuditFact } from '../domain/audit.ts';
import type { BudgetHold } from '../domain/ceilings.ts';
import type { Exemption } from '../domain/exemption.ts';
import type { Resource } from '../domain/resource.ts';
import type { EffectiveRule } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Wanted } from './apply-plan.ts';
import { checkSeparation } from './check-separation.ts';
import { exemptRolledBack } from './exempt-rolled-back.ts';
import type { Occasion } from './facts-of.ts';
import { judge } from './judge.ts';
import { withinBudget } from './keep-budget.ts';
import type { Facts } from './load-facts.ts';
import { isAttemptAt, planOperations } from './plan-operations.ts';
import type { OpenEntry, OpenOperation, ResourceMemory, StoredEvent, World } from './ports.ts';
import { provenOf } from './proven.ts';
import { type EndedEntry, endSettled, resolveIntents, setAside } from './resolve-intents.ts';
import { withRoom } from './room-for.ts';
import { type ApprovalPlan, type Judged, type Objections, planApprovals } from './settle-approvals.ts';
import { collide, planRollbacks } from './settle-rollbacks.ts';

export interface WorkPlan {
  readonly approvals: ApprovalPlan;
  /** What is written now. */
  readonly wanted: readonly Wanted[];
  /** The intents to remember: those of what is wanted, and those that are still open or may be tried again. */
  readonly operations: readonly OpenOperation[];
  /** What became of earlier intents. */
  readonly facts: readonly AuditFact[];
  readonly ended: readonly EndedEntry[];
  /** Those that hold by now. */
  readonly exemptions: readonly Exemption[];
  /** Why what could be fixed now is not. */
  readonly budget: BudgetHold | null;
  /** Azure still carries out an earlier write: nothing is written on top of it. */
  readonly running: boolean;
  /** With those whom the Activity Log names. */
  readonly memory: ResourceMemory;
  /** The events that were looked at: whoever comes after them was not asked about. */
  readonly events: readonly StoredEvent[];
}

export async function planWork(
  world: World,
  resource: Resource,
  loaded: Facts,
  rules: readonly EffectiveRule[],
  snapshot: Snapshot,
  occasion: Occasion,
): Promise<WorkPlan> {
  const now = new Date(occasion.at);
  const resolution = await resolveIntents(world, loaded.memory.operations, snapshot, occasion);
  // Before anything is judged: what was put back must not be fixed again.
  const exemptions = await exemptRolledBack(world, resource, loaded, resolution.ended);
  const separation = await checkSeparation(
    world,
    resource,
    { ...loaded, exemptions },
    judge(world, resource, rules, { ...loaded, exemptions }, snapshot, now),
  );
  const { facts, judged } = separation;
  // What Azure is carrying out is not taken back by asking somebody else.
  const objections: Objections = resolution.running ? new Map() : separation.objections;
  // What became of an approved write decides about its approval, not that the resource is right by now.
  const carriedOut = new Set(resolution.ended.map(({ entry }) => entry.approvalId));
  const unsettled = facts.approvals.filter(({ value }) => !carriedOut.has(value.id));
  const rollbacks = await planRollbacks(world, resource, facts, unsettled, snapshot, occasion, objections);
  const fixes = planApprovals(
    resource,
    unsettled,
    judged,
    snapshot,
    occasion,
    { now, expireHours: facts.settings.settings.approvals.expireHours },
    objections,
    () => world.approvals.newId(now),
  );
  const approvals: ApprovalPlan = { ...fixes, store: [...rollbacks.store, ...fixes.store] };
  const known = { memory: facts.memory, events: separation.events };
  if (resolution.running) return { ...resolution, ...known, approvals, exemptions, budget: null, wanted: [] };
  // Where a person has something put back, nothing else is written.
  const free = wantedNow(judged, fixes.execute).filter(
    ({ changes }) => !rollbacks.wanted.some((one) => collide(one.changes, changes)),
  );
  const mayBeTried = (one: Wanted) => !isBlockedStill(one, resolution.operations, facts);
  const { wanted: allowed, budget } = await withinBudget(world, resource, facts, free.filter(mayBeTried));
  const chosen = [...rollbacks.wanted.filter(mayBeTried), ...allowed];
  const { wanted: proven, store } = await provenOf(world, resource, chosen, unsettled, occasion);
  const wanted = await withRoom(world, resource, resolution.operations, proven);
  const open = unsettled.flatMap(({ value }) => (value.purpose === 'rollback' && isOpen(value) ? value.digest : []));
  // Of a rule that could not be checked nobody knows what it needs.
  const unchecked = judged.flatMap(({ evaluation: { verdict, rule } }) => (verdict === 'unknown' ? rule.id : []));
  const unclear = resolution.operations.flatMap(({ entries }) =>
    entries.filter(({ rule }) => unchecked.includes(rule)),
  );
  const needed = new Set([
    ...judged.flatMap(({ digest }) => digest ?? []),
    ...open,
    ...unclear.map(({ digest }) => digest),
  ]);
  const refused = endSettled(resolution, approvals, occasion);
  const isAttempted = (entry: OpenEntry) => wanted.some((one) => isAttemptAt(entry, one));
  const aside = setAside({ ...resolution, operations: refused.operations }, isAttempted, needed, occasion);
  return {
    approvals: { ...approvals, store: [...approvals.store, ...store] },
    wanted,
    operations: await planOperations(world, held(aside.operations, wanted, facts), wanted, occasion),
    facts: [...resolution.facts, ...refused.facts, ...aside.facts],
    ended: [...resolution.ended, ...refused.ended, ...aside.ended],
    exemptions,
    budget,
    running: false,
    ...known,
  };
}

/**
 * What Azure has blocked is tried again at the next event or sweep, or when a person asks for it. A wake-up is none of
 * these: it comes for other work on the same resource.
 */
function isBlockedStill({ digest, approvalId }: Wanted, operations: readonly OpenOperation[], facts: Facts): boolean {
  if (facts.message.cause !== 'wake') return false;
  const newlyDecided = facts.approvals.some(({ value }) => value.id === approvalId && value.status === 'approved');
  const entries = operations.flatMap((operation) => operation.entries);
  return !newlyDecided && entries.some((entry) => entry.digest === digest && entry.state === 'blocked');
}

/** Something else now holds what Azure had blocked: once it does not, a wake-up brings it back. */
function held(
  operations: readonly OpenOperation[],
  wanted: readonly Wanted[],
  { message }: Facts,
): readonly OpenOperation[] {
  if (message.cause === 'wake') return operations;
  const heldNow = ({ digest, state }: OpenEntry) => state === 'blocked' && !wanted.some((one) => one.digest === digest);
  return operations.map((operation) => ({
    ...operation,
    entries: operation.entries.map((entry): OpenEntry => (heldNow(entry) ? { ...entry, state: 'held' } : entry)),
  }));
}

/** Approved changes, and violations that nothing holds back. An approved change travels once. */
function wantedNow(judged: readonly Judged[], approved: readonly Approval[]): Wanted[] {
  return judged.flatMap(({ evaluation, digest, decision, approvedDecision }): Wanted[] => {
    if (digest === null) return [];
    const approval = approved.find((one) => one.digest === digest);
    const action = approval ? approvedDecision?.action : decision?.action;
    if (action !== 'fix') return [];
    const { rule, changes, kept } = evaluation;
    const reasons = approval ? [{ code: 'approved' as const, text: 'A person approved this change.' }] : [];
    return [{ rule, purpose: 'fix', digest, changes, kept, approvalId: approval?.id ?? null, reasons }];
  });
}
