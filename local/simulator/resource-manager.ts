// Resource Manager: every ARM request comes through here, in the order in which Azure decides: who, which api-version,
// what goes wrong on demand, may they, is it there, and only then read or write.
import { randomUUID } from 'node:crypto';
import type { LoggedOperation } from './activity-entry.ts';
import { type ActivityLog, activityPath } from './activity-log.ts';
import { type Address, actionOf, addressOf, typeAndName } from './address.ts';
import { mayByAssignment } from './built-in-roles.ts';
import type { Allows, Caller, Fault, RecordedRequest } from './contract.ts';
import { answeredDocument, asAnswered, effectOf, type Place, readDocument, rowOf } from './documents.ts';
import { type Answer, errors, Refusal } from './errors.ts';
import type { EstateStore } from './estate-store.ts';
import { type FaultBook, faultAnswer } from './faults.ts';
import { callerOf, isService } from './identity.ts';
import type { MoveBook } from './moves.ts';
import type { Operations } from './operations.ts';
import { publishedType, refuseUnknownVersion } from './published.ts';
import { graphAction, graphPath, type ResourceGraph } from './resource-graph.ts';
import { deployedActions } from './role.ts';
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
  activity: ActivityLog;
  faults: FaultBook;
  moves: MoveBook;
  graph: ResourceGraph;
  operations: Operations;
  writes: Writes;
  allows: Allows;
  /** See SimulatorOptions. */
  takesUnpublished: boolean;
  audience: string;
  pause(milliseconds: number): Promise<void>;
}

/** Answers one request; fills in who made it in the record. */
export async function answerArm(request: ArmRequest, manager: Manager, record: RecordedRequest): Promise<Outcome> {
  const asked: Asked = {};
  const outcome = await decide(request, manager, record, asked).catch((error: unknown) => {
    if (error instanceof Refusal) return error.answer;
    throw error;
  });
  if (asked.write && typeof outcome === 'object') logRefusal(manager.activity, asked.write, outcome);
  return outcome;
}

/** What is known of a request before it is decided. */
interface Asked {
  write?: LoggedOperation;
}

/** A throttled request never came to its provider (that it is not logged is unverified). */
function logRefusal(activity: ActivityLog, write: LoggedOperation, { status, body }: Answer): void {
  if (status < 400 || status === 429) return;
  activity.log(write, 'Started');
  activity.log(write, 'Failed', { status, error: body });
}

async function decide(request: ArmRequest, manager: Manager, record: RecordedRequest, asked: Asked): Promise<Outcome> {
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
  if (method !== 'GET') asked.write = { caller, action, target: path, correlationId: request.correlationId };

  const faults = manager.faults.strike({ method, path, action });
  for (const fault of faults) if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
  const fault = faults.find((one) => one.action !== 'delay');
  const struck = (fault ?? faults[0])?.action;
  if (struck) record.fault = struck;
  const scope = address.resourceId;
  if (fault?.action === 'reset' || fault?.action === 'hang') return fault.action;
  const failure = fault && faultAnswer(fault, { method, action, address, scope, caller });
  if (failure) return failure;

  const version = versionOf(url);
  refuseUnknownVersion(version, address, found && publishedType(address.type, found.row.suffix));
  // A role on a group is enough to wait for what one began there (that Azure asks for no more is unverified).
  if (!may(manager, caller, { method, action, scope: manager.operations.resourceOf(path) ?? scope }))
    return errors.forbidden(clientOf(caller), caller.objectId, action, scope);
  const polled = manager.operations.poll(path, url.href);
  if (polled) return polled;

  const filter = url.searchParams.get('$filter');
  if (isActivityLog(method, address)) return answerActivity(manager, address, url);
  const place = {
    ...placeOf(address, found, manager.estate),
    ...(filter !== null && { filter }),
    serviceActions: () => deployedActions().filter((one) => manager.allows({ method, action: one, scope })),
    version,
    takesUnpublished: manager.takesUnpublished,
  };
  if (method === 'GET') return read(place, address);
  return write(request, manager, place, caller, fault);
}

/** Plumbline has the roles that are deployed, everybody else those that are assigned to them. */
function may(manager: Manager, caller: Caller, request: Parameters<Allows>[0]): boolean {
  return isService(caller)
    ? manager.allows(request)
    : mayByAssignment(manager.estate, caller, request.action, request.scope);
}

/** A query reads although it is a POST. Its answer has what the caller may read, and is empty where that is nothing. */
async function queryGraph({ method, url, body }: ArmRequest, manager: Manager, caller: Caller): Promise<Outcome> {
  const faults = manager.faults.strike({ method, path: graphPath, action: graphAction });
  for (const fault of faults) if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
  const fault = faults.find((one) => one.action !== 'delay');
  if (fault?.action === 'reset' || fault?.action === 'hang') return fault.action;
  if (fault?.action === 'throttled') return manager.graph.throttled(fault.retryAfter ?? 10);
  if (fault?.action === 'forbidden') {
    return errors.forbidden(clientOf(caller), caller.objectId, graphAction, '/');
  }
  if (fault?.action === 'answer') return { status: fault.status ?? 500, body: fault.body };
  if (fault) return errors.server(fault.status ?? 500);
  if (!url.searchParams.get('api-version')) return errors.missingApiVersion();
  const mayRead = ({ id, type }: { id: string; type: string }) =>
    may(manager, caller, { method: 'GET', action: `${type}/read`, scope: id });
  return manager.graph.answer(body, { objectId: caller.objectId, mayRead }, Date.now());
}

function read(place: Place, address: Address): Answer {
  const body = answeredDocument(place);
  if (body === undefined) return errors.resourceNotFound(typeAndName(address), address.resourceGroup);
  return { status: 200, body };
}

function isActivityLog(method: string, { kind, rest }: Address): boolean {
  return method === 'GET' && kind === 'subscription' && rest.join('/').toLowerCase() === activityPath;
}

function answerActivity({ estate, activity }: Manager, { subscriptionId }: Address, url: URL): Answer {
  if (!estate.find(`/subscriptions/${subscriptionId}`)) return errors.subscriptionNotFound(subscriptionId);
  return activity.answer(url, subscriptionId, Date.now());
}

function write(request: ArmRequest, manager: Manager, place: Place, caller: Caller, fault: Fault | undefined): Outcome {
  const { method, url, body, correlationId } = request;
  const type = request.header('content-type') ?? '';
  if (method !== 'DELETE' && !/^application\/(merge-patch\+)?json\b/i.test(type))
    return errors.unsupportedMediaType(type);
  if (request.malformed) return errors.invalidContent('Unexpected character encountered while parsing value');

  const existed = readDocument(place) !== undefined;
  const effect = effectOf(place, method, body);
  if (fault?.action === 'ignore-write') {
    const written = 'answer' in effect ? effect.answer : effect.documents?.[place.row.name];
    return { status: 200, body: asAnswered(place, written) ?? answeredDocument(place) };
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
    moves: manager.moves.strike({ method, path: decodeURIComponent(url.pathname) }),
  });
  if (fault?.action === 'apply-then-reset') return 'reset';
  if (fault?.action === 'accepted-empty') return { status: 202 };

  const at = (path: string) => `${url.origin}${path}?api-version=${url.searchParams.get('api-version')}`;
  const headers: Record<string, string> = !operation
    ? {}
    : effect.status === 201
      ? { 'azure-asyncoperation': `${at(operation.statusPath)}&azureAsyncOperation=true` }
      : { location: at(operation.resultPath) };
  const written = 'answer' in effect ? effect.answer : place.resource.documents.get(place.row.name);
  return {
    status: effect.status,
    body: asAnswered(place, written),
    headers: { ...headers, ...operation?.retryAfter() },
  };
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

function versionOf(url: URL): string {
  const version = url.searchParams.get('api-version');
  if (!version) throw new Refusal(errors.missingApiVersion());
  if (!/^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i.test(version)) throw new Refusal(errors.invalidApiVersion(version));
  return version;
}

function clientOf({ type, name, appId, objectId }: Caller): string {
  return (type === 'user' ? name : appId) ?? objectId;
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
