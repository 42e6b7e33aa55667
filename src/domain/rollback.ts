/**
 * Putting back what a fix changed: only exactly that, only what can be put back, and only while it is still what was
 * written. The approval of a rollback is settled by this, not by the verdict of its rule.
 */
import type { Approval, Settlement } from './approval.ts';
import { movedSince } from './approval.ts';
import type { AuditEntry } from './audit.ts';
import { type Change, invertChanges, standing, valueAt } from './change.ts';
import { sameJson } from './json.ts';
import type { AnyRule } from './rule.ts';
import { bodyOf, type Snapshot, stateOf } from './snapshot.ts';

/** Why what an entry tells of cannot be undone, as a sentence; null when it can. `rule` is null when it is known no more. */
export function whyIrreversible(
  entry: Pick<AuditEntry, 'kind' | 'rule' | 'changes'>,
  rule: AnyRule | null,
): string | null {
  if (entry.kind !== 'fix.applied')
    return `Only what a fix has written can be put back; this entry is '${entry.kind}'.`;
  if (!rule) return `The rule '${entry.rule}' is no longer part of the catalogue.`;
  if (!rule.reversible) return `What '${rule.id}' changes cannot be undone. ${rule.risk}`;
  if (invertChanges(entry.changes) !== null) return null;
  const empty = entry.changes.filter(({ document, from }) => from === null && document !== 'diagnosticSettings');
  const places = empty.map(({ document, path }) => `${document} ${path}`).join(', ');
  return `There was no value at ${places} before, and Azure takes no value for no change.`;
}

/** What puts an entry's changes back, what of them moved since, or that it could not be read. */
export type Undoing =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  /** From is what was written, to what is there now. */
  | { readonly kind: 'moved'; readonly moved: readonly Change[] }
  | { readonly kind: 'unread' };

/** Holds what was written against a fresh read. `from` of a change is what is there: what Azure added to it included. */
export function undoing(written: readonly Change[], fresh: Snapshot): Undoing {
  const states = written.map(({ document }) => stateOf(fresh, document).status);
  if (states.some((status) => status !== 'read' && status !== 'missing')) return { kind: 'unread' };
  const now = ({ document, path }: Change) => valueAt(bodyOf(fresh, document) ?? {}, path);
  const moved = written.filter((change) => standing([change], fresh) !== 'planned');
  if (moved.length > 0) {
    return { kind: 'moved', moved: moved.map((change) => ({ ...change, from: change.to, to: now(change) })) };
  }
  return { kind: 'changes', changes: written.map((change) => ({ ...change, from: now(change), to: change.from })) };
}

/** What becomes of the approval of a rollback against a fresh read. It was decided when it was asked for. */
export function settleRollback(approval: Approval, fresh: Snapshot): Settlement {
  const documents = [...approval.changes, ...approval.kept].map(({ document }) => document);
  if (documents.some((document) => !bodyOf(fresh, document))) return { kind: 'keep' };
  const now = standing(approval.changes, fresh);
  if (now === 'planned') {
    return { kind: 'clear', reason: { code: 'already-right', text: 'The values from before are there already.' } };
  }
  const keeps = approval.kept.every(({ document, path, value }) =>
    sameJson(valueAt(bodyOf(fresh, document) ?? {}, path), value),
  );
  return now === 'before' && keeps ? { kind: 'execute' } : { kind: 'supersede', moved: movedSince(approval, fresh) };
}
