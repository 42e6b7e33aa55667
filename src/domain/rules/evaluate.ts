/** The verdict of every rule on one snapshot. */
import { hasPlace, type PreservedValue, sortChanges } from '../changes/change.ts';
import { secretObstacle } from '../changes/plan-requests.ts';
import { MAX_FIX_SIZE, MAX_FIXES_SIZE, MAX_SENTENCE, serializedSize, truncateText } from '../resources/limits.ts';
import { bodyOf, isFunctionApp, type Snapshot } from '../resources/snapshot.ts';
import { type AnyRule, type CheckResult, type RuleResult, type Tier, unknown } from './rule.ts';
import type { EffectiveRule } from './settings.ts';

export interface Evaluation extends RuleResult {
  readonly rule: AnyRule;
  /** The tier that a violation has because of this resource. */
  readonly ownTier?: Tier;
  readonly preserved: readonly PreservedValue[];
}

/** One evaluation for every rule given, ordered by rule id. */
export function evaluate(snapshot: Snapshot, rules: readonly EffectiveRule[], now: Date): Evaluation[] {
  return dropOversized(rules.map((effective) => evaluateRule(snapshot, effective, now))).sort((a, b) =>
    a.rule.id < b.rule.id ? -1 : 1,
  );
}

/**
 * Changes are stored completely in the resource state, in approvals and in the log, and are never truncated. Changes
 * that do not fit are not offered, and the reason says why. The smallest come first, so that a large list does not
 * prevent the fix of a switch.
 */
function dropOversized(evaluations: readonly Evaluation[]): Evaluation[] {
  const fixes = evaluations.filter(({ changes }) => changes.length > 0);
  const sized = fixes.map((one) => ({ one, size: serializedSize([one.changes, one.preserved]) }));
  let capacity = MAX_FIXES_SIZE;
  const fitting = sized
    .sort((a, b) => a.size - b.size)
    .map(({ one, size }): Evaluation => {
      capacity -= size;
      if (size <= MAX_FIX_SIZE && capacity >= 0) return one;
      const limit = size > MAX_FIX_SIZE ? `${MAX_FIX_SIZE} of one rule` : `${MAX_FIXES_SIZE} of all rules together`;
      const why = `Plumbline does not write this: the change has ${size} characters of JSON, and there is room for ${limit}. Change it where it is declared.`;
      return { ...one, tier: 'advice', reason: `${one.reason} ${why}`, changes: [], preserved: [] };
    });
  return [...evaluations.filter(({ changes }) => changes.length === 0), ...fitting];
}

/** What the check of a rule finds. Its verdict is that of the evaluation. */
export function checkRule(snapshot: Snapshot, { rule, parameters }: EffectiveRule, now: Date): CheckResult {
  return checkPaths(rule.check(snapshot, parameters, now), snapshot);
}

function evaluateRule(snapshot: Snapshot, effective: EffectiveRule, now: Date): Evaluation {
  const { rule } = effective;
  const result = checkSecrets(truncateReason(checkRule(snapshot, effective, now)), snapshot);
  if (result.verdict !== 'violation') {
    const tier = tierOf(effective, undefined);
    return { rule, ...result, tier, severity: rule.severity, changes: [], preserved: [] };
  }
  // Changes of function and logic apps are risky, because their behaviour depends on their code.
  const ownTier = isFunctionApp(snapshot) ? 'risky' : result.tier;
  return {
    rule,
    verdict: 'violation',
    reason: result.reason,
    tier: tierOfViolation(effective, ownTier, result.changes),
    ...(ownTier === undefined ? {} : { ownTier }),
    severity: result.severity ?? rule.severity,
    changes: sortChanges(result.changes),
    preserved: result.preserved ?? [],
  };
}

/** Reasons contain values from Azure, which may be long. */
function truncateReason<J extends CheckResult>(result: J): J {
  return { ...result, reason: truncateText(result.reason, MAX_SENTENCE) };
}

/**
 * A change below a text or a number would replace it. The form of the document is unknown then, so nothing is written.
 */
function checkPaths(result: CheckResult, snapshot: Snapshot): CheckResult {
  if (result.verdict !== 'violation') return result;
  const missing = result.changes.find(({ document, path }) => !hasPlace(bodyOf(snapshot, document) ?? {}, path));
  return missing ? unknown(`${missing.document} has no place for ${missing.path}: its form is not known.`) : result;
}

/** Changes that would send or replace a secret are not offered. The violation stays, and the reason says why. */
function checkSecrets(result: CheckResult, snapshot: Snapshot): CheckResult {
  if (result.verdict !== 'violation') return result;
  const why = secretObstacle(snapshot, result.changes, result.preserved);
  return why === null ? result : { ...result, reason: `${result.reason} ${why}`, changes: [], preserved: [] };
}

/** The tier of a violation with these changes. `ownTier`: the one that it has because of its resource. */
export function tierOfViolation(
  effective: Pick<EffectiveRule, 'rule' | 'tier'>,
  ownTier: Tier | undefined,
  changes: RuleResult['changes'],
): Tier {
  return changes.length === 0 ? 'advice' : tierOf(effective, ownTier);
}

/** A stored tier replaces the default. A tier from the check of this resource (risky or advice) has priority. */
function tierOf({ rule, tier: stored }: Pick<EffectiveRule, 'rule' | 'tier'>, here: Tier | undefined): Tier {
  if (rule.tier === 'advice' || here === 'advice') return 'advice';
  if (here === 'risky') return here;
  return stored ?? here ?? rule.tier;
}
