/** The verdict of every rule on one snapshot. */
import { type Change, type Kept, sortChanges } from './change.ts';
import type { AnyRule, Severity, Tier, Verdict } from './rule.ts';
import type { EffectiveRule } from './settings.ts';
import { kindsOf, type Snapshot } from './snapshot.ts';

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
    tier:
      judgement.changes.length === 0 ? 'advice' : tierOf(effective, isFunctionApp(snapshot) ? 'risky' : judgement.tier),
    severity: judgement.severity ?? rule.severity,
    changes: sortChanges(judgement.changes),
    kept: judgement.kept ?? [],
  };
}

/** A stored tier replaces the default; what the catalogue marks risky or advice for this very resource always wins. */
function tierOf({ rule, tier: stored }: EffectiveRule, here: Tier | undefined): Tier {
  if (rule.tier === 'advice' || here === 'advice') return 'advice';
  if (here === 'risky') return here;
  return stored ?? here ?? rule.tier;
}

/** Function and logic apps are whatever their code does, so a change to them is risky whatever the rule says. */
function isFunctionApp(snapshot: Snapshot): boolean {
  return kindsOf(snapshot).some((kind) => kind === 'functionapp' || kind === 'workflowapp');
}
