/**
 * Claims what a plan needs before it may write: current settings and exemptions, a place in the hourly budget, the authorization of each write by the
 * signed log, and the intents of attempts that are made again.
 */

import { type Attempt, isUnresolved } from '../../domain/approvals/attempt.ts';
import { type ChangeSet, isSameChangeSet } from '../../domain/approvals/change-set.ts';
import type { BudgetHold } from '../../domain/decisions/constraints.ts';
import { selectAuthorized } from '../approvals/authorize-write.ts';
import type { ApprovalToStore } from '../approvals/reconcile-approvals.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { enforceBudget } from './enforce-budget.ts';
import { assertCurrent } from './load-state.ts';
import type { ReconcilePlan } from './plan-reconcile.ts';
import { loadIntents } from './resolve-intents.ts';

export interface Claim {
  readonly granted: readonly ChangeSet[];
  /** The approvals that the log contradicts. */
  readonly store: readonly ApprovalToStore[];
  /** The earlier attempts. Those at granted change sets are compared with the log. */
  readonly attempts: readonly Attempt[];
  /** The reason when fixes are on hold because of the budget. */
  readonly budgetHold: BudgetHold | null;
}

export async function claim(
  context: ReconcileContext,
  attempts: readonly Attempt[],
  { wanted, store: toStore, running }: Pick<ReconcilePlan, 'wanted' | 'store' | 'running'>,
): Promise<Claim> {
  if (wanted.length > 0 || toStore.length > 0) await assertCurrent(context.deps, context);
  // Azure still executes an earlier write: nothing else is written, and the place in the budget stays.
  if (running) return { granted: [], store: [], attempts, budgetHold: null };
  const { changeSets, budgetHold } = await enforceBudget(context, wanted);
  const { changeSets: granted, store } = await selectAuthorized(context, changeSets);
  return { granted, store, attempts: await compareWithLog(context, attempts, granted), budgetHold };
}

/**
 * Compares the blocked and held attempts at these change sets with the log. The outcome of one that the log has ended
 * is recorded already: it is dropped, and a new attempt gets its own intent.
 */
export async function compareWithLog(
  { deps, resource }: Pick<ReconcileContext, 'deps' | 'resource'>,
  attempts: readonly Attempt[],
  granted: readonly ChangeSet[],
): Promise<Attempt[]> {
  const isMadeAgain = (attempt: Attempt) =>
    !attempt.result && !isUnresolved(attempt) && granted.some((one) => isSameChangeSet(one, attempt));
  const compared = await loadIntents(deps, resource, attempts, isMadeAgain);
  return compared.filter((one) => !one.result || isUnresolved(one));
}
