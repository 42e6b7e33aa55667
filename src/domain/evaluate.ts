/** The verdict of every rule on one snapshot. */
import type { Change, Kept } from './change.ts';
import { sortChanges } from './change.ts';
import type { AnyRule, Severity, Tier, Verdict } from './rule.ts';
import type { EffectiveRule } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

export interface Evaluation {
  readonly rule: AnyRule;
  readonly verdict: Verdict;
  readonly tier: Tier;
  readonly severity: Severity;
  readonly reason: string;
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
}

/** One evaluation for every rule given, ordered by rule id. */
export function evaluate(snapshot: Snapshot, rules: readonly EffectiveRule[], now: Date): Evaluation[] {
  return rules
    .map((effective) => evaluateRule(snapshot, effective, now))
    .sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
}

function evaluateRule(snapshot: Snapshot, effective: EffectiveRule, now: Date): Evaluation {
  const { rule, parameters } = effective;
  const judgement = rule.check(snapshot, parameters, now);
  if (judgement.verdict !== 'violation') {
    const tier = tierOf(effective, undefined);
    return { rule, ...judgement, tier, severity: rule.severity, changes: [], kept: [] };
  }
  return {
    rule,
    verdict: 'violation',
    reason: judgement.reason,
    tier: judgement.changes.length === 0 ? 'advice' : tierOf(effective, judgement.tier),
    severity: judgement.severity ?? rule.severity,
    changes: sortChanges(judgement.changes),
    kept: judgement.kept ?? [],
  };
}

/** A stored tier replaces the default; what the catalogue marks risky or advice for this very resource always wins. */
function tierOf({ rule, tier: stored }: EffectiveRule, here: Tier | undefined): Tier {
  if (here === 'risky' || here === 'advice') return here;
  return stored ?? here ?? rule.tier;
}
