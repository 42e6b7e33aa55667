// Resource Manager: every ARM request comes through here, in the order in which Azure decides: who, which api-version,
// what goes wrong on demand, may they, is it there, and only then read or write.
import { randomUUID } from 'node:crypto';
import { type Address, actionOf, addressOf, typeAndName } from './address.ts';
import type { Allows, Caller, Fault, RecordedRequest } from './contract.ts';
import { effectOf, type Place, readDocument, rowOf } from './documents.ts';
import { type Answer, errors, Refusal } from './errors.ts';
import type { EstateStore } from './estate-store.ts';
import { type FaultBook, faultAnswer } from './faults.ts';
import { callerOf } from './identity.ts';
import type { Operations } from './operations.ts';
import { graphAction, graphPath, type ResourceGraph } from './resource-graph.ts';
import type { Writes } from './writes.ts';

export interface ArmRequest {
  method: string;
  url: URL;
  header(name: string): string | undefined;
  /** Parsed; undefined when there is none. */
  body: unknown;
  malformed: boolean;
  correlationId: string;
}

/** What the connection does in place of an answer. */
export type Outcome = Answer | 'reset' | 'hang';

export interface Manager {
  estate: EstateStore;
  faults: FaultBook;
  graph: ResourceGraph;
  operations: Operations;
  writes: Writes;
  allows: Allows;
  audience: string;
  pause(milliseconds: number): Promise<void>;
}

/** Answers one request; fills in who made it in the record. */
export async function answerArm(request: ArmRequest, manager: Manager, record: RecordedRequest): Promise<Outcome> {
  try {
    return await decide(request, manager, record);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

async function decide(request: ArmRequest, manager: Manager, record: RecordedRequest): Promise<Outcome> {
  const { method, url } = request;
  const path = decodeURIComponent(url.pathname);

  const caller = callerOf(request.header('authorization'), manager.audience, new Date());
  if ('status' in caller) return caller;
  record.callerObjectId = caller.objectId;

  if (method === 'POST' && path.toLowerCase() === graphPath) return queryGraph(request, manager, caller);
  const address = addressOf(path);
  if (!address) return errors.invalidResourceType(path);
  const found = rowOf(address);
  const action = actionOf(method, address, found?.row.action);

  const faults = manager.faults.strike({ method, path, action });
  for (const fault of faults) if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
  const fault = faults.find((one) => one.action !== 'delay');
  const struck = (fault ?? faults[0])?.action;
  if (struck) record.fault = struck;
  const scope = address.resourceId;
  if (fault?.action === 'reset' || fault?.action === 'hang') return fault.action;
  const failure = fault && faultAnswer(fault, { method, action, address, scope, caller });
  if (failure) return failure;

  refuseApiVersion(url.searchParams.get('api-version'), address);
  if (!manager.allows({ method, action, scope })) {
    return errors.forbidden(caller.appId ?? caller.objectId, caller.objectId, action, scope);
  }
  const polled = manager.operations.poll(path, url.href);
  if (polled) return polled;

  const filter = url.searchParams.get('$filter');
  const place = { ...placeOf(address, found, manager.estate), ...(filter !== null && { filter }) };
  if (method === 'GET') return read(place, address);
  return write(request, manager, place, caller, fault);
}

/** A query reads although it is a POST; a role that reads is all it needs. */
async function queryGraph({ method, url, body }: ArmRequest, manager: Manager, caller: Caller): Promise<Outcome> {
  const faults = manager.faults.strike({ method, path: graphPath, action: graphAction });
  for (const fault of faults) if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
  const fault = faults.find((one) => one.action !== 'delay');
  if (fault?.action === 'reset' || fault?.action === 'hang') return fault.action;
  if (fault?.action === 'throttled') return manager.graph.throttled(fault.retryAfter ?? 10);
  if (fault?.action === 'forbidden') {
    return errors.forbidden(caller.appId ?? caller.objectId, caller.objectId, graphAction, '/');
  }
  if (fault?.action === 'answer') return { status: fault.status ?? 500, body: fault.body };
  if (fault) return errors.server(fault.status ?? 500);
  if (!url.searchParams.get('api-version')) return errors.missingApiVersion();
  return manager.graph.answer(body, caller.objectId, Date.now());
}

function read(place: Place, address: Address): Answer {
  const body = readDocument(place);
  if (body === undefined) return errors.resourceNotFound(typeAndName(address), address.resourceGroup);
  return { status: 200, body };
}

function write(request: ArmRequest, manager: Manager, place: Place, caller: Caller, fault: Fault | undefined): Outcome {
  const { method, url, body, correlationId } = request;
  const type = request.header('content-type') ?? '';
  if (method !== 'DELETE' && !/^application\/(merge-patch\+)?json\b/i.test(type))
    return errors.unsupportedMediaType(type);
  if (request.malformed) return errors.invalidContent('Unexpected character encountered while parsing value');

  const existed = readDocument(place) !== undefined;
  const effect = effectOf(place, method, body);
  const answered = 'answer' in effect ? effect.answer : effect.documents?.[place.row.name];
  if (fault?.action === 'ignore-write') {
    return { status: 200, body: answered ?? place.resource.documents.get('resource') };
  }
  const clientRequestId = request.header('x-ms-client-request-id');
  const operation = manager.writes.commit({
    place,
    method,
    effect,
    caller,
    correlationId,
    ...(clientRequestId && { clientRequestId }),
    url: url.href,
    existed,
    fails: fault?.action === 'operation-fails',
  });
  if (fault?.action === 'apply-then-reset') return 'reset';
  if (fault?.action === 'accepted-empty') return { status: 202 };

  const at = (path: string) => `${url.origin}${path}?api-version=${url.searchParams.get('api-version')}`;
  const headers: Record<string, string> = !operation
    ? {}
    : effect.status === 201
      ? { 'azure-asyncoperation': `${at(operation.statusPath)}&azureAsyncOperation=true` }
      : { location: at(operation.resultPath) };
  return { status: effect.status, body: answered, headers };
}

function placeOf(address: Address, found: ReturnType<typeof rowOf>, estate: EstateStore): Place {
  const { subscriptionId, resourceGroup } = address;
  if (!estate.find(`/subscriptions/${subscriptionId}`)) throw new Refusal(errors.subscriptionNotFound(subscriptionId));
  if (resourceGroup && !estate.find(`/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`)) {
    throw new Refusal(errors.resourceGroupNotFound(resourceGroup));
  }
  const resource = estate.find(address.resourceId);
  if (!resource) {
    throw new Refusal(errors.resourceNotFound(typeAndName({ ...address, rest: [] }), resourceGroup));
  }
  if (!found) throw new Refusal(errors.invalidResourceType(`${address.type}/${address.rest.join('/')}`));
  return { estate, resource, ...found };
}

const insightsVersions = ['2017-05-01-preview', '2021-05-01-preview'];

function refuseApiVersion(version: string | null, address: Address): void {
  if (!version) throw new Refusal(errors.missingApiVersion());
  if (!/^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i.test(version)) throw new Refusal(errors.invalidApiVersion(version));
  const extension = address.rest.join('/').toLowerCase();
  if (extension.startsWith('providers/microsoft.insights/diagnosticsettings') && !insightsVersions.includes(version)) {
    throw new Refusal(errors.unsupportedApiVersion('diagnosticSettings', version, insightsVersions));
  }
}

/** Headers of every ARM answer. */
export function armHeaders(method: string, correlationId: string, remaining: number): Record<string, string> {
  const kind = method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
  const requestId = randomUUID();
  return {
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `WESTEUROPE:${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}:${requestId}`,
    [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(remaining),
    [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(remaining * 15),
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'cache-control': 'no-cache',
  };
}
