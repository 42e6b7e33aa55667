/**
 * Plans the fewest requests for a set of changes: one per written document part, or per element of a list of named
 * elements.
 */

import * as z from 'zod';
import {
  DOCUMENTS,
  type DocumentDefinition,
  type DocumentName,
  documentOf,
  type WriteDefinition,
  writeDefinitionOf,
} from '../resources/documents.ts';
import { type Json, tokensOf } from '../resources/json.ts';
import { joinNames } from '../resources/limits.ts';
import { patternsOverlap } from '../resources/path-patterns.ts';
import { containsCredentials } from '../resources/redact.ts';
import type { Resource } from '../resources/resource.ts';
import { type Infer, json } from '../resources/schema.ts';
import { redactedIn, type Snapshot } from '../resources/snapshot.ts';
import { type Change, type PreservedValue, valueAt, withValue } from './change.ts';

export const plannedRequest = z.strictObject({
  method: z.enum(['PATCH', 'PUT', 'DELETE']),
  /** The path below the Resource Manager endpoint, without api-version. */
  path: z.string(),
  /** The body; with `whole` the changed values of the body. */
  body: json.exactOptional(),
  whole: z.literal(true).exactOptional(),
});
export type PlannedRequest = Infer<typeof plannedRequest>;

/** Changes to write, with the values that are sent along unchanged. */
export interface ChangesToWrite {
  readonly changes: readonly Change[];
  readonly preserved: readonly PreservedValue[];
}

/** A request with the attempts that it executes. */
export interface PlanStep<A extends ChangesToWrite = ChangesToWrite> extends PlannedRequest {
  readonly document: DocumentName;
  readonly apiVersion: string;
  readonly changes: readonly Change[];
  /** The pointer in the document that the body replaces; empty for the document itself. */
  readonly root: string;
  readonly attempts: readonly StepPart<A>[];
}

/** An attempt, with its changes in one step. */
export interface StepPart<A extends ChangesToWrite> {
  readonly attempt: A;
  readonly changes: readonly Change[];
}

/**
 * The requests for these attempts, in the order of the documents table. Throws when two changes want different values
 * at one path, or when a document cannot be written.
 */
export function planOf<A extends ChangesToWrite>(resource: Resource, attempts: readonly A[]): PlanStep<A>[] {
  const changes = attempts.flatMap((one) => one.changes);
  refuseConflicts(changes);
  return [...new Set(DOCUMENTS.map(({ name }) => name))].flatMap((name) => {
    const definition = documentOf(resource.kind, name);
    const own = changes.filter(({ document }) => document === name);
    const writes = new Set(own.map(({ path }) => writeDefinitionOf(definition, path)));
    return [...writes].flatMap((write) => {
      if (!definition || !write) throw new Error(`${name} of ${resource.id} cannot be written`);
      const isCovered = ({ document, path }: Pick<Change, 'document' | 'path'>) =>
        document === name && writeDefinitionOf(definition, path) === write;
      const preserved = attempts.flatMap((one) => one.preserved).filter(isCovered);
      return requestsOf(resource, { definition, write }, own.filter(isCovered), preserved).map((request) => {
        const parts = attempts.map((attempt) => ({
          attempt,
          changes: attempt.changes.filter((change) => request.changes.includes(change)),
        }));
        return { ...request, attempts: parts.filter((part) => part.changes.length > 0) };
      });
    });
  });
}

function requestsOf(
  resource: Resource,
  { definition, write }: { readonly definition: DocumentDefinition; readonly write: WriteDefinition },
  changes: readonly Change[],
  preserved: readonly PreservedValue[],
): Omit<PlanStep, 'attempts'>[] {
  const { name: document } = definition;
  const { method, how, sentTo } = write;
  const path = sentTo?.path(resource) ?? definition.path(resource, null);
  if (path === null) throw new Error(`${document} of ${resource.id} has no place to be written to`);
  const apiVersion = sentTo?.apiVersion ?? definition.apiVersion;
  if (how === 'elements') {
    return elementRequests(changes, path).map((request) => ({ document, apiVersion, ...request }));
  }
  // The changes come last: one rule may preserve a value that another one changes.
  const values = bodyWith([...preserved.map(({ path: at, value }) => ({ path: at, to: value })), ...changes]);
  const body = sentTo?.body(values) ?? values;
  const whole = how === 'whole' ? { whole: true as const } : {};
  return [{ document, apiVersion, method, path, root: '', body, changes, ...whole }];
}

/** The request of a step, without internal fields. */
export function requestView({ method, path, body, whole }: PlanStep): PlannedRequest {
  return { method, path, ...(body === undefined ? {} : { body }), ...(whole ? { whole } : {}) };
}

/** The body to send: that of the step, or for a whole document the fresh one with the changed values. */
export function bodyToSend(step: PlanStep, current: Json): Json | undefined {
  if (!step.whole) return step.body;
  const sent = step.changes.reduce((document, { path, to }) => withValue(document, path, to), current);
  const part = valueAt(sent, step.root);
  return step.root === '' ? part : { properties: valueAt(part, '/properties') };
}

/**
 * The paths that a step replaces or sends and where the snapshot lacks the value of Azure. Writing them would replace
 * the real value, and the log could not contain the old value.
 */
export function hiddenPaths(
  { document, changes, root, whole }: Pick<PlanStep, 'document' | 'changes' | 'root' | 'whole'>,
  snapshot: Snapshot,
): string[] {
  const paths = whole ? [root] : changes.map(({ path }) => path);
  return redactedAt(snapshot, document, paths);
}

/** Why these changes must not be written, as sentences; null when no secret prevents it. */
export function secretObstacle(
  snapshot: Snapshot,
  changes: readonly Change[],
  preserved: readonly PreservedValue[] = [],
): string | null {
  const redacted = [
    ...planOf(snapshot.resource, [{ changes, preserved }]).flatMap((step) =>
      hiddenPaths(step, snapshot).map((path) => `${step.document} ${path}`),
    ),
    ...preserved.flatMap(({ document, path }) =>
      redactedAt(snapshot, document, [path]).map((hiddenPath) => `${document} ${hiddenPath}`),
    ),
    ...changes.flatMap(({ document, path, to }) => (containsCredentials(to) ? `${document} ${path}` : [])),
  ];
  return redacted.length === 0 ? null : hiddenMessage([...new Set(redacted)]);
}

/** The maximum number of paths in a sentence. */
const MAX_PATHS = 10;

/** Why nothing is written at these paths, and what to do. */
export function hiddenMessage(paths: readonly string[]): string {
  return `Plumbline does not write this: a secret, or a value that Azure does not show, would be lost at ${joinNames(paths, MAX_PATHS)}. Change it where it is declared.`;
}

function redactedAt(snapshot: Snapshot, document: DocumentName, paths: readonly string[]): string[] {
  return redactedIn(snapshot, document).filter((redacted) => paths.some((path) => patternsOverlap(redacted, path)));
}

function elementRequests(
  changes: readonly Change[],
  listPath: string,
): (PlannedRequest & { root: string; changes: Change[] })[] {
  const names = [...new Set(changes.map(({ path }) => path.split('/')[2] ?? ''))];
  return names.map((name) => {
    const root = `/value/${name}`;
    const own = changes.filter(({ path }) => path.startsWith(`${root}/`));
    const elementChanges = own.map(({ path, to }) => ({ path: path.slice(root.length), to }));
    const element = elementChanges.find(({ path }) => path === '/properties');
    // The name is unescaped from the pointer and escaped for the URL: Azure allows spaces in it.
    const path = `${listPath}/${encodeURIComponent(tokensOf(root)[1] ?? '')}`;
    if (element?.to === null) return { method: 'DELETE' as const, path, root, changes: own };
    const body = bodyWith(elementChanges);
    // Resource Manager replaces a diagnostic setting as a whole. So a value of an existing one is sent with its
    // siblings.
    return { method: 'PUT' as const, path, root, body, changes: own, ...(element ? {} : { whole: true as const }) };
  });
}

function bodyWith(changes: readonly { path: string; to: Json }[]): Json {
  return changes.reduce<Json>((body, { path, to }) => withLeaf(body, path, to), {});
}

/** Keeps a null in the body. In a document a null would remove the member. */
function withLeaf(body: Json, path: string, to: Json): Json {
  if (to !== null) return withValue(body, path, to);
  const at = path.lastIndexOf('/');
  const parent = valueAt(body, path.slice(0, at));
  const siblings = typeof parent === 'object' && !Array.isArray(parent) ? parent : {};
  return withValue(body, path.slice(0, at), { ...siblings, [path.slice(at + 1)]: null });
}

function refuseConflicts(changes: readonly Change[]): void {
  const values = new Map<string, string>();
  for (const { document, path, to } of changes) {
    const value = JSON.stringify(to);
    const key = `${document}${path}`;
    if ((values.get(key) ?? value) !== value)
      throw new Error(`two changes want different values at ${document} ${path}`);
    values.set(key, value);
  }
}
