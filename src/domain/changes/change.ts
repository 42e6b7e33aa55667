/**
 * A change is one value: document, path, from, to. The path is a JSON Pointer in the document. Named elements of a
 * list are addressed by their name (`/value/plumbline/properties`). Absent and null are the same.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';
import { isImplicitRule } from '../resources/access-rules.ts';
import { DOCUMENT_NAMES } from '../resources/document-names.ts';
import { isObject, type Json, type JsonObject, sameJson, tokensOf } from '../resources/json.ts';
import type { Resource } from '../resources/resource.ts';
import { type Infer, json } from '../resources/schema.ts';
import { bodyOf, type Snapshot } from '../resources/snapshot.ts';

export const change = z
  .strictObject({
    document: z.enum(DOCUMENT_NAMES),
    path: z
      .string()
      .describe('JSON Pointer in the document; an element of diagnosticSettings is addressed by its name'),
    from: json,
    to: json,
  })
  .meta({ id: 'Change' });
export type Change = Infer<typeof change>;

/** A sibling that is sent unchanged with a change, because ARM would drop it otherwise. */
export const preservedValue = change.pick({ document: true, path: true }).extend({ value: json });
export type PreservedValue = Infer<typeof preservedValue>;

export const purpose = z.enum(['fix', 'rollback']);
export type Purpose = z.infer<typeof purpose>;

/** The value at a pointer; null when a part of the path is absent. */
export function valueAt(document: Json | undefined, path: string): Json {
  let value: Json | undefined = document;
  for (const token of tokensOf(path)) value = step(value, token);
  return value ?? null;
}

/**
 * Whether a value can be set at this pointer: its parent is an object or absent, and the parents above are objects,
 * lists or absent.
 */
export function hasPlace(document: Json, path: string): boolean {
  let value: Json = document;
  for (const token of tokensOf(path).slice(0, -1)) {
    value = step(value, token) ?? null;
    if (value !== null && typeof value !== 'object') return false;
  }
  return !Array.isArray(value);
}

/**
 * A copy of the document with the value at the pointer replaced; null removes it. Missing objects in the path are
 * created.
 */
export function withValue(document: Json, path: string, value: Json): Json {
  return replace(document, tokensOf(path), value);
}

/** Whether both have the same document and path. */
export function isSamePlace(a: Pick<Change, 'document' | 'path'>, b: Pick<Change, 'document' | 'path'>): boolean {
  return a.document === b.document && a.path === b.path;
}

/** Compares the current values with a plan: all as planned, all as before, or other. */
export function compareToPlan(
  changes: readonly Change[],
  snapshot: Snapshot,
): 'planned' | 'before' | 'other' | 'unread' {
  const bodies = changes.map(({ document }) => bodyOf(snapshot, document));
  if (bodies.includes(null)) return 'unread';
  const values = changes.map(({ path }, index) => valueAt(bodies[index], path));
  if (changes.every(({ to }, index) => matchesPlanned(values[index], to))) return 'planned';
  if (changes.every(({ from }, index) => sameJson(from, values[index]))) return 'before';
  return 'other';
}

/**
 * Whether ARM has the planned value. ARM adds members (a retention policy, nulls), changes the case of ids, and
 * appends a rule for the default action to access restrictions.
 */
function matchesPlanned(value: Json | undefined, planned: Json): boolean {
  if (Array.isArray(planned)) {
    if (!Array.isArray(value)) return false;
    const actual = value.filter((element) => !isImplicitRule(element));
    const expected = planned.filter((element) => !isImplicitRule(element));
    return actual.length === expected.length && expected.every((element, at) => matchesPlanned(actual[at], element));
  }
  if (isObject(planned)) {
    return isObject(value) && Object.entries(planned).every(([key, member]) => matchesPlanned(value[key], member));
  }
  if (typeof planned === 'string' && typeof value === 'string' && planned.startsWith('/subscriptions/')) {
    return value.toLowerCase() === planned.toLowerCase();
  }
  return sameJson(value, planned);
}

/** The snapshot with the changes applied. */
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
 * The changes that revert these; null when one cannot be reverted. On Microsoft.Web null means "no change", so a
 * change from null is reverted only where the whole element can be deleted (a diagnostic setting).
 */
export function invertChanges(changes: readonly Change[]): Change[] | null {
  if (changes.some(({ document, from }) => from === null && document !== 'diagnosticSettings')) return null;
  return changes.map(({ from, to, ...where }) => ({ ...where, from: to, to: from }));
}

export function sortChanges(changes: readonly Change[]): Change[] {
  return [...changes].sort((a, b) => compare(a.document, b.document) || compare(a.path, b.path));
}

/**
 * The digest that binds an approval: sha256 over the RFC 8785 form of version, resource, rule, purpose and sorted
 * changes. Texts, plan and people are left out, because they do not identify the change.
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

/** `sha256:` and the hex digest of the RFC 8785 form. */
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

/** A name has priority over a position: an element may be named `1`. */
function indexOf(list: readonly Json[], token: string): number {
  const index = list.findIndex(
    (element) =>
      isObject(element) && typeof element.name === 'string' && element.name.toLowerCase() === token.toLowerCase(),
  );
  return index < 0 && /^\d+$/.test(token) ? Number(token) : index;
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
  const position = indexOf(list, token);
  const found = position >= 0 && position < list.length;
  // An element of a list of named elements exists through its properties. Without them it is deleted.
  if (to === null && rest.length <= 1) return list.filter((_, at) => at !== position);
  if (found) return list.map((element, at) => (at === position ? replace(element, rest, to) : element));
  return [...list, replace({ name: token }, rest, to)];
}
