/**
 * A change is one value: document, path, from, to. The path is a JSON Pointer in the document; in a list, an element with
 * a name is addressed by it (`/value/plumbline/properties`). Absent and null are the same.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { isImplicitRule } from './access-rules.ts';
import type { DocumentName } from './documents.ts';
import { isObject, type Json, type JsonObject, sameJson, tokensOf } from './json.ts';
import type { Resource } from './resource.ts';
import { bodyOf, type Snapshot } from './snapshot.ts';

export interface Change {
  readonly document: DocumentName;
  readonly path: string;
  readonly from: Json;
  readonly to: Json;
}

/** A sibling that travels with a change unchanged, because ARM would drop it otherwise. */
export interface Kept {
  readonly document: DocumentName;
  readonly path: string;
  readonly value: Json;
}

export type Purpose = 'fix' | 'rollback';

/** The value at a pointer; null when any part of the way is absent. */
export function valueAt(document: Json | undefined, path: string): Json {
  let value: Json | undefined = document;
  for (const token of tokensOf(path)) value = step(value, token);
  return value ?? null;
}

/** Whether what is above a pointer is an object or nothing, and above that also a list: elsewhere there is no place for it. */
export function hasPlace(document: Json, path: string): boolean {
  let value: Json = document;
  for (const token of tokensOf(path).slice(0, -1)) {
    value = step(value, token) ?? null;
    if (value !== null && typeof value !== 'object') return false;
  }
  return !Array.isArray(value);
}

/** A copy of the document with the value at the pointer replaced; null removes it. Missing objects on the way are made. */
export function withValue(document: Json, path: string, value: Json): Json {
  return replace(document, tokensOf(path), value);
}

/** Whether both are about one place. */
export function samePlace(a: Pick<Change, 'document' | 'path'>, b: Pick<Change, 'document' | 'path'>): boolean {
  return a.document === b.document && a.path === b.path;
}

/** Where the leaves stand now: all as planned, all as before, or anything else. */
export function standing(changes: readonly Change[], snapshot: Snapshot): 'planned' | 'before' | 'other' | 'unread' {
  const bodies = changes.map(({ document }) => bodyOf(snapshot, document));
  if (bodies.includes(null)) return 'unread';
  const values = changes.map(({ path }, index) => valueAt(bodies[index], path));
  if (changes.every(({ to }, index) => holds(values[index], to))) return 'planned';
  if (changes.every(({ from }, index) => sameJson(from, values[index]))) return 'before';
  return 'other';
}

/**
 * Whether ARM holds what was planned: it adds members of its own (a retention policy, nulls), recases ids, and ends a list of
 * access restrictions with what the default action says.
 */
function holds(value: Json | undefined, planned: Json): boolean {
  if (Array.isArray(planned)) {
    if (!Array.isArray(value)) return false;
    const there = value.filter((element) => !isImplicitRule(element));
    const wanted = planned.filter((element) => !isImplicitRule(element));
    return there.length === wanted.length && wanted.every((element, at) => holds(there[at], element));
  }
  if (isObject(planned)) {
    return isObject(value) && Object.entries(planned).every(([key, member]) => holds(value[key], member));
  }
  if (typeof planned === 'string' && typeof value === 'string' && planned.startsWith('/subscriptions/')) {
    return value.toLowerCase() === planned.toLowerCase();
  }
  return sameJson(value, planned);
}

/** The snapshot as it would be after the changes. */
export function applyChanges(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  const documents = { ...snapshot.documents };
  for (const { document, path, to } of changes) {
    const state = documents[document];
    const read = state?.status === 'read' ? state : { status: 'read' as const, body: {} };
    documents[document] = { ...read, body: withValue(read.body, path, to) };
  }
  return { ...snapshot, documents };
}

/**
 * The changes that put back what these changed; null when one cannot be undone. On Microsoft.Web null means "no change",
 * so a change from null is undone only where the whole element can be deleted (a diagnostic setting).
 */
export function invertChanges(changes: readonly Change[]): Change[] | null {
  if (changes.some(({ document, from }) => from === null && document !== 'diagnosticSettings')) return null;
  return changes.map(({ from, to, ...where }) => ({ ...where, from: to, to: from }));
}

export function sortChanges(changes: readonly Change[]): Change[] {
  return [...changes].sort((a, b) => compare(a.document, b.document) || compare(a.path, b.path));
}

/**
 * What an approval is bound to: sha256 over the RFC 8785 form of version, resource, rule, purpose and sorted changes.
 * The rule's texts, the plan and the people are left out: they may change without the change being another one.
 */
export function digestOf(
  resource: Resource,
  rule: { readonly id: string; readonly version: number },
  purpose: Purpose,
  changes: readonly Change[],
): string {
  const bound = {
    v: 1,
    resource: resource.key,
    rule: rule.id,
    ruleVersion: rule.version,
    purpose,
    changes: sortChanges(changes).map(({ document, path, from, to }) => ({ document, path, from, to })),
  };
  return digestOfJson(bound);
}

/** `sha256:` and hex, over the RFC 8785 form. */
export function digestOfJson(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}

/** RFC 8785 (JSON Canonicalization Scheme). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('a value without JSON form cannot be hashed');
  return text;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function step(value: Json | undefined, token: string): Json | undefined {
  if (Array.isArray(value)) return value[indexOf(value, token)];
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/** A name wins over a position: an element may be called `1`. */
function indexOf(list: readonly Json[], token: string): number {
  const named = list.findIndex(
    (element) =>
      isObject(element) && typeof element.name === 'string' && element.name.toLowerCase() === token.toLowerCase(),
  );
  return named < 0 && /^\d+$/.test(token) ? Number(token) : named;
}

function replace(value: Json, path: readonly string[], to: Json): Json {
  const [token, ...rest] = path;
  if (token === undefined) return to;
  if (Array.isArray(value)) return replaceElement(value, token, rest, to);
  const object: JsonObject = isObject(value) ? value : {};
  if (rest.length === 0 && to === null) {
    return Object.fromEntries(Object.entries(object).filter(([key]) => key !== token));
  }
  return { ...object, [token]: replace(object[token] ?? {}, rest, to) };
}

function replaceElement(list: readonly Json[], token: string, rest: readonly string[], to: Json): Json {
  const index = indexOf(list, token);
  const found = index >= 0 && index < list.length;
  // An element of a list of named elements exists through its properties: without them it is deleted.
  if (to === null && rest.length <= 1) return list.filter((_, at) => at !== index);
  if (found) return list.map((element, at) => (at === index ? replace(element, rest, to) : element));
  return [...list, replace({ name: token }, rest, to)];
}
