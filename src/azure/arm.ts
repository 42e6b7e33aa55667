/**
 * Resource Manager as the workflows see it: documents read in parallel, one request written exactly as planned, and where
 * a long-running operation stands. A failure is an answer here, never an exception.
 */
import type { ArmAnswer } from '../domain/audit.ts';
import { type DocumentDefinition, type DocumentName, documentOf } from '../domain/documents.ts';
import { DEEPEST, isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type DocumentState, read } from '../domain/snapshot.ts';
import { type Arm, isPassing, type OperationState, type WriteAnswer } from '../workflows/ports.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';
import { type ArmReply, failureOf, failureOfError, retryAfterOf } from './errors.ts';
import { keepDocuments } from './kept-documents.ts';
import { createOwnIdentity } from './own-identity.ts';

export type ArmOptions = ClientOptions;

export function createArm(options: ArmOptions): Arm {
  const client = createClient(options);
  const { now, log } = options;
  const shared = keepDocuments(now);

  return {
    async read(resource, names, options) {
      // Each once, also those that only say where another one is.
      const states = new Map<DocumentName, Promise<DocumentState>>();
      const stateOf = (name: DocumentName): Promise<DocumentState> => {
        const state = states.get(name) ?? readDocument(name);
        states.set(name, state);
        return state;
      };
      const readDocument = async (name: DocumentName): Promise<DocumentState> => {
        const row = documentOf(resource.kind, name);
        const path = row?.path(resource, row.from === undefined ? null : objectIn(await stateOf(row.from))) ?? null;
        if (!row || path === null) return { status: 'not-read' };
        const ask = () => get(client, path, row, now, (body) => read(resource.kind, name, body));
        return row.shared ? shared.get(`${path} ${name}`, options?.fresh === true, ask) : ask();
      };
      const found = await Promise.all(names.map(async (name) => [name, await stateOf(name)] as const));
      return { resource, documents: Object.fromEntries(found) };
    },

    async write({ method, path, apiVersion }, body): Promise<WriteAnswer> {
      const reply = await client.send(method, client.urlOf(path, apiVersion), body).catch(failureOfError);
      if (!isReply(reply)) return { kind: 'refused', arm: {}, failure: reply };
      const arm = armAnswerOf(reply);
      if (![200, 201, 202, 204].includes(reply.status))
        return { kind: 'refused', arm, failure: failureOf(reply, now()) };
      const statusUrl = reply.header('azure-asyncoperation');
      const asked = statusUrl ?? (reply.status === 202 ? reply.header('location') : undefined);
      if (asked === undefined) return { kind: 'done', arm };
      const operation = asked.length <= LONGEST_URL ? client.urlFromAzure(asked) : null;
      if (operation)
        return { kind: 'accepted', arm, operation: operation.href, retryAfter: retryAfterOf(reply, now()) };
      // The write was taken, so it is no refusal; the token is not sent there, and reading again will tell.
      log.warn(
        { path, ...arm },
        'Azure gave an operation URL without end or outside Resource Manager; it is not asked',
      );
      return { kind: 'done', arm };
    },

    async operation(url): Promise<OperationState> {
      const place = client.urlFromAzure(url);
      if (!place) return { kind: 'ended' };
      const reply = await client.send('GET', place).catch(failureOfError);
      return isReply(reply) ? operationStateOf(reply, now()) : { kind: 'running', retryAfter: null };
    },

    identity: createOwnIdentity(options.credential, `${options.audience}/.default`),
  };
}

/** Characters: both are remembered and logged with the write. */
const LONGEST_URL = 4096;
const LONGEST_REQUEST_ID = 128;
const NO_OBJECT = `Azure sent no JSON object, or one of more than ${DEEPEST} levels`;

async function get(
  client: Client,
  path: string,
  row: DocumentDefinition,
  now: () => Date,
  parse: (body: Json) => DocumentState,
): Promise<DocumentState> {
  const elements: Json[] = [];
  let url = client.urlOf(path, row.apiVersion, row.query);
  for (let page = 0; page < 100; page += 1) {
    const reply = await client.send('GET', url).catch(failureOfError);
    if (!isReply(reply)) return { status: 'failed', detail: `${reply.code}: ${reply.message}`, passing: true };
    if (reply.status !== 200) return refusedState(reply, now());
    if (!isObject(reply.body)) return { status: 'failed', detail: NO_OBJECT, passing: false };
    const { nextLink, ...body } = reply.body;
    if (!Array.isArray(body.value)) return parse(reply.body);
    elements.push(...body.value);
    if (typeof nextLink !== 'string' || nextLink === '') return parse({ ...body, value: elements });
    const next = client.urlFromAzure(nextLink);
    if (!next) return { status: 'failed', detail: 'its nextLink leads away from Resource Manager', passing: false };
    url = next;
  }
  return { status: 'failed', detail: 'it has more than 100 pages', passing: false };
}

function refusedState(reply: ArmReply, now: Date): DocumentState {
  const { kind, code, message, retryAfter } = failureOf(reply, now);
  const detail = `${code}: ${message}`;
  if (reply.status === 404) return { status: 'missing' };
  // A token that has just expired is refused with 401 too.
  if (!isPassing(kind) && (reply.status === 401 || reply.status === 403)) return { status: 'forbidden', detail };
  const more = { ...(kind === 'throttled' ? { throttled: true } : {}), ...(retryAfter === null ? {} : { retryAfter }) };
  return { status: 'failed', detail, passing: isPassing(kind), ...more };
}

function operationStateOf(reply: ArmReply, now: Date): OperationState {
  const retryAfter = retryAfterOf(reply, now);
  if (reply.status === 202) return { kind: 'running', retryAfter };
  // An operation that Azure has forgotten has ended; what became of it is read from the resource.
  if (reply.status === 404) return { kind: 'ended' };
  if (reply.status >= 300) {
    const failure = failureOf(reply, now);
    // That asking failed for now says nothing about the operation.
    return failure.kind === 'transient' ? { kind: 'running', retryAfter } : { kind: 'refused', failure };
  }
  const status = isObject(reply.body) && typeof reply.body.status === 'string' ? reply.body.status.toLowerCase() : null;
  if (status === null || status === 'succeeded') return { kind: 'ended' };
  if (status !== 'failed' && status !== 'canceled') return { kind: 'running', retryAfter };
  return { kind: 'refused', failure: failureOf({ ...reply, status: 400 }, now) };
}

function armAnswerOf({ status, header }: ArmReply): ArmAnswer {
  const [requestId, correlationId] = ['x-ms-request-id', 'x-ms-correlation-request-id'].map((name) =>
    header(name)?.slice(0, LONGEST_REQUEST_ID),
  );
  return { ...(requestId ? { requestId } : {}), ...(correlationId ? { correlationId } : {}), status };
}

function objectIn(state: DocumentState | undefined): JsonObject | null {
  return state?.status === 'read' && isObject(state.body) ? state.body : null;
}

function isReply(answer: ArmReply | ReturnType<typeof failureOfError>): answer is ArmReply {
  return 'status' in answer;
}
