/** From changes to the fewest requests that carry them out: one per place that is written, or per element of a list of named ones. */
import { type Change, type Kept, valueAt, withValue } from './change.ts';
import {
  DOCUMENTS,
  type DocumentDefinition,
  type DocumentName,
  documentOf,
  type WriteDefinition,
  writeOf,
} from './documents.ts';
import { type Json, tokensOf } from './json.ts';
import { listed } from './limits.ts';
import { overlap } from './places.ts';
import type { Resource } from './resource.ts';
import { holdsCredentials } from './secrets.ts';
import { lostIn, type Snapshot } from './snapshot.ts';

export interface PlannedRequest {
  readonly method: 'PATCH' | 'PUT' | 'DELETE';
  /** Path below the Resource Manager endpoint, without api-version. */
  readonly path: string;
  /** What is sent; with `whole` the changed leaves of what is sent. */
  readonly body?: Json;
  readonly whole?: true;
}

export interface PlanStep extends PlannedRequest {
  readonly document: DocumentName;
  readonly apiVersion: string;
  readonly changes: readonly Change[];
  /** The pointer, in the document, of what the body replaces; empty for the document itself. */
  readonly root: string;
}

/**
 * The requests for these changes, in the order of the documents table.
 * Throws when two changes want different values at one place, or a document cannot be written.
 */
export function planOf(resource: Resource, changes: readonly Change[], kept: readonly Kept[] = []): PlanStep[] {
  refuseConflicts(changes);
  const order = DOCUMENTS.map(({ name }) => name);
  const names = [...new Set(changes.map(({ document }) => document))].sort(
    (a, b) => order.indexOf(a) - order.indexOf(b),
  );
  return names.flatMap((name) => {
    const own = changes.filter(({ document }) => document === name);
    const siblings = kept.filter(({ document }) => document === name);
    const definition = documentOf(resource.kind, name);
    const writes = new Set(own.map(({ path }) => writeOf(definition, path)));
    return [...writes].flatMap((write) => {
      if (!definition || !write) throw new Error(`${name} of ${resource.id} cannot be written`);
      const carried = ({ path }: { path: string }) => writeOf(definition, path) === write;
      return stepsOf(resource, definition, write, own.filter(carried), siblings.filter(carried));
    });
  });
}

function stepsOf(
  resource: Resource,
  definition: DocumentDefinition,
  { method, how, elsewhere }: WriteDefinition,
  changes: readonly Change[],
  siblings: readonly Kept[],
): PlanStep[] {
  const { name: document } = definition;
  const path = elsewhere?.path(resource) ?? definition.path(resource, null);
  if (path === null) throw new Error(`${document} of ${resource.id} has no place to be written to`);
  const apiVersion = elsewhere?.apiVersion ?? definition.apiVersion;
  if (how === 'elements') return elementSteps(changes, path).map((step) => ({ document, apiVersion, ...step }));
  // The changes come last: what one rule keeps may be what another one changes.
  const leaves = bodyWith([...siblings.map(({ path: at, value }) => ({ path: at, to: value })), ...changes]);
  const body = elsewhere?.body(leaves) ?? leaves;
  const whole = how === 'whole' ? { whole: true as const } : {};
  return [{ document, apiVersion, method, path, root: '', body, changes, ...whole }];
}

/** What a person is shown of a step: the request without our bookkeeping. */
export function shown({ method, path, body, whole }: PlanStep): PlannedRequest {
  return { method, path, ...(body === undefined ? {} : { body }), ...(whole ? { whole } : {}) };
}

/** What is sent for a step: its body, or for a whole document the one just read with the changed leaves in place. */
export function bodyToSend(step: PlanStep, current: Json): Json | undefined {
  if (!step.whole) return step.body;
  const sent = step.changes.reduce((document, { path, to }) => withValue(document, path, to), current);
  const part = valueAt(sent, step.root);
  return step.root === '' ? part : { properties: valueAt(part, '/properties') };
}

/**
 * Where a snapshot does not hold, as Azure does, what a step replaces or sends along: written back, what is left there would
 * take the place of the real value, and an entry of the log could not say what was there before.
 */
export function hiddenFrom({ document, changes, root, whole }: PlanStep, snapshot: Snapshot): string[] {
  const carried = whole ? [root] : changes.map(({ path }) => path);
  return lostAt(snapshot, document, carried);
}

/** Why these changes must not be written, as sentences; null when nothing that is secret stands against it. */
export function whyNotWritten(
  snapshot: Snapshot,
  changes: readonly Change[],
  kept: readonly Kept[] = [],
): string | null {
  const hidden = [
    ...planOf(snapshot.resource, changes, kept).flatMap((step) =>
      hiddenFrom(step, snapshot).map((place) => `${step.document} ${place}`),
    ),
    ...kept.flatMap(({ document, path }) => lostAt(snapshot, document, [path]).map((place) => `${document} ${place}`)),
    ...changes.flatMap(({ document, path, to }) => (holdsCredentials(to) ? `${document} ${path}` : [])),
  ];
  return hidden.length === 0 ? null : sayHidden([...new Set(hidden)]);
}

/** Places that a sentence names. */
const MOST_PLACES = 10;

/** `places`: where; the sentences say why nothing is written there, and what to do. */
export function sayHidden(places: readonly string[]): string {
  return `Plumbline does not write this: a secret, or a value that Azure does not show, would be lost at ${listed(places, MOST_PLACES)}. Change it where it is declared.`;
}

function lostAt(snapshot: Snapshot, document: DocumentName, carried: readonly string[]): string[] {
  return lostIn(snapshot, document).filter((place) => carried.some((path) => overlap(place, path)));
}

function elementSteps(changes: readonly Change[], listPath: string): Omit<PlanStep, 'document' | 'apiVersion'>[] {
  const names = [...new Set(changes.map(({ path }) => path.split('/')[2] ?? ''))];
  return names.map((name) => {
    const root = `/value/${name}`;
    const own = changes.filter(({ path }) => path.startsWith(`${root}/`));
    const inElement = own.map(({ path, to }) => ({ path: path.slice(root.length), to }));
    const element = inElement.find(({ path }) => path === '/properties');
    // The name as a pointer writes it becomes the name as a URL writes it: Azure allows blanks in it.
    const path = `${listPath}/${encodeURIComponent(tokensOf(root)[1] ?? '')}`;
    if (element?.to === null) return { method: 'DELETE' as const, path, root, changes: own };
    const body = bodyWith(inElement);
    // Resource Manager takes a diagnostic setting only whole: a leaf of one that exists travels with its siblings.
    return { method: 'PUT' as const, path, root, body, changes: own, ...(element ? {} : { whole: true as const }) };
  });
}

function bodyWith(leaves: readonly { path: string; to: Json }[]): Json {
  return leaves.reduce<Json>((body, { path, to }) => withLeaf(body, path, to), {});
}

/** Unlike a removal from a document, a null in a request must travel. */
function withLeaf(body: Json, path: string, to: Json): Json {
  if (to !== null) return withValue(body, path, to);
  const at = path.lastIndexOf('/');
  const parent = valueAt(body, path.slice(0, at));
  const siblings = typeof parent === 'object' && !Array.isArray(parent) ? parent : {};
  return withValue(body, path.slice(0, at), { ...siblings, [path.slice(at + 1)]: null });
}

function refuseConflicts(changes: readonly Change[]): void {
  const wanted = new Map<string, string>();
  for (const { document, path, to } of changes) {
    const value = JSON.stringify(to);
    const place = `${document}${path}`;
    if ((wanted.get(place) ?? value) !== value)
      throw new Error(`two changes want different values at ${document} ${path}`);
    wanted.set(place, value);
  }
}
