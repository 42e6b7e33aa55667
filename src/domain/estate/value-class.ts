/** The class of a value of a row, by which it is known whether such a value was proven before. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../changes/change.ts';
import type { Json } from '../resources/json.ts';
import { canonical } from './canonical.ts';
import type { LeafNode } from './leaf-tree.ts';

/** The class of null and absent. */
export const UNSET = 'unset';

/**
 * `unset`, `object`, `list`; `text` or `whole` for leaves of that form, of which there are many values; otherwise eight
 * hex digits of a digest of the value, so that values are not stored.
 */
export function valueClass(leaf: LeafNode, value: Json | undefined): string {
  if (value === null || value === undefined) return UNSET;
  if (leaf.form === null) return Array.isArray(value) ? 'list' : 'object';
  if (leaf.form !== 'word') return leaf.form;
  // The form of a word leaf is a scalar; its type is part of the class.
  const written = `${typeof value} ${value}`;
  const known = CLASSES.get(written);
  if (known !== undefined) return known;
  const word = canonicalJson(canonical(value, leaf.pattern === '/location'));
  const digest = createHash('sha256').update(word).digest('hex').slice(0, 8);
  if (CLASSES.size < MAX_CLASSES) CLASSES.set(written, digest);
  return digest;
}

/** There are few words, and each is hashed once. */
const CLASSES = new Map<string, string>();
const MAX_CLASSES = 1000;
