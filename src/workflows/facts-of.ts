/** The audit facts that a reconcile records: one per rule and phase, with ids that make recording them twice harmless. */
import type { Approval } from '../domain/approval.ts';
import {
  type Actor,
  type ArmAnswer,
  type AuditEntry,
  type AuditFact,
  type AuditKind,
  factId,
  type SealedFact,
  type Trigger,
} from '../domain/audit.ts';
import { type Change, type Purpose, samePlace } from '../domain/change.ts';
import { digestReason } from '../domain/digests.ts';
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
  /** Signs a fact that waits in a row. */
  readonly seal: (fact: AuditFact) => SealedFact;
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

/** The fact that an attempt is about to be carried out. A further attempt before its end is the same fact. */
export function intendedFact(
  occasion: Occasion,
  operationId: string,
  entry: OpenEntry,
  reasons: readonly Reason[],
): AuditFact {
  return {
    ...common(occasion),
    id: intendedId(operationId, entry),
    kind: `${entry.purpose}.intended`,
    rule: entry.rule,
    operationId,
    approvalId: entry.approvalId,
    changes: entry.changes,
    reasons,
    message: `About to change ${places(entry.changes)}.`,
  };
}

/** The id of the intent that an attempt runs under. What a person decided is attempted once, under the subject of its approval. */
export function intendedId(operationId: string, entry: Pick<OpenEntry, 'rule' | 'approvalId'>): string {
  return factId(subjectOf(operationId, entry), 'intended');
}

/** What the facts of an attempt are about. */
export function subjectOf(operationId: string | null, { rule, approvalId }: SubjectParts): string {
  return approvalId ?? `${operationId} ${rule}`;
}

interface SubjectParts {
  readonly rule: string | null;
  readonly approvalId: string | null;
}

/**
 * How an attempt stands, as the log has it under its intent. Whatever is final shares one id, so that an intent ends once.
 * A block for the same reason, and that an outcome is unknown, are one fact however often they are met.
 */
export function endingFact(occasion: Occasion, intent: AuditEntry, ending: Ending): AuditFact {
  const { rule, operationId, approvalId, hash, changes } = intent;
  const which = isFinal(ending) ? ['end'] : [ending.state, ending.cause];
  return {
    ...common(occasion),
    id: factId(subjectOf(operationId, intent), hash, ...which),
    kind: `${purposeOf(intent)}.${ending.state}`,
    rule,
    operationId,
    approvalId,
    changes: ending.part ?? changes,
    reasons: ending.reasons,
    alsoMoved: ending.alsoMoved,
    arm: ending.arm,
    message: ending.message,
  };
}

/** Whether nothing more is told of an attempt: it was carried out, wholly or in part, or it failed. */
export function isFinal({ state, part }: Pick<Ending, 'state' | 'part'>): boolean {
  return state === 'applied' || state === 'failed' || part !== undefined;
}

/** The final end of an intent among the entries about its subject; null when it has none. */
export function endAmong(entries: readonly AuditEntry[], intent: AuditEntry): AuditEntry | null {
  const id = factId(subjectOf(intent.operationId, intent), intent.hash, 'end');
  return entries.find((entry) => entry.id === id) ?? null;
}

/** What the log says about the end of an attempt. */
export function endingIn({ kind, changes, alsoMoved, reasons, arm, message }: AuditEntry): Ending {
  const part = reasons.some(({ code }) => code === 'part-applied') ? { part: changes } : {};
  return { state: stateIn(kind), reasons, alsoMoved, arm, message, cause: '', ...part };
}

function stateIn(kind: AuditKind): Ending['state'] {
  const state = STATES.find((one) => kind.endsWith(`.${one}`));
  if (!state) throw new Error(`an entry of kind ${kind} tells of no end`);
  return state;
}

const STATES: readonly Ending['state'][] = ['applied', 'failed', 'blocked', 'unknown'];

function purposeOf({ kind }: AuditEntry): Purpose {
  return kind.startsWith('rollback.') ? 'rollback' : 'fix';
}

/** What became of an approval by itself, or that it was asked for. */
export function approvalFact(
  occasion: Occasion,
  approval: Approval,
  kind: Extract<AuditKind, `approval.${string}`>,
  message: string,
): SealedFact {
  return occasion.seal({
    ...common(occasion),
    id: factId(approval.id, kind),
    kind,
    rule: approval.rule.id,
    operationId: null,
    approvalId: approval.id,
    changes: approval.changes,
    reasons: [...approval.reasons, digestReason(approval.digest)],
    message,
  });
}

function common({ at, resource, mode, trigger, service }: Occasion) {
  return { at, resource, mode, trigger, actor: service, alsoMoved: [], reasons: [], arm: null };
}

function places(changes: readonly Change[]): string {
  return changes.map(({ document, path }) => `${document} ${path}`).join(', ');
}
