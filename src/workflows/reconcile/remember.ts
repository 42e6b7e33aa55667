/**
 * Stores the plan before anything is written, so that it survives a crash: the exemptions of rolled-back fixes, the
 * wake-ups, the ids of new approvals, and the attempts.
 */

import { attemptsToStore, recordsToLog } from '../../domain/approvals/attempt.ts';
import { MINUTE_MS } from '../../domain/resources/durations.ts';
import { roundUpToMinute, secondsFromNow } from '../events/requeue.ts';
import { storeExemption } from '../exemptions/grant-exemption.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { truncateResourceState } from '../state/resource-state.ts';
import type { Assessment } from './evaluate.ts';
import type { SavedState } from './list-findings.ts';
import type { AttemptPlan } from './plan-attempts.ts';
import type { ReconcilePlan } from './plan-reconcile.ts';

export interface SavedPlan extends SavedState {
  /** The wake-up that resumes the intents when this process ends early. */
  readonly wakeup: string | null;
}

/** The wait before the next reconcile when the end of a hold is not known. */
const HELD_MINUTES = 5;

export async function remember(
  context: ReconcileContext,
  { newExemptions, evidence }: Pick<Assessment, 'newExemptions' | 'evidence'>,
  { store, heldUntil }: ReconcilePlan,
  plan: AttemptPlan,
): Promise<SavedPlan> {
  const { deps, resource, lease, state, audit } = context;
  // Before the outcomes of their rollbacks are in the log: a logged rollback has its exemption.
  for (const one of newExemptions) await storeExemption(deps, one);
  for (const until of heldUntil) await wakeForHeldRollback(context, until);
  if (plan.postponed > 0) await wakeForPostponed(context, plan.postponed);
  const created = store.filter(({ version }) => version === null).map(({ approval }) => approval);
  if (created.length === 0 && plan.attempts.length === 0) {
    return { version: state.version, listedAt: state.resourceState.listedAt, wakeup: null };
  }
  const { writers, writersTruncatedAt, unattributedSince } = evidence.resourceState;
  const resourceState: ResourceState = {
    ...state.resourceState,
    // What is planned changes the findings.
    listedAt: null,
    writers,
    writersTruncatedAt,
    unattributedSince,
    // A wake-up that continues needs the trigger.
    trigger: audit.trigger,
    openApprovals: [...state.resourceState.openApprovals, ...created.map(({ id }) => id)],
    attempts: attemptsToStore([...plan.earlier, ...plan.attempts]),
  };
  // The outcomes of earlier intents are in the log before the resource state drops them.
  const records = recordsToLog(plan.earlier);
  if (records.length > 0) await deps.audit.append(records);
  const [version, wakeup] = await Promise.all([
    lease.save(truncateResourceState(resourceState), state.version),
    plan.attempts.length > 0 ? deps.wakeups.schedule(resource, secondsFromNow(deps, 60), 'open intent') : null,
    ...created.map(({ id, expiresAt }) =>
      deps.wakeups.schedule(resource, new Date(expiresAt), `approval ${id} expires`),
    ),
  ]);
  return { version, listedAt: null, wakeup };
}

/** No finding shows the hold on a rollback. */
async function wakeForHeldRollback({ deps, resource }: ReconcileContext, until: string | null): Promise<void> {
  const now = deps.clock.now().getTime();
  const at = until === null ? now + HELD_MINUTES * MINUTE_MS : Math.max(now + MINUTE_MS, Date.parse(until));
  await deps.wakeups.schedule(resource, roundUpToMinute(at), 'a rollback is held');
}

async function wakeForPostponed({ deps, resource }: ReconcileContext, postponed: number): Promise<void> {
  deps.log.warn({ resource: resource.id, left: postponed }, 'not all changes fit one run; the rest is rescheduled');
  await deps.wakeups.schedule(resource, secondsFromNow(deps, 60), 'the rest has room');
}
