/** Changes in words, and equal changes of many items as one. */
import type { ApprovalBrief } from '../../api/types.ts';

export interface Change {
  readonly document: string;
  /** A JSON Pointer in the document. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** `httpsOnly`, `cors/allowedOrigins`: the path without the `properties` that every document has. */
export function settingOf({ path }: Pick<Change, 'path'>): string {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const named = parts[0] === 'properties' ? parts.slice(1) : parts;
  return named.join('/') || path || '/';
}

/** A value as people read it, whole: what is decided has to be seen. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** `httpsOnly: false → true`. */
export function changeText(change: Change): string {
  return `${settingOf(change)}: ${valueText(change.from)} → ${valueText(change.to)}`;
}

interface Foldable {
  readonly rule: ApprovalBrief['rule'];
  readonly purpose: string;
  readonly changes: readonly Change[];
}

/** Approvals with the same rule, purpose and changes, whatever the resource. */
export interface Fold<T> extends Foldable {
  readonly key: string;
  readonly items: readonly T[];
}

/** The largest first; equal sizes by rule. Two are equal only when every value that is found, and written, is the same. */
export function foldEqual<T extends Foldable>(items: readonly T[]): Fold<T>[] {
  const folds = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const found = folds.get(key);
    if (found) found.push(item);
    else folds.set(key, [item]);
  }
  return [...folds]
    .flatMap(([key, all]) => {
      const [first] = all;
      return first ? [{ key, rule: first.rule, purpose: first.purpose, changes: first.changes, items: all }] : [];
    })
    .sort((a, b) => b.items.length - a.items.length || (a.key < b.key ? -1 : 1));
}

function keyOf({ rule, purpose, changes }: Foldable): string {
  const values = changes.map(({ document, path, from, to }) =>
    JSON.stringify([document, path, from ?? null, to ?? null]),
  );
  return JSON.stringify([rule.id, rule.version, rule.impact, rule.reversible, purpose, ...values.sort()]);
}
