/**
 * Whether a fix could be rolled back now, for a person: what a request would be refused with, found without a read of Azure and
 * without writing. Whether the values have changed since is known as of the last evaluation of the resource.
 */

import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import type { Decider } from '../../domain/approvals/may-decide.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { isSamePlace } from '../../domain/changes/change.ts';
import { sameJson } from '../../domain/resources/json.ts';
import type { ArmFailure } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { refuseIfReadOnly, refuseUnlessApprover } from './record-decision.ts';
import { checkSeparation, refuseDecided, refuseIrreversible } from './request-rollback.ts';

export interface RollbackPossibility {
  /** Null when it is possible. */
  readonly refusal: Refusal | null;
  /** When the resource was last evaluated (ISO); null when it never was. */
  readonly asOf: string | null;
}

/** The first refusal in the order of `requestRollback`. A repeated request of the same person is possible. */
export async function findRollbackRefusal(
  deps: Deps,
  entry: AuditEntry,
  person: Decider,
): Promise<RollbackPossibility> {
  let asOf: string | null = null;
  try {
    const target = { ...refuseIrreversible(deps, entry), entry, person };
    const state = (await deps.resources.loadState(target.resource)).state;
    asOf = state?.evaluatedAt ?? null;
    const present = await findPresent(deps, entry);
    if (present) {
      refuseDecided(present, person);
      return { refusal: null, asOf };
    }
    refuseMoved(entry, state);
    const settings = await loadSettings(deps);
    refuseIfReadOnly(settings, target.resource);
    refuseUnlessApprover(settings, target.resource, person);
    await checkSeparation(withoutActivityLog(deps), settings, target);
    return { refusal: null, asOf };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error, asOf };
    throw error;
  }
}

/** The rollback of this entry that is open or was applied; null when there is none. */
export async function findPresent(
  { approvals }: Pick<Deps, 'approvals'>,
  { id: entryId }: AuditEntry,
): Promise<Approval | null> {
  for (let nth = 0; ; nth += 1) {
    const id = await approvals.claimedId(`${entryId}-${nth}`);
    const approval = id === null ? null : ((await approvals.get(id))?.value ?? null);
    if (!approval || isOpen(approval) || approval.status === 'applied') return approval;
  }
}

/** By the finding of the rule: a violation names the values that it found. An evaluation from before the fix says nothing. */
function refuseMoved({ at, rule, changes }: AuditEntry, state: ResourceState | null): void {
  if ((state?.evaluatedAt ?? '') <= at) return;
  if (state?.gone) throw new Refusal('moved', `The resource was gone when it was last read, at ${state.evaluatedAt}.`);
  const found = state?.findings.find((one) => one.rule === rule && one.verdict === 'violation');
  const moved = changes.flatMap((written) => {
    const now = found?.changes.find((one) => isSamePlace(one, written));
    return now && !sameJson(now.from, written.to) ? [{ ...written, from: written.to, to: now.from }] : [];
  });
  if (moved.length === 0) return;
  throw new Refusal('moved', `The values were no longer those of the fix at ${state?.evaluatedAt}.`, { moved });
}

/** The Activity Log is asked by the request itself: it can name a changer, or clear one whom only an event names. */
function withoutActivityLog(deps: Deps): Deps {
  const listWrites = async () => ({ kind: 'refused' as const, failure: NOT_ASKED });
  return {
    ...deps,
    log: { ...deps.log, info: () => undefined },
    activityLog: { ...deps.activityLog, listWrites },
  };
}

const NOT_ASKED: ArmFailure = { kind: 'transient', code: 'NotAsked', message: 'not asked now', retryAfter: null };
