/**
 * A snapshot: the documents of one resource, read together. Each has a body, or the reason why not. Secrets are
 * already removed.
 */
import * as z from 'zod';
import { DOCUMENTS, type DocumentName, documentOf, isDocumentName } from './documents.ts';
import { exceedsDepth, isObject, type Json, type JsonObject, MAX_DEPTH, pointerOf } from './json.ts';
import { MAX_SENTENCE, truncateText } from './limits.ts';
import { redactSecrets } from './redact.ts';
import { parseResourceId, type Resource, type ResourceKind } from './resource.ts';
import type { Infer } from './schema.ts';

export type DocumentState =
  | {
      readonly status: 'read';
      readonly body: Json;
      /** Where the body lacks a value of Azure (redact.ts); absent when it has all values. */
      readonly redactedPaths?: readonly string[];
    }
  | { readonly status: 'missing' }
  | { readonly status: 'forbidden'; readonly detail: string }
  /** `retryable`: throttled, busy or transient, so a later read may succeed. */
  | {
      readonly status: 'failed';
      readonly detail: string;
      readonly retryable: boolean;
      readonly throttled?: boolean;
      /** Seconds, when ARM said how long to wait. */
      readonly retryAfter?: number;
    }
  | { readonly status: 'not-read' };

export interface Snapshot {
  readonly resource: Resource;
  readonly documents: { readonly [name in DocumentName]?: DocumentState };
}

/** A document without its body. */
export const documentView = z.strictObject({
  name: z.string(),
  status: z.enum(['read', 'missing', 'forbidden', 'failed', 'not-read']),
  detail: z.string().exactOptional(),
});
export type DocumentView = Infer<typeof documentView>;

const NOT_READ: DocumentState = { status: 'not-read' };

export function stateOf(snapshot: Snapshot, name: DocumentName): DocumentState {
  return snapshot.documents[name] ?? NOT_READ;
}

/** The body of a document that is an object; null when it was not read. */
export function bodyOf(snapshot: Snapshot, name: DocumentName): JsonObject | null {
  const state = stateOf(snapshot, name);
  return state.status === 'read' && isObject(state.body) ? state.body : null;
}

/** The state of a document that was read, without secrets. */
export function documentStateOf(kind: ResourceKind, name: DocumentName, body: Json): DocumentState {
  // A snapshot file may have documents that its kind of resource does not have.
  const row = documentOf(kind, name) ?? DOCUMENTS.find((one) => one.name === name);
  const redacted = redactSecrets(body, row?.secrets ?? []);
  return {
    status: 'read',
    body: redacted.body,
    ...(redacted.redactedPaths.length > 0 ? { redactedPaths: redacted.redactedPaths } : {}),
  };
}

/** The paths where a document lacks a value of Azure. */
export function redactedIn(snapshot: Snapshot, name: DocumentName): readonly string[] {
  const state = stateOf(snapshot, name);
  return state.status === 'read' ? (state.redactedPaths ?? []) : [];
}

export function documentViews(snapshot: Snapshot): DocumentView[] {
  return Object.entries(snapshot.documents).map(([name, state]) => ({
    name,
    status: state.status,
    ...('detail' in state ? { detail: truncateText(state.detail, MAX_SENTENCE) } : {}),
  }));
}

/** The parts of the kind of a resource, in lower case; `app,linux` has two. */
export function kindsOf(snapshot: Snapshot): string[] {
  const found = bodyOf(snapshot, 'resource')?.kind;
  return typeof found === 'string'
    ? found
        .toLowerCase()
        .split(',')
        .map((part) => part.trim())
    : [];
}

/** Function and logic apps: their behaviour depends on their code. False when the resource was not read. */
export function isFunctionApp(snapshot: Snapshot): boolean {
  return kindsOf(snapshot).some((kind) => kind === 'functionapp' || kind === 'workflowapp');
}

/** The value of a tag of the resource. Tag names compare without case, as in Azure. */
export function tagOf(snapshot: Snapshot, name: string): string | null {
  const tags = bodyOf(snapshot, 'resource')?.tags;
  const found = isObject(tags) ? Object.entries(tags).find(([key]) => key.toLowerCase() === name) : undefined;
  return typeof found?.[1] === 'string' ? found[1] : null;
}

/** The resource with the id in its body: events have ids in several cases. */
export function canonicalResource({ resource, documents }: Snapshot): Resource {
  const id =
    documents.resource?.status === 'read' && isObject(documents.resource.body) ? documents.resource.body.id : null;
  const named = typeof id === 'string' ? parseResourceId(id) : null;
  return named?.key === resource.key ? named : resource;
}

/**
 * States in which a resource stays until the next write. Environments have a state of their own after a failed
 * upgrade.
 */
const TERMINAL_STATES = new Set(['succeeded', 'failed', 'canceled', 'upgradefailed']);

/** Whether ARM has finished provisioning. A type without such a state counts as finished. */
export function isProvisioned(snapshot: Snapshot): boolean {
  const properties = bodyOf(snapshot, 'resource')?.properties;
  const state = isObject(properties) ? properties.provisioningState : undefined;
  return typeof state !== 'string' || TERMINAL_STATES.has(state.toLowerCase());
}

/** Whether a later read would return no more: Azure is not at work, and no document failed for a transient reason. */
export function isConclusive(snapshot: Snapshot): boolean {
  const states = Object.values(snapshot.documents);
  return isProvisioned(snapshot) && !states.some((state) => state.status === 'failed' && state.retryable);
}

/** The result of JSON.parse is JSON, so bodies are not traversed to check that. */
const documents = z.custom<JsonObject>(isObject, 'must be an object of documents');
const snapshotFile = z.strictObject({ id: z.string(), documents });

/**
 * Parses one snapshot of a snapshot file: an absent key was not read, null means 404. Throws an Error that names the
 * path inside the snapshot.
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
    if (exceedsDepth(body)) throw new Error(`${pointerOf(['documents', name])}: has more than ${MAX_DEPTH} levels`);
    documents[name] = body === null ? { status: 'missing' } : documentStateOf(resource.kind, name, body);
  }
  return { resource, documents };
}
