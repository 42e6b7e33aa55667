/**
 * The Arm port over Resource Manager: reads documents in parallel, writes one request exactly as planned, and polls
 * long-running operations. A failure is a result, never an exception.
 */
import type { ArmResponse } from '../domain/audit/audit.ts';
import { type DocumentDefinition, type DocumentName, documentOf } from '../domain/resources/documents.ts';
import { isObject, type Json, type JsonObject, MAX_DEPTH } from '../domain/resources/json.ts';
import { type DocumentState, documentStateOf } from '../domain/resources/snapshot.ts';
import { type Arm, isRetryable, type OperationState, type WriteResult } from '../workflows/ports/azure.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';
import { createDocumentCache } from './document-cache.ts';
import { armFailureOf, type HttpResponse, retryAfterOf, transientFailureOf } from './errors.ts';
import { createServiceIdentity } from './service-identity.ts';

export type ArmOptions = ClientOptions;

export function createArm(options: ArmOptions): Arm {
  const client = createClient(options);
  const { now, log } = options;
  const shared = createDocumentCache(now);

  return {
    async read(resource, names, options) {
      // Each document once, including those that only locate another document.
      const states = new Map<DocumentName, Promise<DocumentState>>();
      const stateOf = (name: DocumentName): Promise<DocumentState> => {
        const state = states.get(name) ?? readDocument(name);
        states.set(name, state);
        return state;
      };
      const readDocument = async (name: DocumentName): Promise<DocumentState> => {
        const row = documentOf(resource.kind, name);
        const path =
          row?.path(resource, row.locatedBy === undefined ? null : objectIn(await stateOf(row.locatedBy))) ?? null;
        if (!row || path === null) return { status: 'not-read' };
        const ask = () =>
          fetchDocument(client, { path, row }, now, (body) => documentStateOf(resource.kind, name, body));
        return row.shared ? shared.get(`${path} ${name}`, options?.fresh === true, ask) : ask();
      };
      const found = await Promise.all(names.map(async (name) => [name, await stateOf(name)] as const));
      return { resource, documents: Object.fromEntries(found) };
    },

    async write({ method, path, apiVersion }, body): Promise<WriteResult> {
      const reply = await client.send(method, client.urlOf(path, apiVersion), body).catch(transientFailureOf);
      if (!isResponse(reply)) return { kind: 'refused', arm: {}, failure: reply };
      const arm = armResponseOf(reply);
      if (![200, 201, 202, 204].includes(reply.status))
        return { kind: 'refused', arm, failure: armFailureOf(reply, now()) };
      const statusUrl = reply.header('azure-asyncoperation');
      const operationUrl = statusUrl ?? (reply.status === 202 ? reply.header('location') : undefined);
      if (operationUrl === undefined) return { kind: 'done', arm };
      const operation = operationUrl.length <= MAX_URL ? client.urlFromAzure(operationUrl) : null;
      if (operation)
        return { kind: 'accepted', arm, operation: operation.href, retryAfter: retryAfterOf(reply, now()) };
      // The write was accepted, so it is no refusal. The token is not sent to that URL; the next read shows the result.
      log.warn(
        { path, ...arm },
        'Azure gave an operation URL without end or outside Resource Manager; it is not asked',
      );
      return { kind: 'done', arm };
    },

    async pollOperation(url): Promise<OperationState> {
      const operation = client.urlFromAzure(url);
      if (!operation) return { kind: 'ended' };
      const reply = await client.send('GET', operation).catch(transientFailureOf);
      return isResponse(reply) ? operationStateOf(reply, now()) : { kind: 'running', retryAfter: null };
    },

    getIdentity: createServiceIdentity(options.credential, `${options.audience}/.default`, now),
  };
}

/** Characters: both are stored and logged with the write. */
const MAX_URL = 4096;
const MAX_REQUEST_ID = 128;
const NO_OBJECT = `Azure sent no JSON object, or one of more than ${MAX_DEPTH} levels`;

async function fetchDocument(
  client: Client,
  { path, row }: { readonly path: string; readonly row: DocumentDefinition },
  now: () => Date,
  parse: (body: Json) => DocumentState,
): Promise<DocumentState> {
  const elements: Json[] = [];
  let url = client.urlOf(path, row.apiVersion, row.query);
  for (let page = 0; page < 100; page += 1) {
    const reply = await client.send('GET', url).catch(transientFailureOf);
    if (!isResponse(reply)) return { status: 'failed', detail: `${reply.code}: ${reply.message}`, retryable: true };
    if (reply.status !== 200) return failedState(reply, now());
    if (!isObject(reply.body)) return { status: 'failed', detail: NO_OBJECT, retryable: false };
    const { nextLink, ...body } = reply.body;
    if (!Array.isArray(body.value)) return parse(reply.body);
    elements.push(...body.value);
    if (typeof nextLink !== 'string' || nextLink === '') return parse({ ...body, value: elements });
    const next = client.urlFromAzure(nextLink);
    if (!next) return { status: 'failed', detail: 'its nextLink leads away from Resource Manager', retryable: false };
    url = next;
  }
  return { status: 'failed', detail: 'it has more than 100 pages', retryable: false };
}

function failedState(reply: HttpResponse, now: Date): DocumentState {
  const { kind, code, message, retryAfter } = armFailureOf(reply, now);
  const detail = `${code}: ${message}`;
  if (reply.status === 404) return { status: 'missing' };
  // A token that has just expired is refused with 401 too.
  if (!isRetryable(kind) && (reply.status === 401 || reply.status === 403)) return { status: 'forbidden', detail };
  const more = { ...(kind === 'throttled' ? { throttled: true } : {}), ...(retryAfter === null ? {} : { retryAfter }) };
  return { status: 'failed', detail, retryable: isRetryable(kind), ...more };
}

function operationStateOf(reply: HttpResponse, now: Date): OperationState {
  const retryAfter = retryAfterOf(reply, now);
  if (reply.status === 202) return { kind: 'running', retryAfter };
  // An operation that Azure no longer knows has ended; the resource shows its result.
  if (reply.status === 404) return { kind: 'ended' };
  if (reply.status >= 300) {
    const failure = armFailureOf(reply, now);
    // A failure of the request, or one that was not sent, says nothing about the operation.
    const isUnknown = failure.kind === 'transient' || failure.kind === 'throttled';
    return isUnknown ? { kind: 'running', retryAfter } : { kind: 'refused', failure };
  }
  const status = isObject(reply.body) && typeof reply.body.status === 'string' ? reply.body.status.toLowerCase() : null;
  if (status === null || status === 'succeeded') return { kind: 'ended' };
  if (status !== 'failed' && status !== 'canceled') return { kind: 'running', retryAfter };
  return { kind: 'refused', failure: armFailureOf({ ...reply, status: 400 }, now) };
}

function armResponseOf({ status, header }: HttpResponse): ArmResponse {
  const [requestId, correlationId] = ['x-ms-request-id', 'x-ms-correlation-request-id'].map((name) =>
    header(name)?.slice(0, MAX_REQUEST_ID),
  );
  return { ...(requestId ? { requestId } : {}), ...(correlationId ? { correlationId } : {}), status };
}

function objectIn(state: DocumentState | undefined): JsonObject | null {
  return state?.status === 'read' && isObject(state.body) ? state.body : null;
}

function isResponse(answer: HttpResponse | ReturnType<typeof transientFailureOf>): answer is HttpResponse {
  return 'status' in answer;
}
