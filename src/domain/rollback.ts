/**
 * Putting back what a fix changed, and what moved along with it: only exactly that, only what can be put back, and only
 * while it is still what was written or seen then. The approval of a rollback is settled by this, not by the verdict of its
 * rule.
 */
import type { Approval, Settlement } from './approval.ts';
import { movedSince } from './approval.ts';
import type { AuditEntry } from './audit.ts';
import { type Change, invertChanges, type Kept, standing, valueAt } from './change.ts';
import { type DocumentName, documentOf, writeOf } from './documents.ts';
import { isObject, type Json, pointerOf, sameJson, tokensOf } from './json.ts';
import { isPutBack, isSame } from './moved.ts';
import { isShortened } from './moved-list.ts';
import { isWithin, overlap } from './places.ts';
import type { ResourceKind } from './resource.ts';
import type { AnyRule } from './rule.ts';
import { withoutSecrets } from './secrets.ts';
import { bodyOf, lostIn, type Snapshot, stateOf } from './snapshot.ts';

/** Whether an entry is the end of a fix that was carried out, as a whole or in part: its changes are what stands. */
export function hasWritten({ kind, reasons }: Pick<AuditEntry, 'kind' | 'reasons'>): boolean {
  return kind === 'fix.applied' || (kind.startsWith('fix.') && reasons.some(({ code }) => code === 'part-applied'));
}

/** Why what an entry tells of cannot be undone, as a sentence; null when it can. `rule` is null when it is known no more. */
export function whyIrreversible(
  entry: Pick<AuditEntry, 'kind' | 'rule' | 'changes' | 'reasons'>,
  rule: AnyRule | null,
): string | null {
  if (!hasWritten(entry)) return `Only what a fix has written can be put back; this entry is '${entry.kind}'.`;
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
  const now = (change: Change) => valueNow(fresh, change);
  const moved = written.filter((change) => standing([change], fresh) !== 'planned');
  if (moved.length > 0) {
    return { kind: 'moved', moved: moved.map((change) => ({ ...change, from: change.to, to: now(change) })) };
  }
  return { kind: 'changes', changes: written.map((change) => ({ ...change, from: now(change), to: change.from })) };
}

/** What of that which moved along with a fix goes back with it, and what is left as it is, with the reason. */
export interface Along {
  readonly changes: readonly Change[];
  /** What must travel with them. */
  readonly kept: readonly Kept[];
  readonly left: readonly { readonly change: Change; readonly why: string }[];
}

/** `leave`: why nothing of it may be put back; null when it may. */
export function undoingMoved(alsoMoved: readonly Change[], fresh: Snapshot, leave: string | null): Along {
  const { kind } = fresh.resource;
  const found = alsoMoved.map((change) => ({ change, why: leave ?? whyLeft(kind, change, fresh) }));
  const changes = found
    .filter(({ why }) => why === null)
    .map(({ change: { document, path, from: to } }) => ({
      document,
      path,
      from: valueNow(fresh, { document, path }),
      to,
    }))
    .filter(({ path, from, to }) => !isSame(from, to, path));
  return {
    changes,
    kept: kind === 'web-app' ? changes.flatMap((change) => siblingsOf(change, changes, fresh)) : [],
    left: found.flatMap(({ change, why }) => (why === null ? [] : [{ change, why }])),
  };
}

/** Why a value that moved along is not put back; null when it can be, or is there again. */
function whyLeft(kind: ResourceKind, { document, path, from, to }: Change, fresh: Snapshot): string | null {
  const definition = documentOf(kind, document);
  const write = writeOf(definition, path);
  if (!definition || !write || write.how === 'whole' || !isPutBack(definition, path))
    return 'a rollback does not write this place';
  if (isShortened(from) || isShortened(to)) return 'it is too long for the log to hold';
  if (isHidden(kind, document, path, fresh) || withoutSecrets(from, []).lost.length > 0)
    return 'it holds or stands beside a secret, which is not shown';
  const removes = write.how === 'elements' ? path.endsWith('/properties') : write.at === '' && kind !== 'web-app';
  if (from === null && !removes) return 'there was no value before, and Azure takes no value for no change';
  if (!bodyOf(fresh, document)) return 'it cannot be read now';
  const now = valueNow(fresh, { document, path });
  return isSame(now, to, path) || isSame(now, from, path) ? null : 'it is no longer as it was seen after the fix';
}

/** Whether the snapshot does not hold, as Azure does, what would be written: on App Service the siblings as well. */
function isHidden(kind: ResourceKind, document: DocumentName, path: string, fresh: Snapshot): boolean {
  const carried = kind === 'web-app' ? pointerOf(tokensOf(path).slice(0, 2)) : path;
  return lostIn(fresh, document).some((place) => overlap(place, carried));
}

/** App Service replaces some members of its documents whole: the other leaves of such a member travel with one that is put back. */
function siblingsOf(change: Change, changes: readonly Change[], fresh: Snapshot): Kept[] {
  const [section, member, ...deeper] = tokensOf(change.path);
  if (section !== 'properties' || member === undefined || deeper.length === 0) return [];
  const { document } = change;
  const place = pointerOf([section, member]);
  return leavesOf(place, valueNow(fresh, { document, path: place }))
    .map((leaf) => ({ document, ...leaf }))
    .filter((leaf) => !changes.some((one) => one.document === document && isWithin(leaf.path, one.path)));
}

function leavesOf(path: string, value: Json): { path: string; value: Json }[] {
  if (!isObject(value)) return value === null ? [] : [{ path, value }];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(`${path}${pointerOf([name])}`, member));
}

function valueNow(fresh: Snapshot, { document, path }: Pick<Change, 'document' | 'path'>): Json {
  return valueAt(bodyOf(fresh, document) ?? {}, path);
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
