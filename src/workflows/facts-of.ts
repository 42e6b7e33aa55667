/** The audit facts that a reconcile records: one per rule and phase, with ids that make recording them twice harmless. */
import type { Approval } from '../domain/approval.ts';
import { type Actor, type ArmAnswer, type AuditFact, type AuditKind, factId, type Trigger } from '../domain/audit.ts';
import { type Change, samePlace } from '../domain/change.ts';
import type { Reason } from '../domain/reasons.ts';
import type { ResourceView } from '../domain/resource.ts';
import type { Mode } from '../domain/settings.ts';
import type { OpenEntry } from './ports.ts';

/** What all facts of one reconcile have in common. */
export interface Occasion {
  readonly at: string;
  readonly resource: ResourceView;
  readonly mode: Mode;
  readonly trigger: Trigger;
  readonly service: Actor;
}

export interface Ending {
  readonly state: 'applied' | 'failed' | 'blocked' | 'unknown';
  readonly reasons: readonly Reason[];
  readonly alsoMoved: readonly Change[];
  readonly arm: ArmAnswer | null;
  readonly message: string;
  /** What makes a block the same block: ARM's code, for instance. */
  readonly cause: string;
  /** Of an attempt that was carried out in part: those changes. */
  readonly part?: readonly Change[];
}

/** Not sent, because the values or the settings moved at the last moment: another look decides by what holds now. */
export function isHeldBack(end: Pick<Ending, 'state' | 'reasons'> | { readonly state: 'later' }): boolean {
  return end.state === 'blocked' && !end.reasons.some(({ code }) => code === 'blocked');
}

/** The end of an attempt of which only these changes were carried out: the entry lists them, and names the others. */
export function partly(ending: Ending, planned: readonly Change[], part: readonly Change[]): Ending {
  if (part.length === 0) return ending;
  const rest = planned.filter((change) => !part.some((one) => samePlace(one, change)));
  const text = `Carried out, and it stands: ${places(part)}. Not carried out: ${places(rest)}.`;
  return {
    ...ending,
    part,
    reasons: [...ending.reasons, { code: 'part-applied', text }],
    message: `${ending.message} ${text}`,
  };
}

export function intendedFact(
  occasion: Occasion,
  operationId: string,
  entry: OpenEntry,
  reasons: readonly Reason[],
): AuditFact {
  return {
    ...factOn(occasion, entry, operationId, 'intended', intendedId(operationId, entry)),
    reasons,
    message: `About to change ${places(entry.changes)}.`,
  };
}

/** The id of the intent that an attempt at these changes runs under. */
export function intendedId(operationId: string, { rule, digest }: OpenEntry): string {
  return factId(operationId, rule, digest, 'intended');
}

/**
 * The end of one attempt. A block for the same reason, with nothing carried out, is the same fact however often it is met;
 * every other end is a fact of its own attempt.
 */
export function endingFact(occasion: Occasion, operationId: string, entry: OpenEntry, ending: Ending): AuditFact {
  const isRepeated = ending.state === 'blocked' && ending.part === undefined;
  const which = isRepeated ? ending.cause : String(entry.attempts);
  return {
    ...factOn(occasion, entry, operationId, ending.state, factId(operationId, entry.rule, ending.state, which)),
    changes: ending.part ?? entry.changes,
    reasons: ending.reasons,
    alsoMoved: ending.alsoMoved,
    arm: ending.arm,
    message: ending.message,
  };
}

/** What became of an approval by itself, or that it was asked for. */
export function approvalFact(
  occasion: Occasion,
  approval: Approval,
  kind: Extract<AuditKind, `approval.${string}`>,
  message: string,
): AuditFact {
  return {
    ...common(occasion),
    id: factId(approval.id, kind),
    kind,
    rule: approval.rule.id,
    operationId: null,
    approvalId: approval.id,
    changes: approval.changes,
    reasons: approval.reasons,
    message,
  };
}

function factOn(
  occasion: Occasion,
  entry: OpenEntry,
  operationId: string,
  phase: Ending['state'] | 'intended',
  id: string,
) {
  return {
    ...common(occasion),
    id,
    kind: `${entry.purpose}.${phase}` as const,
    rule: entry.rule,
    operationId,
    approvalId: entry.approvalId,
    changes: entry.changes,
  };
}

function common({ at, resource, mode, trigger, service }: Occasion) {
  return { at, resource, mode, trigger, actor: service, alsoMoved: [], reasons: [], arm: null };
}

function places(changes: readonly Change[]): string {
  return changes.map(({ document, path }) => `${document} ${path}`).join(', ');
}
