/** A decision is the strictest constraint on a violation, with the reasons of all constraints. */
import * as z from 'zod';
import { MAX_SENTENCE, truncateText } from '../resources/limits.ts';
import { ACTIONS, type Action, REASON_CODES, reason } from '../resources/reasons.ts';
import { type Infer, time } from '../resources/schema.ts';
import type { Evaluation } from '../rules/evaluate.ts';
import { type AppliedConstraint, CONSTRAINTS, type DecisionInput } from './constraints.ts';

/** A constraint, and the action if it alone were lifted. */
const constraintEffect = z.strictObject({
  code: z.enum(REASON_CODES),
  at: z.enum(ACTIONS).describe('The most that it allows'),
  until: time.nullable(),
  ifLifted: z.enum(ACTIONS).describe('What would happen without it alone'),
});

export const decision = z.strictObject({
  action: z.enum(ACTIONS),
  /** When a hold ends, if that is known. */
  until: time.nullable(),
  reasons: z.array(reason),
  /** One entry for each reason. */
  ceilings: z.array(constraintEffect),
  approvalId: z.string().exactOptional(),
});
export type Decision = Infer<typeof decision>;

/** The decision about a violation. Without constraints it is fixed. */
export function decide(evaluation: Evaluation, input: DecisionInput): Decision {
  return decisionOf(constraintsOn(evaluation, input));
}

/** The decision about a violation whose changes were approved: constraints that only require an approval are lifted. */
export function decideApproved(evaluation: Evaluation, input: DecisionInput): Decision {
  return decisionOf(constraintsOn(evaluation, input).filter(({ liftedByApproval }) => !liftedByApproval));
}

function constraintsOn(evaluation: Evaluation, input: DecisionInput): AppliedConstraint[] {
  const all = CONSTRAINTS.flatMap((constraint) => constraint(evaluation, input) ?? []);
  const isAutomatic = ['hold', 'fix'].includes(
    lowestAction(all.filter(({ approvalRequestsOnly }) => !approvalRequestsOnly)),
  );
  return isAutomatic ? all.filter(({ approvalRequestsOnly }) => !approvalRequestsOnly) : all;
}

function decisionOf(constraints: readonly AppliedConstraint[]): Decision {
  const action = lowestAction(constraints);
  return {
    action,
    until: lastEnd(constraints.filter(({ action: at }) => at === action)),
    reasons: constraints.map(({ reason: { code, text } }) => ({ code, text: truncateText(text, MAX_SENTENCE) })),
    ceilings: constraints.map((one) => ({
      code: one.reason.code,
      at: one.action,
      until: one.until ?? null,
      ifLifted: lowestAction(constraints.filter((other) => other !== one)),
    })),
  };
}

function lowestAction(constraints: readonly AppliedConstraint[]): Action {
  return ACTIONS[Math.min(ACTIONS.length - 1, ...constraints.map(({ action }) => ACTIONS.indexOf(action)))] ?? 'report';
}

/** The latest end; null when one end is not known. */
function lastEnd(constraints: readonly AppliedConstraint[]): string | null {
  const ends = constraints.map(({ until }) => until ?? null);
  return ends.reduce((last, end) => (last === null || end === null ? null : later(last, end)), ends[0] ?? null);
}

function later(a: string, b: string): string {
  return Date.parse(a) < Date.parse(b) ? b : a;
}
