/** Approvals as the API shows them to a caller. */
import type { Approval, ApprovalStatus } from '../../../domain/approvals/approval.ts';
import { type MayDecide, mayDecide } from '../../../domain/approvals/may-decide.ts';
import { planOf, requestView } from '../../../domain/changes/plan-requests.ts';
import { parseResourceId } from '../../../domain/resources/resource.ts';
import type { ListedApproval } from '../../../workflows/ports/approvals.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { loadSettings } from '../../../workflows/settings/change-settings.ts';
import { deciderRefusal, type Principal } from '../../framework/principal.ts';

export interface Viewer {
  /** Without internal members, plan and source. */
  brief(approval: ListedApproval): object;
  /** Whether the caller may approve it now, and why not. */
  mayDecide(approval: ListedApproval): MayDecide;
  /** With the computed plan. */
  full(approval: ListedApproval): object;
}

/**
 * Shows approvals of these statuses to a caller. It reads the settings when the caller may decide some of them: who may
 * approve is up to them.
 */
export async function viewerFor(
  deps: Deps,
  principal: Principal,
  statuses: readonly ApprovalStatus[] = ['pending'],
): Promise<Viewer> {
  const asker = { decider: principal, refusal: deciderRefusal(principal) };
  const isAsked = asker.refusal === null && statuses.includes('pending');
  const settings = isAsked ? (await loadSettings(deps)).settings : null;
  const now = deps.clock.now();

  const decidable = (approval: ListedApproval) => mayDecide(approval, asker, settings, now);

  function brief(approval: ListedApproval) {
    const { preserved: _preserved, changers: _changers, source: _source, outbox: _outbox, ...others } = approval;
    const { decision, supersededBy, changedBy, ...shown } = others;
    return {
      ...shown,
      rule: { ...shown.rule, harm: deps.rules.find(({ id }) => id === shown.rule.id)?.harm ?? null },
      ...(changedBy === null ? {} : { changedBy }),
      mayDecide: decidable(approval),
      ...(decision === null ? {} : { decision: { by: decision.by, at: decision.at, comment: decision.comment } }),
      ...(supersededBy === null ? {} : { supersededBy }),
    };
  }

  return {
    brief,
    mayDecide: decidable,
    full(approval) {
      const resource = parseResourceId(approval.resource.id);
      return {
        ...brief(approval),
        plan: resource ? planOf(resource, [approval]).map(requestView) : [],
        source: approval.source ?? sourceOf(deps, approval),
      };
    },
  };
}

/** One approval, as the caller sees it. */
export async function approvalView(deps: Deps, principal: Principal, approval: Approval): Promise<object> {
  return (await viewerFor(deps, principal, [approval.status])).full(approval);
}

/** The lines that a list leaves to the rule. */
function sourceOf({ rules }: Deps, { rule, changes }: ListedApproval): Approval['source'] {
  return rules.find(({ id }) => id === rule.id)?.source(changes) ?? { bicep: '', terraform: '' };
}
