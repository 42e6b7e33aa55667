/**
 * A small Azure behind the port `Arm`: real documents, the merges that plan steps rely on, operations that take time,
 * failures on demand, and a record of all requests. The simulator does the same behind HTTP.
 */

import { valueAt, withValue } from '../../../src/domain/changes/change.ts';
import type { PlanStep } from '../../../src/domain/changes/plan-requests.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../../src/domain/resources/json.ts';
import { parseResourceId, type Resource, resourceOf } from '../../../src/domain/resources/resource.ts';
import { type DocumentState, documentStateOf } from '../../../src/domain/resources/snapshot.ts';
import type { Arm, ArmFailure, ArmFailureKind, WriteResult } from '../../../src/workflows/ports/azure.ts';
import type { Clock } from '../../../src/workflows/ports/runtime.ts';
import { copyOf } from '../copy.ts';

export const PLUMBLINE = { objectId: '99999999-0000-4000-8000-000000000009', appId: 'plumbline-app' };

export type Documents = { readonly [name in DocumentName]?: Json };

export interface Sent {
  readonly at: string;
  readonly resource: string;
  readonly document: DocumentName;
  readonly method: PlanStep['method'];
  readonly path: string;
  readonly body: Json;
}

export interface FakeArm extends Arm {
  readonly reads: { readonly resource: string; readonly documents: readonly DocumentName[]; readonly fresh?: true }[];
  /** Requests that changed something. */
  readonly writes: Sent[];
  /** All write requests, refused ones included. */
  readonly requests: Sent[];
  /** Makes or replaces a resource. */
  seed(id: string, documents: Documents): void;
  remove(id: string): void;
  valueOf(id: string, document: DocumentName, path: string): Json;
  /** Somebody else changes a value; null removes it. */
  change(id: string, document: DocumentName, path: string, value: Json): void;
  /** Replaces the state of a document in answers to reads; undefined leaves it as it is. */
  onRead: ((resource: Resource, document: DocumentName) => DocumentState | undefined) | null;
  /** Replaces the answer to a write. `take` applies the write, at once or by `later`. Undefined leaves the answer as it is. */
  onWrite: ((step: PlanStep, take: () => void) => WriteResult | undefined) | null;
  /** Called after each write that was applied. */
  onWritten: ((sent: Sent) => void) | null;
  later(seconds: number, happens: () => void): void;
  /** The answer to an accepted write, whose operation ends after so many seconds. */
  accept(seconds: number, ends: () => ArmFailure | null): WriteResult;
}

export function fakeArm(clock: Clock): FakeArm {
  const resources = new Map<string, Map<DocumentName, Json>>();
  const operations = new Map<string, { until: number; ends: () => ArmFailure | null; failure?: ArmFailure | null }>();
  let coming: { at: number; happens: () => void }[] = [];
  const now = () => clock.now().getTime();
  /** A cached parse of each body: bodies are replaced as a whole, and read many times. */
  const read = new WeakMap<object, DocumentState>();
  const stateOf = (resource: Resource, name: DocumentName, body: Json): DocumentState => {
    const key = typeof body === 'object' ? body : null;
    const state = (key && read.get(key)) ?? documentStateOf(resource.kind, name, body);
    if (key) read.set(key, state);
    return copyOf(state);
  };

  /** Runs everything that is due by now. */
  function catchUp(): void {
    const due = coming.filter(({ at }) => at <= now());
    coming = coming.filter(({ at }) => at > now());
    for (const { happens } of due) happens();
  }

  function documentsOf(id: string): Map<DocumentName, Json> {
    const found = resources.get(id.toLowerCase());
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  }

  function put(id: string, document: DocumentName, path: string, value: Json): void {
    const documents = documentsOf(id);
    documents.set(document, withValue(documents.get(document) ?? {}, path, value));
  }

  const azure: FakeArm = {
    reads: [],
    writes: [],
    requests: [],
    onRead: null,
    onWrite: null,
    onWritten: null,

    seed: (id, documents) => {
      const names = Object.entries(documents) as [DocumentName, Json][];
      resources.set(id.toLowerCase(), new Map(copyOf(names)));
    },
    remove: (id) => {
      resources.delete(id.toLowerCase());
    },
    valueOf: (id, document, path) => {
      catchUp();
      return valueAt(documentsOf(id).get(document), path);
    },
    change: put,
    later: (seconds, happens) => {
      coming.push({ at: now() + seconds * 1000, happens });
    },
    accept: (seconds, ends) => {
      const url = `https://azure/operations/${operations.size + 1}`;
      operations.set(url, { until: now() + seconds * 1000, ends });
      return { kind: 'accepted', arm: { status: 202 }, operation: url, retryAfter: null };
    },

    read: async (resource, names, options) => {
      catchUp();
      azure.reads.push({ resource: resource.id, documents: [...names], ...options });
      const states = names.map((name): [DocumentName, DocumentState] => {
        const body = resources.get(resource.key)?.get(name);
        const state: DocumentState = body === undefined ? { status: 'missing' } : stateOf(resource, name, body);
        return [name, azure.onRead?.(resource, name) ?? state];
      });
      return { resource, documents: Object.fromEntries(states) };
    },

    write: async (step, body) => {
      catchUp();
      const resource = resourceOf(step.path);
      if (!resource) throw new Error(`${step.path} is no resource`);
      const sent: Sent = {
        at: clock.now().toISOString(),
        resource: resource.id,
        document: step.document,
        method: step.method,
        path: step.path,
        body: copyOf(body ?? null),
      };
      azure.requests.push(sent);
      const documents = resources.get(resource.key);
      if (!documents) return { kind: 'refused', arm: { status: 404 }, failure: failure('gone', 'ResourceNotFound') };
      const take = () => {
        documents.set(step.document, merged(resource, step, documents.get(step.document) ?? {}, sent.body));
        azure.writes.push(sent);
        azure.onWritten?.(sent);
      };
      const other = azure.onWrite?.(step, take);
      if (other) return other;
      take();
      return { kind: 'done', arm: { requestId: `request-${azure.requests.length}`, status: 200 } };
    },

    pollOperation: async (url) => {
      catchUp();
      const operation = operations.get(url);
      if (!operation) return { kind: 'ended' };
      if (operation.until > now()) return { kind: 'running', retryAfter: null };
      if (operation.failure === undefined) operation.failure = operation.ends();
      return operation.failure === null ? { kind: 'ended' } : { kind: 'refused', failure: operation.failure };
    },

    getIdentity: async () => PLUMBLINE,
  };
  return azure;
}

export function failure(kind: ArmFailureKind, code: string, retryAfter: number | null = null): ArmFailure {
  return { kind, code, message: `Azure says ${code}`, retryAfter };
}

export function refused(kind: ArmFailureKind, code: string, retryAfter: number | null = null): WriteResult {
  return { kind: 'refused', arm: { status: 409 }, failure: failure(kind, code, retryAfter) };
}

export function resourceNamed(id: string): Resource {
  const resource = parseResourceId(id);
  if (!resource) throw new Error(`${id} is no resource`);
  return resource;
}

/** A document after a write. Azure Monitor keeps the whole body of a diagnostic setting, and adds nulls. */
function merged(resource: Resource, step: PlanStep, current: Json, body: Json): Json {
  if (step.document !== 'diagnosticSettings') return patched(current, body, resource.kind === 'web-app');
  if (step.method === 'DELETE') return withValue(current, step.root, null);
  const properties = isObject(body) ? body.properties : null;
  const held = isObject(properties) ? { storageAccountId: null, metrics: [], ...properties } : null;
  return withValue(current, `${step.root}/properties`, held);
}

/** Members that ARM replaces as a whole. */
const WHOLE = new Set(['cors', 'identity']);

/** Merge-patch, except that Microsoft.Web takes null for "no change". */
function patched(current: Json, patch: Json, ignoresNull: boolean): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(current) ? { ...current } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      if (!ignoresNull) delete result[key];
    } else result[key] = WHOLE.has(key) ? value : patched(result[key] ?? {}, value, ignoresNull);
  }
  return result;
}
