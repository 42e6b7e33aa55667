/** A decision is the lowest ceiling on a violation, with the reasons of all of them. */
import { CEILINGS, type Ceiling, type Circumstances } from './ceilings.ts';
import type { Evaluation } from './evaluate.ts';
import { cutText, LONGEST_SENTENCE } from './limits.ts';
import { ACTIONS, type Action, type Reason, type ReasonCode } from './reasons.ts';

export interface Decision {
  readonly action: Action;
  /** When a hold ends by itself, if that is known. */
  readonly until: string | null;
  readonly reasons: readonly Reason[];
  /** One for each reason. */
  readonly ceilings: readonly Lift[];
  readonly approvalId?: string;
}

/** One of the ceilings, and what would become of the violation if it alone were lifted. */
export interface Lift {
  readonly code: ReasonCode;
  readonly at: Action;
  readonly until: string | null;
  readonly ifLifted: Action;
}

/** What becomes of a violation now. Without any ceiling it is fixed. */
export function decide(evaluation: Evaluation, circumstances: Circumstances): Decision {
  return lowest(ceilingsOn(evaluation, circumstances));
}

/** What becomes of a violation whose change a person approved: the ceilings that only asked for a person are lifted. */
export function decideApproved(evaluation: Evaluation, circumstances: Circumstances): Decision {
  return lowest(ceilingsOn(evaluation, circumstances).filter(({ liftedByApproval }) => !liftedByApproval));
}

function ceilingsOn(evaluation: Evaluation, circumstances: Circumstances): Ceiling[] {
  const all = CEILINGS.flatMap((cause) => cause(evaluation, circumstances) ?? []);
  const needsNobody = ['hold', 'fix'].includes(lowestOf(all.filter(({ onlyAsking }) => !onlyAsking)));
  return needsNobody ? all.filter(({ onlyAsking }) => !onlyAsking) : all;
}

function lowest(ceilings: readonly Ceiling[]): Decision {
  const action = lowestOf(ceilings);
  return {
    action,
    until: endOf(ceilings.filter(({ at }) => at === action)),
    reasons: ceilings.map(({ reason: { code, text } }) => ({ code, text: cutText(text, LONGEST_SENTENCE) })),
    ceilings: ceilings.map((one) => ({
      code: one.reason.code,
      at: one.at,
      until: one.until ?? null,
      ifLifted: lowestOf(ceilings.filter((other) => other !== one)),
    })),
  };
}

function lowestOf(ceilings: readonly Ceiling[]): Action {
  return ACTIONS[Math.min(ACTIONS.length - 1, ...ceilings.map(({ at }) => ACTIONS.indexOf(at)))] ?? 'report';
}

/** The last of their ends; one whose end nobody knows keeps it unknown. */
function endOf(ceilings: readonly Ceiling[]): string | null {
  const ends = ceilings.map(({ until }) => until ?? null);
  return ends.reduce((last, end) => (last === null || end === null ? null : later(last, end)), ends[0] ?? null);
}

function later(a: string, b: string): string {
  return Date.parse(a) < Date.parse(b) ? b : a;
}
