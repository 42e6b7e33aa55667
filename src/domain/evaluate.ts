/** The verdict of every rule on one snapshot. */
import { type Change, hasPlace, type Kept, sortChanges } from './change.ts';
import { cutText, LARGEST_FIX, LARGEST_FIXES, LONGEST_SENTENCE, weightOf } from './limits.ts';
import { whyNotWritten } from './plan.ts';
import { type AnyRule, type Judgement, type Severity, type Tier, unknown, type Verdict } from './rule.ts';
import type { EffectiveRule } from './settings.ts';
import { bodyOf, isFunctionApp, type Snapshot } from './snapshot.ts';

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
  return withoutTooLarge(rules.map((effective) => evaluateRule(snapshot, effective, now))).sort((a, b) =>
    a.rule.id < b.rule.id ? -1 : 1,
  );
}

/**
 * What would be written stands as a whole in the memory, in approvals and in the log, and is never cut: what has no room there
 * is not offered, and the reason says why. The smallest come first, so that no endless list keeps a switch from being fixed.
 */
function withoutTooLarge(evaluations: readonly Evaluation[]): Evaluation[] {
  const sized = evaluations.map((one) => ({ one, weight: weightOf([one.changes, one.kept]) }));
  let room = LARGEST_FIXES;
  return [...sized]
    .sort((a, b) => a.weight - b.weight)
    .map(({ one, weight }): Evaluation => {
      if (one.changes.length === 0) return one;
      room -= weight;
      if (weight <= LARGEST_FIX && room >= 0) return one;
      const most = weight > LARGEST_FIX ? `${LARGEST_FIX} of one rule` : `${LARGEST_FIXES} of all rules together`;
      const why = `Plumbline does not write this: the change has ${weight} characters of JSON, and there is room for ${most}. Change it where it is declared.`;
      return { ...one, tier: 'advice', reason: `${one.reason} ${why}`, changes: [], kept: [] };
    });
}

function evaluateRule(snapshot: Snapshot, effective: EffectiveRule, now: Date): Evaluation {
  const { rule, parameters } = effective;
  const judgement = writable(placed(short(rule.check(snapshot, parameters, now)), snapshot), snapshot);
  if (judgement.verdict !== 'violation') {
    const tier = tierOf(effective, undefined);
    return { rule, ...judgement, tier, severity: rule.severity, changes: [], kept: [] };
  }
  return {
    rule,
    verdict: 'violation',
    reason: judgement.reason,
    // A change to what is whatever its code does is risky, whatever the rule says.
    tier:
      judgement.changes.length === 0 ? 'advice' : tierOf(effective, isFunctionApp(snapshot) ? 'risky' : judgement.tier),
    severity: judgement.severity ?? rule.severity,
    changes: sortChanges(judgement.changes),
    kept: judgement.kept ?? [],
  };
}

/** Reasons name what Azure holds, which may be much. */
function short<J extends Judgement>(judgement: J): J {
  return { ...judgement, reason: cutText(judgement.reason, LONGEST_SENTENCE) };
}

/** What is not understood is not written: a change below a text or a number would replace it. */
function placed(judgement: Judgement, snapshot: Snapshot): Judgement {
  if (judgement.verdict !== 'violation') return judgement;
  const lost = judgement.changes.find(({ document, path }) => !hasPlace(bodyOf(snapshot, document) ?? {}, path));
  return lost ? unknown(`${lost.document} has no place for ${lost.path}: its form is not known.`) : judgement;
}

/** What would take a secret along, or write over one, is not offered: what is wrong stays wrong, and the reason says why. */
function writable(judgement: Judgement, snapshot: Snapshot): Judgement {
  if (judgement.verdict !== 'violation') return judgement;
  const why = whyNotWritten(snapshot, judgement.changes, judgement.kept);
  return why === null ? judgement : { ...judgement, reason: `${judgement.reason} ${why}`, changes: [], kept: [] };
}

/** A stored tier replaces the default; what the catalogue marks risky or advice for this very resource always wins. */
function tierOf({ rule, tier: stored }: EffectiveRule, here: Tier | undefined): Tier {
  if (rule.tier === 'advice' || here === 'advice') return 'advice';
  if (here === 'risky') return here;
  return stored ?? here ?? rule.tier;
}
