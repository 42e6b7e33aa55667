/** The findings about a resource that was read, by the functions of the service, and what autofix would write. */
import * as z from 'zod';
import { type PlannedRequest, plannedRequest, planOf, requestView } from '../../domain/changes/plan-requests.ts';
import { decide } from '../../domain/decisions/decide.ts';
import { factsOf } from '../../domain/decisions/facts.ts';
import { type Finding, finding } from '../../domain/decisions/finding.ts';
import { resourceView, viewOf } from '../../domain/resources/resource.ts';
import type { Infer } from '../../domain/resources/schema.ts';
import { canonicalResource, type Snapshot } from '../../domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../domain/rules/evaluate.ts';
import { NO_HISTORY } from '../../domain/rules/history.ts';
import { policyFor } from '../../domain/rules/policy.ts';
import type { EffectiveRule, Settings } from '../../domain/rules/settings.ts';
import { unreadIn } from './read-resource.ts';

/** A finding without what its rule says. */
const found = finding.omit({
  title: true,
  references: true,
  resource: true,
  since: true,
  evaluatedAt: true,
  basis: true,
});

const plannedFix = z.strictObject({
  rule: z.string(),
  /** fix: autofix writes it; queue: it asks for an approval first; hold: it waits for a window or the end of a freeze. */
  action: z.enum(['fix', 'queue', 'hold']),
});

export const scannedResource = z.strictObject({
  resource: resourceView,
  evaluatedAt: z.string(),
  unread: z.array(z.strictObject({ document: z.string(), why: z.string() })),
  findings: z.array(found),
  plan: z
    .strictObject({ fixes: z.array(plannedFix), requests: z.array(plannedRequest), queued: z.array(plannedRequest) })
    .exactOptional(),
});
export type ScannedResource = Infer<typeof scannedResource>;

export interface EvaluationChoice {
  readonly rules: readonly EffectiveRule[];
  readonly settings: Settings;
  /** Whether to plan what autofix would write. */
  readonly plan: boolean;
}

/**
 * The findings are those that the service has at its first look by a scan. `decision` is by the settings that were given;
 * without any the mode is audit, so everything is reported.
 */
export function evaluateResource(snapshot: Snapshot, choice: EvaluationChoice, now: Date): ScannedResource {
  const resource = canonicalResource(snapshot);
  const read = { ...snapshot, resource };
  const evaluations = evaluate(read, choice.rules, now);
  return {
    resource: viewOf(resource),
    evaluatedAt: now.toISOString(),
    unread: unreadIn(snapshot),
    findings: evaluations.map((evaluation) => {
      const { rule, severity, tier, verdict, reason, changes } = evaluation;
      const decision = verdict === 'violation' ? decisionAbout(evaluation, read, choice.settings, now) : null;
      return { rule: rule.id, severity, tier, verdict, reason, changes, decision };
    }),
    ...(choice.plan ? { plan: planFor(read, evaluations, choice.settings, now) } : {}),
  };
}

/** A violation that nobody has seen before: no history, no approvals, no exemptions. */
function decisionAbout(evaluation: Evaluation, snapshot: Snapshot, settings: Settings, now: Date): Finding['decision'] {
  const { resource } = snapshot;
  return decide(evaluation, {
    ...policyFor(settings, resource, now),
    ...{
      now,
      resource,
      facts: factsOf(snapshot),
      selfId: null,
      retryFailing: true,
      budgetHold: null,
      rolloutHold: null,
    },
    ...{ foundBySweep: !settings.approvals.fromSweep, declined: null, exemption: null },
    ...{ history: NO_HISTORY, changers: [] },
  });
}

/** What autofix would write: the service's planner, with what its decisions leave when risky fixes ask for approvals. */
function planFor(
  snapshot: Snapshot,
  evaluations: readonly Evaluation[],
  settings: Settings,
  now: Date,
): NonNullable<ScannedResource['plan']> {
  const scopes = settings.scopes.map(({ mode: _, ...scope }) => scope);
  const approvals = { ...settings.approvals, fromSweep: true };
  const autofix: Settings = { ...settings, mode: 'autofix', scopes, approvals, stopped: null };
  const fixes = evaluations.flatMap((evaluation) => {
    if (evaluation.verdict !== 'violation' || evaluation.changes.length === 0) return [];
    const action = decisionAbout(evaluation, snapshot, autofix, now)?.action;
    return action === 'fix' || action === 'queue' || action === 'hold' ? [{ evaluation, action }] : [];
  });
  const requestsOf = (...actions: readonly string[]): PlannedRequest[] =>
    planOf(
      snapshot.resource,
      fixes.flatMap(({ action, evaluation }) => (actions.includes(action) ? evaluation : [])),
    ).map(requestView);
  return {
    fixes: fixes.map(({ evaluation, action }) => ({ rule: evaluation.rule.id, action })),
    requests: requestsOf('fix', 'hold'),
    queued: requestsOf('queue'),
  };
}
