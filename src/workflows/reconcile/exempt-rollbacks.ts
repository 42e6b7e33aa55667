/** A rolled-back fix gets an exemption for a week. Without it the next reconcile would apply the fix again. */

import type { Approval } from '../../domain/approvals/approval.ts';
import { type Attempt, hasEnded } from '../../domain/approvals/attempt.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { type Change, isSamePlace } from '../../domain/changes/change.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import { decisionId } from '../approvals/record-decision.ts';
import { newExemption } from '../exemptions/grant-exemption.ts';
import type { Deps } from '../ports/deps.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';

const WEEK_MS = 7 * DAY_MS;

/**
 * The exemptions that these attempts need beside the present ones: one for each rollback that was applied, also when
 * side effects of the fix were not reverted. They are not stored yet.
 */
export async function exemptionsForRollbacks(
  { deps, resource, state }: Pick<ReconcileContext, 'deps' | 'resource' | 'state'>,
  present: readonly Exemption[],
  attempts: readonly Attempt[],
): Promise<readonly Exemption[]> {
  const added: Exemption[] = [];
  for (const { purpose, approvalId, rule, result } of attempts.filter(hasEnded)) {
    if (purpose !== 'rollback' || (result.state !== 'applied' && !result.appliedPart)) continue;
    // The exemption is stored before the outcome is in the log, so this one exists.
    if (result.alreadyLogged) continue;
    const approval = state.approvals.find(({ value }) => value.id === approvalId)?.value;
    if (result.appliedPart && !(await includesFixChange(deps, approval, result.appliedPart))) continue;
    const reason = `Put back by approval ${approvalId}`;
    // After a crash the same rollback gets its outcome again. Its exemption exists already, or was removed since.
    if ([...present, ...added].some((one) => one.rule === rule.id && one.reason.startsWith(reason))) continue;
    const decision = await fetchDecision(deps, approvalId);
    // After a health gate a person decides about the fix: nothing is exempt, and nothing is hidden.
    if (decision?.kind === 'health.worse') continue;
    const { objectId = 'unknown', name = 'unknown' } = decision?.actor ?? {};
    const request = {
      scope: resource.id,
      rule: rule.id,
      owner: name,
      reason: decision ? `${reason}: ${decision.message}` : `${reason}.`,
      ticket: null,
      expires: timeAfter(deps.clock.now(), WEEK_MS).toISOString(),
    };
    added.push(newExemption(deps, request, { type: 'user', objectId, name }));
  }
  return added;
}

/** The signed decision: the exemption is recorded in the name of the approver. */
async function fetchDecision({ audit }: Pick<Deps, 'audit'>, approvalId: string | null): Promise<AuditEntry | null> {
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
