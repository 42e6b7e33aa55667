/** A decision is the lowest ceiling on a violation, with the reasons of all of them. */
import { CEILINGS, type Ceiling, type Circumstances } from './ceilings.ts';
import type { Evaluation } from './evaluate.ts';
import { ACTIONS, type Action, type Reason } from './reasons.ts';

export interface Decision {
  readonly action: Action;
  /** When a hold ends by itself, if that is known. */
  readonly until: string | null;
  readonly reasons: readonly Reason[];
  readonly approvalId?: string;
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
  return CEILINGS.flatMap((cause) => cause(evaluation, circumstances) ?? []);
}

function lowest(ceilings: readonly Ceiling[]): Decision {
  const action = ACTIONS[Math.min(ACTIONS.length - 1, ...ceilings.map(({ at }) => ACTIONS.indexOf(at)))] ?? 'report';
  const until = ceilings.find(({ at, until: end }) => at === action && end)?.until ?? null;
  return { action, until, reasons: ceilings.map(({ reason }) => reason) };
}
