// Resource Manager: every ARM request comes through here, in the order in which Azure decides: who, which api-version,
// what goes wrong on demand, may they, is it there, and only then read or write.
import { randomUUID } from 'node:crypto';
import { publishedType, refuseUnknownVersion } from '../api-versions/published-types.ts';
import { ArmError, errors } from '../arm/errors.ts';
import { type Address, actionOf, addressOf, typeAndName } from '../arm/resource-id.ts';
import { mayByAssignment } from '../authorization/access.ts';
import { refuseLocked } from '../authorization/locks.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { Place } from '../estate/place.ts';
import type { Fault } from '../faults/faults.ts';
import { type FaultRegistry, faultResponse } from '../faults/faults.ts';
import type { HttpResponse } from '../http/response.ts';
import type { Caller } from '../identity/directory.ts';
import { isServiceIdentity } from '../identity/directory.ts';
import { callerOf } from '../identity/tokens.ts';
import { type ActivityLog, activityPath } from '../monitor/activity-log.ts';
import type { LoggedOperation } from '../monitor/activity-log-entry.ts';
import { graphAction, graphPath, type ResourceGraph } from '../resource-graph/resource-graph.ts';
import type { Allows } from '../roles/built-in-roles.ts';
import { newResource } from './created-resource.ts';
import { bodyInVersion, documentInVersion, effectOf, findRow, readDocument } from './documents.ts';
import type { Operations } from './operations.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { SideEffectRegistry } from './side-effects.ts';
import { answerTenant } from './tenant.ts';
import { loggedTarget, type Writer } from './writes.ts';

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
export type Outcome = HttpResponse | 'reset' | 'hang';

export interface ResourceManager {
  estate: EstateStore;
  activity: ActivityLog;
  faults: FaultRegistry;
  sideEffects: SideEffectRegistry;
  graph: ResourceGraph;
  operations: Operations;
  writes: Writer;
  allows: Allows;
  /** `allows` looks at the action and not at the scope. */
  allowsByAction: boolean;
  /** Of the role of the managed identity; `*` stands for every action. */
  identityActions: readonly string[];
  /** See SimulatorOptions. */
  takesUnpublished: boolean;
  /** See SimulatorOptions. */
  metricsSeed: number;
  audience: string;
  pause(milliseconds: number): Promise<void>;
}

/** Answers one request; fills in who made it in the record. */
export async function handleArmRequest(
  request: ArmRequest,
  manager: ResourceManager,
  record: RecordedRequest,
): Promise<Outcome> {
  const asked: Asked = {};
  const isHead = request.method === 'HEAD';
  const outcome = await decide(isHead ? { ...request, method: 'GET' } : request, manager, record, asked).catch(
    (error: unknown) => {
      if (error instanceof ArmError) return error.answer;
      throw error;
    },
  );
  if (isHead && typeof outcome === 'object') return { status: outcome.status === 200 ? 204 : outcome.status };
  if (asked.write && typeof outcome === 'object') logRefusal(manager.activity, asked.write, outcome);
  return outcome;
}

/** What is known of a request before it is decided. */
interface Asked {
  write?: LoggedOperation;
}

/** A throttled request never came to its provider (that it is not logged is unverified). */
function logRefusal(activity: ActivityLog, write: LoggedOperation, { status, body }: HttpResponse): void {
  if (status < 400 || status === 429) return;
  activity.log(write, 'Started');
  activity.log(write, 'Failed', { status, error: body });
}

async function decide(
  request: ArmRequest,
  manager: ResourceManager,
  record: RecordedRequest,
  asked: Asked,
): Promise<Outcome> {
  const { method, url } = request;
  const path = decodeURIComponent(url.pathname);

  const caller = callerOf(request.header('authorization'), manager.audience, new Date());
  if ('status' in caller) return caller;
  record.callerObjectId = caller.objectId;

  if (method === 'POST' && path.toLowerCase() === graphPath) return queryGraph(request, manager, caller);
  const address = addressOf(path);
  if (!address) {
    versionOf(url);
    return answerTenant(method, path, caller, manager.estate) ?? errors.invalidResourceType(path);
  }
  const found = findRow(address);
  const action = actionOf(method, address, found?.row.action);
  if (method !== 'GET')
    asked.write = { caller, action, target: loggedTarget(method, path), correlationId: request.correlationId };

  const faults = manager.faults.trigger({ method, path, action });
  for (const fault of faults) if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
  const fault = faults.find((one) => one.action !== 'delay');
  const applied = (fault ?? faults[0])?.action;
  if (applied) record.fault = applied;
  const scope = address.resourceId;
  if (fault?.action === 'reset' || fault?.action === 'hang') return fault.action;
  const failure = fault && faultResponse(fault, { method, action, address, scope, caller });
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
  const { estate } = manager;
  const isNew = !estate.find(address.resourceId);
  const place = {
    ...placeOf(address, found, estate, method === 'PUT' ? caller : null),
    ...(filter !== null && { filter }),
    url,
    serviceActions: () => manager.identityActions.filter((one) => manager.allows({ method, action: one, scope })),
    version,
    takesUnpublished: manager.takesUnpublished,
    metricsSeed: manager.metricsSeed,
  };
  if (method === 'GET') return read(place, address);
  try {
    return write(request, manager, place, caller, fault, isNew);
  } catch (error) {
    if (isNew) estate.remove(address.resourceId);
    throw error;
  }
}

/** The managed identity has its own role, every other caller the roles that are assigned to them. */
function may(manager: ResourceManager, caller: Caller, request: Parameters<Allows>[0]): boolean {
  return isServiceIdentity(caller)
    ? manager.allows(request)
    : mayByAssignment(manager.estate, caller, request.action, request.scope);
}

/** Whether a caller may do something in all of a subscription, or nowhere in it; null: that depends on the resource. */
function mayEverywhere(manager: ResourceManager, caller: Caller, action: string, scope: string): boolean | null {
  if (!isServiceIdentity(caller)) return mayByAssignment(manager.estate, caller, action, scope) || null;
  return manager.allowsByAction ? manager.allows({ method: 'GET', action, scope }) : null;
}

/** A query reads although it is a POST. Its answer has what the caller may read, and is empty where that is nothing. */
async function queryGraph(
  { method, url, body }: ArmRequest,
  manager: ResourceManager,
  caller: Caller,
): Promise<Outcome> {
  const faults = manager.faults.trigger({ method, path: graphPath, action: graphAction });
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
  const readsAll = (subscriptionId: string, type: string) =>
    mayEverywhere(manager, caller, `${type}/read`, `/subscriptions/${subscriptionId}`);
  return manager.graph.answer(body, { objectId: caller.objectId, mayRead, readsAll }, Date.now());
}

function read(place: Place, address: Address): HttpResponse {
  if (place.row.hidden) return errors.methodNotAllowed('GET');
  const body = documentInVersion(place);
  if (body === undefined) return errors.resourceNotFound(typeAndName(address), address.resourceGroup);
  return { status: 200, body };
}

function isActivityLog(method: string, { kind, rest }: Address): boolean {
  return method === 'GET' && kind === 'subscription' && rest.join('/').toLowerCase() === activityPath;
}

function answerActivity({ estate, activity }: ResourceManager, { subscriptionId }: Address, url: URL): HttpResponse {
  if (!estate.find(`/subscriptions/${subscriptionId}`)) return errors.subscriptionNotFound(subscriptionId);
  return activity.answer(url, subscriptionId, Date.now());
}

function write(
  request: ArmRequest,
  manager: ResourceManager,
  place: Place,
  caller: Caller,
  fault: Fault | undefined,
  isNew: boolean,
): Outcome {
  const { method, url, body, correlationId } = request;
  const type = request.header('content-type') ?? '';
  const hasBody = method === 'POST' ? body !== undefined || request.malformed : method !== 'DELETE';
  if (hasBody && !/^application\/(merge-patch\+)?json\b/i.test(type))
    throw new ArmError(errors.unsupportedMediaType(type));
  if (request.malformed) {
    throw new ArmError(errors.invalidContent('Unexpected character encountered while parsing value'));
  }

  refuseLocked(place, method);
  const existed = !isNew && (method === 'POST' || readDocument(place) !== undefined);
  const effect = effectOf(place, method, body);
  if (fault?.action === 'ignore-write') {
    if (isNew) manager.estate.remove(place.resource.id);
    const written = 'answer' in effect ? effect.answer : effect.documents?.[place.row.name];
    return { status: 200, body: bodyInVersion(place, written) ?? documentInVersion(place) };
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
    sideEffects: manager.sideEffects.trigger({ method, path: decodeURIComponent(url.pathname) }),
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
    ...(effect.text ? { text: effect.text } : { body: bodyInVersion(place, written) }),
    headers: { ...headers, ...operation?.retryAfter() },
  };
}

/** `creator`: who puts the resource there, if it is of a kind that can be made so; null for other requests. */
function placeOf(
  address: Address,
  found: ReturnType<typeof findRow>,
  estate: EstateStore,
  creator: Caller | null,
): Place {
  const { subscriptionId, resourceGroup } = address;
  if (!estate.find(`/subscriptions/${subscriptionId}`)) throw new ArmError(errors.subscriptionNotFound(subscriptionId));
  if (resourceGroup && !estate.find(`/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`)) {
    throw new ArmError(errors.resourceGroupNotFound(resourceGroup));
  }
  const existing = estate.find(address.resourceId);
  const isMade = creator && found?.row.name === 'resource' && found.row.writes?.PUT && hasParent(address, estate);
  const resource = existing ?? (isMade ? estate.add(newResource(address.resourceId, creator)) : undefined);
  if (!resource) {
    throw new ArmError(errors.resourceNotFound(typeAndName({ ...address, rest: [] }), resourceGroup));
  }
  if (!found) throw new ArmError(errors.invalidResourceType(`${address.type}/${address.rest.join('/')}`));
  return { estate, resource, ...found };
}

/** A slot is made in an app that is there. */
function hasParent({ kind, resourceId }: Address, estate: EstateStore): boolean {
  return kind !== 'slot' || estate.find(resourceId.split('/').slice(0, -2).join('/')) !== undefined;
}

function versionOf(url: URL): string {
  const version = url.searchParams.get('api-version');
  if (!version) throw new ArmError(errors.missingApiVersion());
  if (!/^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i.test(version)) throw new ArmError(errors.invalidApiVersion(version));
  return version;
}

function clientOf({ type, name, appId, objectId }: Caller): string {
  return (type === 'user' ? name : appId) ?? objectId;
}

/** Headers of every ARM answer. */
export function armResponseHeaders(method: string, correlationId: string, remaining: number): Record<string, string> {
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
