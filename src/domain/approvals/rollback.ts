/**
 * Plans the rollback of a fix and of its side effects. It reverts only these values, only where that is possible, and
 * only while the values are those that were written or read then. This decides about the approval of a rollback. The
 * verdict of the rule does not.
 */

import type { AuditEntry } from '../audit/audit.ts';
import { type Change, compareToPlan, invertChanges, type PreservedValue, valueAt } from '../changes/change.ts';
import { isValueDigest } from '../changes/diff-summary.ts';
import { isEquivalent, isRestorable } from '../changes/document-diff.ts';
import { type DocumentName, documentOf, writeDefinitionOf } from '../resources/documents.ts';
import { isObject, type Json, pointerOf, sameJson, tokensOf } from '../resources/json.ts';
import { matchesPattern, patternsOverlap } from '../resources/path-patterns.ts';
import { redactSecrets } from '../resources/redact.ts';
import type { ResourceKind } from '../resources/resource.ts';
import { bodyOf, redactedIn, type Snapshot, stateOf } from '../resources/snapshot.ts';
import type { AnyRule } from '../rules/rule.ts';
import type { Approval, ApprovalTransition } from './approval.ts';
import { movedSince } from './approval.ts';

/** Whether an entry is the outcome of a fix that was applied, completely or in part. */
export function wroteChanges({ kind, reasons }: Pick<AuditEntry, 'kind' | 'reasons'>): boolean {
  return kind === 'fix.applied' || (kind.startsWith('fix.') && reasons.some(({ code }) => code === 'part-applied'));
}

/**
 * Why an entry cannot be rolled back, as a sentence; null when it can. `rule` is null when it does not exist any more.
 */
export function irreversibleReason(
  entry: Pick<AuditEntry, 'kind' | 'rule' | 'changes' | 'reasons'>,
  rule: AnyRule | null,
): string | null {
  if (!wroteChanges(entry)) return `Only what a fix has written can be put back; this entry is '${entry.kind}'.`;
  if (!rule) return `The rule '${entry.rule}' no longer exists.`;
  if (!rule.reversible) return `What '${rule.id}' changes cannot be undone. ${rule.risk}`;
  if (invertChanges(entry.changes) !== null) return null;
  const empty = entry.changes.filter(({ document, from }) => from === null && document !== 'diagnosticSettings');
  const paths = empty.map(({ document, path }) => `${document} ${path}`).join(', ');
  return `There was no value at ${paths} before, and Azure takes no value for no change.`;
}

/** The changes that revert an entry, or the values that changed since, or that these could not be read. */
export type UndoPlan =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  /** `from` is what was written, `to` what is there now. */
  | { readonly kind: 'moved'; readonly moved: readonly Change[] }
  | { readonly kind: 'unread' };

/**
 * Compares the written changes with a fresh read. `from` of a planned change is the current value, with what Azure
 * added to it.
 */
export function planUndo(written: readonly Change[], fresh: Snapshot): UndoPlan {
  const states = written.map(({ document }) => stateOf(fresh, document).status);
  if (states.some((status) => status !== 'read' && status !== 'missing')) return { kind: 'unread' };
  const now = (change: Change) => valueNow(fresh, change);
  const moved = written.filter((change) => compareToPlan([change], fresh) !== 'planned');
  if (moved.length > 0) {
    return { kind: 'moved', moved: moved.map((change) => ({ ...change, from: change.to, to: now(change) })) };
  }
  return { kind: 'changes', changes: written.map((change) => ({ ...change, from: now(change), to: change.from })) };
}

/** The side effects of a fix that are reverted with it, and those that are not, with the reason. */
export interface SideEffectUndo {
  readonly changes: readonly Change[];
  /** The values that must be sent with these changes. */
  readonly preserved: readonly PreservedValue[];
  readonly kept: readonly { readonly change: Change; readonly why: string }[];
}

/** `reason`: why nothing may be reverted; null when it may. */
export function planSideEffectUndo(
  alsoMoved: readonly Change[],
  fresh: Snapshot,
  reason: string | null,
): SideEffectUndo {
  const { kind } = fresh.resource;
  const checked = alsoMoved.map((change) => ({ change, why: reason ?? reasonToLeave(kind, change, fresh) }));
  const changes = checked
    .filter(({ why }) => why === null)
    .map(({ change: { document, path, from: to } }) => ({
      document,
      path,
      from: valueNow(fresh, { document, path }),
      to,
    }))
    .filter(({ path, from, to }) => !isEquivalent(from, to, path));
  return {
    changes,
    preserved: kind === 'web-app' ? changes.flatMap((change) => siblingsOf(change, changes, fresh)) : [],
    kept: checked.flatMap(({ change, why }) => (why === null ? [] : [{ change, why }])),
  };
}

/** Why a side effect is not reverted; null when it can be, or has its old value again. */
function reasonToLeave(kind: ResourceKind, { document, path, from, to }: Change, fresh: Snapshot): string | null {
  const definition = documentOf(kind, document);
  const write = writeDefinitionOf(definition, path);
  if (!definition || !write || write.how === 'whole' || !isRestorable(definition, path))
    return 'a rollback does not write this place';
  if (isValueDigest(from) || isValueDigest(to)) return 'it is too long for the log to hold';
  if (isHidden(kind, document, path, fresh) || redactSecrets(from, []).redactedPaths.length > 0)
    return 'it holds or stands beside a secret, which is not shown';
  const removes = write.how === 'elements' ? path.endsWith('/properties') : write.at === '' && kind !== 'web-app';
  if (from === null && !removes) return 'there was no value before, and Azure takes no value for no change';
  if (!bodyOf(fresh, document)) return 'it cannot be read now';
  const now = valueNow(fresh, { document, path });
  return isEquivalent(now, to, path) || isEquivalent(now, from, path)
    ? null
    : 'it is no longer as it was seen after the fix';
}

/** Whether the snapshot lacks a value that would be written. On App Service this includes siblings. */
function isHidden(kind: ResourceKind, document: DocumentName, target: string, fresh: Snapshot): boolean {
  const covered = kind === 'web-app' ? pointerOf(tokensOf(target).slice(0, 2)) : target;
  return redactedIn(fresh, document).some((path) => patternsOverlap(path, covered));
}

/** App Service replaces some members of its documents as a whole. The other values in such a member are sent along. */
function siblingsOf(change: Change, changes: readonly Change[], fresh: Snapshot): PreservedValue[] {
  const [section, member, ...deeper] = tokensOf(change.path);
  if (section !== 'properties' || member === undefined || deeper.length === 0) return [];
  const { document } = change;
  const sectionPath = pointerOf([section, member]);
  return leavesOf(sectionPath, valueNow(fresh, { document, path: sectionPath }))
    .map((value) => ({ document, ...value }))
    .filter((value) => !changes.some((one) => one.document === document && matchesPattern(value.path, one.path)));
}

function leavesOf(path: string, value: Json): { path: string; value: Json }[] {
  if (!isObject(value)) return value === null ? [] : [{ path, value }];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(`${path}${pointerOf([name])}`, member));
}

function valueNow(fresh: Snapshot, { document, path }: Pick<Change, 'document' | 'path'>): Json {
  return valueAt(bodyOf(fresh, document) ?? {}, path);
}

/** The transition of the approval of a rollback by a fresh read. It was decided when it was requested. */
export function reconcileRollback(approval: Approval, fresh: Snapshot): ApprovalTransition {
  const documents = [...approval.changes, ...approval.preserved].map(({ document }) => document);
  if (documents.some((document) => !bodyOf(fresh, document))) return { kind: 'keep' };
  const now = compareToPlan(approval.changes, fresh);
  if (now === 'planned') {
    return { kind: 'clear', reason: { code: 'already-right', text: 'The values from before are there already.' } };
  }
  const isPreserved = approval.preserved.every(({ document, path, value }) =>
    sameJson(valueAt(bodyOf(fresh, document) ?? {}, path), value),
  );
  return now === 'before' && isPreserved
    ? { kind: 'execute' }
    : { kind: 'supersede', moved: movedSince(approval, fresh) };
}
