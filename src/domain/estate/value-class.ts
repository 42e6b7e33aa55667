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
  const word = canonicalJson(canonical(value, leaf.pattern === '/location'));
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(word).digest('hex').slice(0, 8);
  if (WORDS.size < MAX_WORDS) WORDS.set(word, digest);
  return digest;
}

/** There are few words, and each is hashed once. */
const WORDS = new Map<string, string>();
const MAX_WORDS = 1000;
