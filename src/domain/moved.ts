/**
 * What moved in a document between two reads, leaf by leaf, but for what the platform always moves and what our own changes
 * imply. A list is one leaf; where its elements have names and no rollback writes it whole, each element is looked into.
 */
import { isImplicitRule, isSyntheticRule } from './access-rules.ts';
import { type Change, type Kept, withValue } from './change.ts';
import { type DocumentDefinition, type DocumentName, documentOf } from './documents.ts';
import { isObject, type Json, type JsonObject, pointerOf, sameJson, tokensOf } from './json.ts';
import { isWithin, overlap } from './places.ts';
import type { ResourceKind } from './resource.ts';
import { bodyOf, type Snapshot } from './snapshot.ts';

/** The documents that a write may have moved: the one written, the resource itself, and of a site its configuration. */
export function comparedWith(kind: ResourceKind, written: DocumentName): DocumentName[] {
  return [...new Set<DocumentName>([written, 'resource', ...(kind === 'web-app' ? (['config/web'] as const) : [])])];
}

/** What differs in these documents beside what was written. One that was not read both times says nothing. */
export function movedAlong(
  documents: readonly DocumentName[],
  written: { readonly changes: readonly Change[]; readonly kept: readonly Kept[] },
  before: Snapshot,
  after: Snapshot,
): Change[] {
  return documents.flatMap((document) => {
    const [was, is] = [bodyOf(before, document), bodyOf(after, document)];
    const definition = documentOf(before.resource.kind, document);
    if (!was || !is || !definition) return [];
    const leaves = [...written.changes, ...written.kept.map(({ value, ...where }) => ({ ...where, to: value }))];
    const expected = leaves
      .filter((leaf) => leaf.document === document)
      .reduce<Json>((body, { path, to }) => withValue(body, path, to), was);
    return differences(definition, '', expected, is).filter(
      (moved) => !written.changes.some((change) => isOwn(change, moved) || isMirrored(change, moved)),
    );
  });
}

/** The leaves that differ between two bodies of a document, apart from its volatile places. */
export function differences(definition: DocumentDefinition, path: string, from: Json, to: Json): Change[] {
  if (isVolatile(definition, path)) return [];
  const below = ([name, was, is]: Member) => differences(definition, `${path}${pointerOf([name])}`, was, is);
  if (areObjects(from, to)) return membersOf(from, to).flatMap(below);
  const elements = isPutBack(definition, path) ? null : elementsOf(from, to);
  if (elements) return elements.flatMap((element) => wholeElement(definition, path, element) ?? below(element));
  const [was, is] = [lasting(definition, path, from), lasting(definition, path, to)];
  return isSame(was, is, path) ? [] : [{ document: definition.name, path, from: was, to: is }];
}

/** Whether a rollback may write this place, when it moved along with a fix. */
export function isPutBack({ putBack, secrets = [] }: DocumentDefinition, path: string): boolean {
  const left = [...(putBack?.except ?? []), ...secrets];
  return (putBack?.within ?? []).some((place) => isWithin(path, place)) && !left.some((place) => overlap(path, place));
}

/**
 * Whether two values are the same to Azure: absent, null and empty are, ids have no case, a list of access rules ends with
 * what the default action says, and an app that is about to run runs.
 */
export function isSame(a: Json, b: Json, path = ''): boolean {
  if (/^\/properties\/(state|runningStatus)$/i.test(path)) return sameJson(running(a), running(b));
  if (areObjects(a, b)) return membersOf(a, b).every(([, was, is]) => isSame(was, is));
  if ((Array.isArray(a) || a === null) && (Array.isArray(b) || b === null)) {
    const [first, second] = [ownRules(a ?? [], b ?? []), ownRules(b ?? [], a ?? [])];
    return first.length === second.length && first.every((element, at) => isSame(element, second[at] ?? null));
  }
  return isId(a) && isId(b) ? a.toLowerCase() === b.toLowerCase() : sameJson(a, b);
}

/** A member of two objects, with what it is in each. */
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

/** The elements of two lists of named ones; null where a list has others. */
function elementsOf(a: Json, b: Json): Member[] | null {
  const [was, is] = [namedIn(a), namedIn(b)];
  if (!was || !is || was.size + is.size === 0) return null;
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

/** An element that came or went is one leaf: its properties, where those are what it is written and deleted by. */
function wholeElement(definition: DocumentDefinition, path: string, [name, was, is]: Member): Change[] | null {
  const [before, after] = [isObject(was) ? was : null, isObject(is) ? is : null];
  if (before && after) return null;
  const place = `${path}${pointerOf([name])}`;
  const key = 'properties' in (before ?? after ?? {}) ? '/properties' : '';
  const part = (element: JsonObject | null) =>
    lasting(definition, place + key, element && key ? (element.properties ?? null) : element);
  return [{ document: definition.name, path: place + key, from: part(before), to: part(after) }];
}

/** The value without its volatile places. */
function lasting(definition: DocumentDefinition, path: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((element, at) => lasting(definition, `${path}/${at}`, element));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => ({ name, member, at: `${path}${pointerOf([name])}` }));
  const kept = members.filter(({ at }) => !isVolatile(definition, at));
  return Object.fromEntries(kept.map(({ name, member, at }) => [name, lasting(definition, at, member)]));
}

function isVolatile({ volatile = [] }: DocumentDefinition, path: string): boolean {
  return volatile.some((place) => isWithin(path, place));
}

function isOwn(change: Change, moved: Change): boolean {
  return change.document === moved.document && isWithin(moved.path, change.path);
}

/** What the members of `outboundVnetRouting` were called before, as the models of @azure/arm-appservice 19 say. */
const OLDER: Readonly<Record<string, string>> = {
  applicationTraffic: 'vnetRouteAllEnabled',
  contentShareTraffic: 'vnetContentShareEnabled',
  imagePullTraffic: 'vnetImagePullEnabled',
  backupRestoreTraffic: 'vnetBackupRestoreEnabled',
};
const SITE_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web'];

/** A site and its configuration show some values both; so do the older names of its routing. */
function isMirrored(change: Change, { document, path, to }: Change): boolean {
  if (!SITE_DOCUMENTS.includes(change.document) || !SITE_DOCUMENTS.includes(document)) return false;
  const [section, member, kind = '', deeper] = tokensOf(change.path);
  const older = member === 'outboundVnetRouting' && deeper === undefined ? OLDER[kind] : undefined;
  const name = older ?? (change.document === document || kind !== '' ? undefined : member);
  return name !== undefined && path === `/${section}/${name}` && isSame(change.to, to);
}

/** The rules that somebody wrote: App Service adds the last one, or the only one of a list that has none. */
function ownRules(list: readonly Json[], other: readonly Json[]): readonly Json[] {
  return list.filter((element) => !(other.length === 0 ? isSyntheticRule(element) : isImplicitRule(element)));
}

function running(value: Json): Json {
  const runs = typeof value === 'string' && ['running', 'ready', 'progressing'].includes(value.toLowerCase());
  return runs ? 'Running' : value;
}

function isId(value: Json): value is string {
  return typeof value === 'string' && value.toLowerCase().startsWith('/subscriptions/');
}
