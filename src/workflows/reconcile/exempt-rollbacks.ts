/** A rolled-back fix gets an exemption for a week. Without it the next reconcile would apply the fix again. */

import type { Approval } from '../../domain/approvals/approval.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { type Change, isSamePlace } from '../../domain/changes/change.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { decisionId } from '../approvals/record-decision.ts';
import { createExemption } from '../exemptions/grant-exemption.ts';
import type { Deps } from '../ports/deps.ts';
import type { Attempt } from '../ports/resource-states.ts';
import type { AttemptOutcome } from '../state/attempts.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';

const WEEK = 7 * 86_400_000;

/**
 * The exemptions after these attempts: one more for each rollback that was applied, also when side effects of the fix
 * were not reverted.
 */
export async function exemptRollbacks(
  deps: Deps,
  resource: Resource,
  state: ReconcileState,
  outcomes: readonly AttemptOutcome[],
): Promise<readonly Exemption[]> {
  const all = [...state.exemptions];
  for (const { attempt, alreadyLogged, ...outcome } of outcomes) {
    if (attempt.purpose !== 'rollback' || (outcome.state !== 'applied' && !outcome.appliedPart)) continue;
    // The exemption is created before the outcome is in the log, so this one exists.
    if (alreadyLogged) continue;
    const approval = state.approvals.find(({ value }) => value.id === attempt.approvalId)?.value;
    if (outcome.appliedPart && !(await includesFixChange(deps, approval, outcome.appliedPart))) continue;
    const reason = `Put back by approval ${attempt.approvalId}`;
    // After a crash the same rollback gets its outcome again. Its exemption exists already, or was removed since.
    if (all.some((one) => one.rule === attempt.rule && one.reason.startsWith(reason))) continue;
    const decision = await fetchDecision(deps, attempt);
    const { objectId = 'unknown', name = 'unknown' } = decision?.actor ?? {};
    const expires = new Date(deps.clock.now().getTime() + WEEK).toISOString();
    const request = {
      ...{ scope: resource.id, rule: attempt.rule, owner: name, ticket: null, expires },
      reason: decision ? `${reason}: ${decision.message}` : `${reason}.`,
    };
    all.push(await createExemption(deps, request, { type: 'user', objectId, name }));
  }
  return all;
}

/** The signed decision: the exemption is recorded in the name of the approver. */
function fetchDecision({ audit }: Pick<Deps, 'audit'>, { approvalId }: Attempt): Promise<AuditEntry | null> | null {
  return approvalId === null ? null : audit.get(decisionId(approvalId));
}

/** Whether a part of a rollback contains a change of the fix itself, not only side effects. */
async function includesFixChange(
  { audit }: Pick<Deps, 'audit'>,
  approval: Approval | undefined,
  part: readonly Change[],
): Promise<boolean> {
  const [fixId] = approval?.auditIds ?? [];
  const fix = fixId === undefined ? null : await audit.get(fixId);
  return part.some((change) => fix?.changes.some((own) => isSamePlace(own, change)) ?? false);
}
