/**
 * Compares a document between two reads, value by value. Values that the platform changes itself, and those that
 * follow from the written changes, are ignored. A list is one value. But when its elements have names and no rollback
 * writes it as a whole, each element is compared.
 */
import { isImplicitRule, isSyntheticRule } from '../resources/access-rules.ts';
import { type DocumentDefinition, type DocumentName, documentOf } from '../resources/documents.ts';
import { isObject, type Json, type JsonObject, pointerOf, sameJson, tokensOf } from '../resources/json.ts';
import { matchesPattern, patternsOverlap } from '../resources/path-patterns.ts';
import type { ResourceKind } from '../resources/resource.ts';
import { bodyOf, type Snapshot } from '../resources/snapshot.ts';
import { type Change, type PreservedValue, withValue } from './change.ts';

/** The documents that a write may affect: the written one, the resource itself, and for a site its configuration. */
export function documentsToCompare(kind: ResourceKind, written: DocumentName): DocumentName[] {
  return [...new Set<DocumentName>([written, 'resource', ...(kind === 'web-app' ? (['config/web'] as const) : [])])];
}

/** The changes in these documents beside the written ones. A document must have been read both times. */
export function unplannedChanges(
  documents: readonly DocumentName[],
  written: { readonly changes: readonly Change[]; readonly preserved: readonly PreservedValue[] },
  before: Snapshot,
  after: Snapshot,
): Change[] {
  return documents.flatMap((document) => {
    const [was, is] = [bodyOf(before, document), bodyOf(after, document)];
    const definition = documentOf(before.resource.kind, document);
    if (!was || !is || !definition) return [];
    const leaves = [...written.changes, ...written.preserved.map(({ value, ...where }) => ({ ...where, to: value }))];
    const expected = leaves
      .filter((leaf) => leaf.document === document)
      .reduce<Json>((body, { path, to }) => withValue(body, path, to), was);
    return diffDocument(definition, '', expected, is).filter(
      (moved) => !written.changes.some((change) => isOwn(change, moved) || isMirrored(change, moved)),
    );
  });
}

/** The values that differ between two bodies of a document, without its volatile paths. */
export function diffDocument(definition: DocumentDefinition, path: string, from: Json, to: Json): Change[] {
  // Most of a document stays as it was, and needs no comparison of its properties.
  if (sameJson(from, to) || isVolatile(definition, path)) return [];
  const below = ([name, was, is]: Member) => diffDocument(definition, `${path}${pointerOf([name])}`, was, is);
  if (areObjects(from, to)) return membersOf(from, to).flatMap(below);
  const elements = isRestorable(definition, path) ? null : elementsOf(from, to);
  if (elements) return elements.flatMap((element) => wholeElement(definition, path, element) ?? below(element));
  const [was, is] = [withoutVolatile(definition, path, from), withoutVolatile(definition, path, to)];
  return isEquivalent(was, is, path) ? [] : [{ document: definition.name, path, from: was, to: is }];
}

/** Whether a rollback may write this path when it is a side effect of a fix. */
export function isRestorable({ restorable, secrets = [] }: DocumentDefinition, path: string): boolean {
  const left = [...(restorable?.except ?? []), ...secrets];
  return (
    (restorable?.within ?? []).some((place) => matchesPattern(path, place)) &&
    !left.some((place) => patternsOverlap(path, place))
  );
}

/**
 * Whether two values are the same to Azure. Absent, null and empty are the same. Ids have no case. A list of access
 * rules ends with the rule of the default action. An app that is about to run counts as running.
 */
export function isEquivalent(a: Json, b: Json, path = ''): boolean {
  if (/^\/properties\/(state|runningStatus)$/i.test(path)) return sameJson(normalizeRunning(a), normalizeRunning(b));
  if (areObjects(a, b)) return membersOf(a, b).every(([, was, is]) => isEquivalent(was, is));
  if ((Array.isArray(a) || a === null) && (Array.isArray(b) || b === null)) {
    const [first, second] = [withoutImplicitRules(a ?? [], b ?? []), withoutImplicitRules(b ?? [], a ?? [])];
    return first.length === second.length && first.every((element, at) => isEquivalent(element, second[at] ?? null));
  }
  return isId(a) && isId(b) ? a.toLowerCase() === b.toLowerCase() : sameJson(a, b);
}

/** A member of two objects, with its value in each. */
type Member = readonly [name: string, was: Json, is: Json];

function areObjects(a: Json, b: Json): boolean {
  return (isObject(a) && (isObject(b) || b === null)) || (isObject(b) && a === null);
}

/** Names that are ids compare without case. */
function membersOf(a: Json, b: Json): Member[] {
  const [was, is] = [isObject(a) ? a : {}, isObject(b) ? b : {}];
  const named = (name: string) => (isId(name) ? name.toLowerCase() : name);
  const keysOf = (object: JsonObject) => new Map(Object.keys(object).map((name) => [named(name), name]));
  const [first, second] = [keysOf(was), keysOf(is)];
  return [...new Set([...first.keys(), ...second.keys()])].map((key) => {
    const [before, after] = [first.get(key), second.get(key)];
    const valueIn = (object: JsonObject, name: string | undefined) =>
      name === undefined ? null : (object[name] ?? null);
    return [before ?? after ?? key, valueIn(was, before), valueIn(is, after)];
  });
}

/** The elements of two lists with named elements; null when a list has others. */
function elementsOf(a: Json, b: Json): Member[] | null {
  const [was, is] = [namedIn(a), namedIn(b)];
  if (!was || !is) return null;
  return [...new Set([...was.keys(), ...is.keys()])].map((key) => {
    const [before, after] = [was.get(key) ?? null, is.get(key) ?? null];
    return [String((before ?? after)?.name), before, after];
  });
}

function namedIn(list: Json): Map<string, JsonObject> | null {
  if (list !== null && !Array.isArray(list)) return null;
  const named = (list ?? []).flatMap((element): [string, JsonObject][] =>
    isObject(element) && typeof element.name === 'string' ? [[element.name.toLowerCase(), element]] : [],
  );
  const elements = new Map(named);
  return elements.size === (list ?? []).length ? elements : null;
}

/** An added or removed element is one change: its properties, when those create and delete the element. */
function wholeElement(definition: DocumentDefinition, path: string, [name, was, is]: Member): Change[] | null {
  const [before, after] = [isObject(was) ? was : null, isObject(is) ? is : null];
  if (before && after) return null;
  const place = `${path}${pointerOf([name])}`;
  const key = 'properties' in (before ?? after ?? {}) ? '/properties' : '';
  const part = (element: JsonObject | null) =>
    withoutVolatile(definition, place + key, element && key ? (element.properties ?? null) : element);
  return [{ document: definition.name, path: place + key, from: part(before), to: part(after) }];
}

/** The value without its volatile paths. */
function withoutVolatile(definition: DocumentDefinition, path: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((element, at) => withoutVolatile(definition, `${path}/${at}`, element));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => ({ name, member, at: `${path}${pointerOf([name])}` }));
  const kept = members.filter(({ at }) => !isVolatile(definition, at));
  return Object.fromEntries(kept.map(({ name, member, at }) => [name, withoutVolatile(definition, at, member)]));
}

function isVolatile({ volatile = [] }: DocumentDefinition, path: string): boolean {
  return volatile.some((place) => matchesPattern(path, place));
}

function isOwn(change: Change, moved: Change): boolean {
  return change.document === moved.document && matchesPattern(moved.path, change.path);
}

/** The former names of the members of `outboundVnetRouting`, from the models of @azure/arm-appservice 19. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  applicationTraffic: 'vnetRouteAllEnabled',
  contentShareTraffic: 'vnetContentShareEnabled',
  imagePullTraffic: 'vnetImagePullEnabled',
  backupRestoreTraffic: 'vnetBackupRestoreEnabled',
};
const SITE_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web'];

/** A site and its configuration both show some values. So do the former names of its routing. */
function isMirrored(change: Change, { document, path, to }: Change): boolean {
  if (!SITE_DOCUMENTS.includes(change.document) || !SITE_DOCUMENTS.includes(document)) return false;
  const [section, member, kind = '', deeper] = tokensOf(change.path);
  const older = member === 'outboundVnetRouting' && deeper === undefined ? FORMER_NAMES[kind] : undefined;
  const name = older ?? (kind === '' ? member : undefined);
  return name !== undefined && path === `/${section}/${name}` && isEquivalent(change.to, to);
}

/** The rules that users wrote. App Service adds the last one, or the only one of a list that has none. */
function withoutImplicitRules(list: readonly Json[], other: readonly Json[]): readonly Json[] {
  return list.filter((element) => !(other.length === 0 ? isSyntheticRule(element) : isImplicitRule(element)));
}

function normalizeRunning(value: Json): Json {
  const runs = typeof value === 'string' && ['running', 'ready', 'progressing'].includes(value.toLowerCase());
  return runs ? 'Running' : value;
}

function isId(value: Json): value is string {
  return typeof value === 'string' && value.toLowerCase().startsWith('/subscriptions/');
}
