/** The documents of one resource, read together; each is a body or the reason why not. Secrets are dropped before. */
import * as z from 'zod';
import { DOCUMENTS, type DocumentName, documentOf, isDocumentName } from './documents.ts';
import { DEEPEST, isDeeper, isObject, type Json, type JsonObject, pointerOf } from './json.ts';
import { cutText, LONGEST_SENTENCE } from './limits.ts';
import { parseResourceId, type Resource, type ResourceKind } from './resource.ts';
import { withoutSecrets } from './secrets.ts';

export type DocumentState =
  | {
      readonly status: 'read';
      readonly body: Json;
      /** Where it does not hold what Azure does (secrets.ts); absent when it holds everything. */
      readonly lost?: readonly string[];
    }
  | { readonly status: 'missing' }
  | { readonly status: 'forbidden'; readonly detail: string }
  /** `passing`: throttled, busy or transient, so that reading again later may help. */
  | {
      readonly status: 'failed';
      readonly detail: string;
      readonly passing: boolean;
      readonly throttled?: boolean;
      /** Seconds, when ARM said how long to wait. */
      readonly retryAfter?: number;
    }
  | { readonly status: 'not-read' };

export interface Snapshot {
  readonly resource: Resource;
  readonly documents: { readonly [name in DocumentName]?: DocumentState };
}

export interface DocumentView {
  readonly name: string;
  readonly status: DocumentState['status'];
  readonly detail?: string;
}

const NOT_READ: DocumentState = { status: 'not-read' };

export function stateOf(snapshot: Snapshot, name: DocumentName): DocumentState {
  return snapshot.documents[name] ?? NOT_READ;
}

/** The body of a document that was read as an object, or null. */
export function bodyOf(snapshot: Snapshot, name: DocumentName): JsonObject | null {
  const state = stateOf(snapshot, name);
  return state.status === 'read' && isObject(state.body) ? state.body : null;
}

/** A document of a resource of this kind that was read, without what is secret in it. */
export function read(kind: ResourceKind, name: DocumentName, body: Json): DocumentState {
  // A snapshot file may hold documents that its kind of resource does not have.
  const row = documentOf(kind, name) ?? DOCUMENTS.find((one) => one.name === name);
  const cleaned = withoutSecrets(body, row?.secrets ?? []);
  return { status: 'read', body: cleaned.body, ...(cleaned.lost.length > 0 ? { lost: cleaned.lost } : {}) };
}

/** Where the snapshot does not hold a document as Azure does. */
export function lostIn(snapshot: Snapshot, name: DocumentName): readonly string[] {
  const state = stateOf(snapshot, name);
  return state.status === 'read' ? (state.lost ?? []) : [];
}

export function documentViews(snapshot: Snapshot): DocumentView[] {
  return Object.entries(snapshot.documents).map(([name, state]) => ({
    name,
    status: state.status,
    ...('detail' in state ? { detail: cutText(state.detail, LONGEST_SENTENCE) } : {}),
  }));
}

/** The parts of a resource's kind, lower case; `app,linux` is two. */
export function kindsOf(snapshot: Snapshot): string[] {
  const found = bodyOf(snapshot, 'resource')?.kind;
  return typeof found === 'string'
    ? found
        .toLowerCase()
        .split(',')
        .map((part) => part.trim())
    : [];
}

/** Function and logic apps: what they are is what their code does. False as long as the resource was not read. */
export function isFunctionApp(snapshot: Snapshot): boolean {
  return kindsOf(snapshot).some((kind) => kind === 'functionapp' || kind === 'workflowapp');
}

/** The value of a tag of the resource; names of tags are compared without case, as Azure does. */
export function tagOf(snapshot: Snapshot, name: string): string | null {
  const tags = bodyOf(snapshot, 'resource')?.tags;
  const found = isObject(tags) ? Object.entries(tags).find(([key]) => key.toLowerCase() === name) : undefined;
  return typeof found?.[1] === 'string' ? found[1] : null;
}

/** The resource under the id that Azure itself gives it: events spell ids in several casings. */
export function asAzureSpells({ resource, documents }: Snapshot): Resource {
  const id =
    documents.resource?.status === 'read' && isObject(documents.resource.body) ? documents.resource.body.id : null;
  const named = typeof id === 'string' ? parseResourceId(id) : null;
  return named?.key === resource.key ? named : resource;
}

/** Where a resource stays until somebody writes it again; environments end an upgrade in a state of their own. */
const FINISHED = new Set(['succeeded', 'failed', 'canceled', 'upgradefailed']);

/** Whether ARM has finished what it was doing to the resource; absent means that the type has no such state. */
export function provisioningFinished(snapshot: Snapshot): boolean {
  const properties = bodyOf(snapshot, 'resource')?.properties;
  const state = isObject(properties) ? properties.provisioningState : undefined;
  return typeof state !== 'string' || FINISHED.has(state.toLowerCase());
}

/** What JSON.parse gave is JSON, so the bodies are not walked to check that. */
const documents = z.custom<JsonObject>(isObject, 'must be an object of documents');
const snapshotFile = z.strictObject({ id: z.string(), documents });

/**
 * One snapshot as a snapshot file holds it: an absent key was not read, null means 404.
 * Throws an Error whose message names the path inside the snapshot.
 */
export function parseSnapshot(input: unknown): Snapshot {
  const parsed = snapshotFile.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${pointerOf(issue?.path ?? []) || '/'}: ${issue?.message ?? 'is no snapshot'}`);
  }
  const resource = parseResourceId(parsed.data.id);
  if (!resource) throw new Error('/id: is not the ARM id of a resource that Plumbline knows');
  const documents: { [name in DocumentName]?: DocumentState } = {};
  for (const [name, body] of Object.entries(parsed.data.documents)) {
    if (!isDocumentName(name))
      throw new Error(`${pointerOf(['documents', name])}: is no document that Plumbline knows`);
    if (body !== null && !isObject(body)) {
      throw new Error(`${pointerOf(['documents', name])}: must be the body that ARM sent, or null for a 404`);
    }
    if (isDeeper(body)) throw new Error(`${pointerOf(['documents', name])}: has more than ${DEEPEST} levels`);
    documents[name] = body === null ? { status: 'missing' } : read(resource.kind, name, body);
  }
  return { resource, documents };
}
