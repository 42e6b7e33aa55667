/**
 * Decides about a violation again, from its stored finding, under other settings and exemptions, with the same constraints as
 * a look at the resource. It says what the next sweep decides when the resource stays as it is.
 */
import type { Exemption } from '../approvals/exemption.ts';
import { HOUR_MS, timeAfter } from '../resources/durations.ts';
import type { Resource } from '../resources/resource.ts';
import type { EffectiveSettings } from '../rules/effective.ts';
import { type Evaluation, tierOfViolation } from '../rules/evaluate.ts';
import { NO_HISTORY } from '../rules/history.ts';
import type { EffectiveRule } from '../rules/settings.ts';
import type { DecisionBasis } from './basis.ts';
import { MAX_PLACES } from './budget.ts';
import { type BudgetHold, type DecisionInput, isDeclined } from './constraints.ts';
import { type Decision, decide, decideApproved } from './decide.ts';
import type { Finding } from './finding.ts';
import { onlySweepFound } from './found-by-sweep.ts';

/** What decides about a violation beside its finding. */
export interface Circumstances {
  readonly now: Date;
  readonly selfId: string | null;
  readonly policy: EffectiveSettings['policy'];
  readonly rule: EffectiveRule;
  readonly exemption: Exemption | null;
  /** Whether approvals are requested for what only the sweep found. */
  readonly fromSweep: boolean;
  /** The hold when the budget refuses the resource. */
  claim(resource: Resource): BudgetHold | null;
  /** Why a roll-out of a rule holds the resource. */
  rolloutHold(resource: Resource, rule: string): string | null;
}

export function decideAgain(
  resource: Resource,
  finding: Finding,
  basis: DecisionBasis,
  { now, selfId, policy, rule, exemption, fromSweep, claim, rolloutHold }: Circumstances,
): Decision {
  const { severity, reason, changes } = finding;
  const evaluation: Evaluation = {
    ...{ rule: rule.rule, verdict: 'violation', severity, reason, changes, preserved: [] },
    tier: tierOfViolation(rule, basis.ownTier, changes),
  };
  const foundBySweep = onlySweepFound({
    requested: finding.decision?.approvalId !== undefined,
    before: finding,
    changedByEvent: basis.changedByEvent ?? false,
    bySweep: true,
  });
  const input: DecisionInput = {
    ...policy,
    now,
    resource,
    facts: basis.facts ?? {},
    selfId,
    retryFailing: false,
    budgetHold: null,
    rolloutHold: rolloutHold(resource, finding.rule),
    foundBySweep: !fromSweep && foundBySweep,
    declined: basis.declined && isDeclined(basis.declined, now) ? basis.declined : null,
    exemption,
    history: basis.history ?? NO_HISTORY,
    changers: basis.changers ?? [],
  };
  if (basis.approved) return decideApproved(evaluation, input);
  const decision = decide(evaluation, input);
  const budgetHold = decision.action === 'fix' ? claim(resource) : null;
  return budgetHold === null ? decision : decide(evaluation, { ...input, budgetHold });
}

/** The budget of each subscription, when no place is taken yet: each resource gets one place, the first ones at once. */
export interface PlannedBudget {
  claim(resource: Resource): BudgetHold | null;
  /** Hours until the last resource has its turn; null when there never is one. */
  hours(): number | null;
}

export function planBudget(limit: number, now: Date): PlannedBudget {
  const capacity = Math.min(limit, MAX_PLACES);
  const subscriptions = new Map<string, Map<string, number>>();
  return {
    claim({ subscriptionId, key }) {
      const places = subscriptions.get(subscriptionId) ?? new Map<string, number>();
      subscriptions.set(subscriptionId, places);
      const place = places.get(key) ?? places.size;
      places.set(key, place);
      if (place < capacity) return null;
      const hours = capacity === 0 ? 1 : Math.floor(place / capacity);
      return { until: timeAfter(now, hours * HOUR_MS).toISOString(), used: capacity, limit };
    },
    hours() {
      const most = Math.max(0, ...[...subscriptions.values()].map(({ size }) => size));
      if (most === 0) return 0;
      return capacity === 0 ? null : Math.floor((most - 1) / capacity);
    },
  };
}
