// The Azure simulator: Resource Manager, the managed identity endpoint and Event Grid in one HTTPS server on this machine.
// Comments say which behaviour of Azure is unverified.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assign } from './authorization/role-assignments.ts';
import { controlPath, handleControlRequest } from './control/http-api.ts';
import type { Simulator, SimulatorOptions } from './control/simulator-api.ts';
import { createEstateStore } from './estate/estate-store.ts';
import { createEventGrid, shortenedRetries } from './event-grid/event-grid.ts';
import { createFaultRegistry } from './faults/faults.ts';
import { createGeneratedEstates } from './generated-estate/generated-block.ts';
import { certificateIn } from './http/certificate.ts';
import { pause } from './http/pause.ts';
import { type IncomingRequest, listen } from './http/server.ts';
import { type Caller, serviceIdentity } from './identity/directory.ts';
import { handleIdentityRequest, identityPath } from './identity/managed-identity.ts';
import { tokenFor, tokenSeconds } from './identity/tokens.ts';
import { createActivityLog } from './monitor/activity-log.ts';
import { dropOutage, keepOutage } from './monitor/outages.ts';
import { createResourceGraph } from './resource-graph/resource-graph.ts';
import { findRowByName, readDocument } from './resource-manager/documents.ts';
import { changeAsCaller } from './resource-manager/external-changes.ts';
import { createOperations } from './resource-manager/operations.ts';
import { createRateLimiter } from './resource-manager/rate-limit.ts';
import type { RecordedRequest, RequestHook } from './resource-manager/recorded-request.ts';
import {
  armResponseHeaders,
  handleArmRequest,
  type Outcome,
  type ResourceManager,
} from './resource-manager/resource-manager.ts';
import { createSideEffectRegistry } from './resource-manager/side-effects.ts';
import { createWriter } from './resource-manager/writes.ts';
import { allowsActions } from './roles/built-in-roles.ts';

export type { Simulator, SimulatorOptions } from './control/simulator-api.ts';
export type { EstateDefinition, ResourceSeed } from './estate/resource-seed.ts';
export type { Delivery, EventSchema, RaisedEvent } from './event-grid/event-grid.ts';
export type { Fault, FaultName } from './faults/faults.ts';
export type { GeneratedEstateOptions } from './generated-estate/definition.ts';
export type { GeneratedSummary, ViolatingApp } from './generated-estate/generated-block.ts';
export type { Caller } from './identity/directory.ts';
export type { ActivityControls, AddedOperation } from './monitor/activity-log.ts';
export type { Course, Outage } from './monitor/outages.ts';
export type { RecordedRequest, RequestHook } from './resource-manager/recorded-request.ts';
export type { SideEffect } from './resource-manager/side-effects.ts';
export type { Allows } from './roles/built-in-roles.ts';

/** Starts a simulator and resolves when it listens. Throws when its port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const schema = options.eventSchema ?? 'EventGrid';
  const estate = createEstateStore(options.estate?.resources ?? []);
  const generated = createGeneratedEstates(estate);
  for (const one of options.generated ?? []) generated.generate(one);
  const grid = createEventGrid(schema, options.retryMilliseconds ?? shortenedRetries, options.deliverTo ?? null);
  const running = createOperations(options.operationMilliseconds ?? 300);
  const faults = createFaultRegistry(options.random);
  const sideEffects = createSideEffectRegistry();
  const activity = createActivityLog(options.random);
  const graph = createResourceGraph(estate, options.graph ?? {});
  const writer = createWriter(grid, running, schema, activity);
  const outages = new Set<string>();
  const requests: RecordedRequest[] = [];
  const hooks = new Set<RequestHook>();
  const remaining = createRateLimiter();
  const identityActions = options.identityActions ?? ['*'];
  const identityHeader = randomUUID();
  const identityHolders = new Map<string, Caller>([[identityHeader, serviceIdentity]]);
  const closing = new AbortController();

  const ownFolder = options.certificateFolder ? null : await mkdtemp(join(tmpdir(), 'simulator-'));
  const { key, certificate, certificatePath } = await certificateIn(options.certificateFolder ?? ownFolder ?? '');
  const removeOwnFolder = async () => {
    if (ownFolder) await rm(ownFolder, { recursive: true, force: true });
  };
  const server = await listen({ port: options.port ?? 0, key, certificate, handle }).catch(async (error: unknown) => {
    await removeOwnFolder();
    throw error;
  });
  const url = `https://localhost:${server.port}`;
  const manager: ResourceManager = {
    estate,
    activity,
    faults,
    sideEffects,
    graph,
    operations: running,
    writes: writer,
    allows: options.allows ?? allowsActions(identityActions),
    allowsByAction: options.allows === undefined,
    identityActions,
    takesUnpublished: options.takesUnpublished ?? false,
    metricsSeed: options.metricsSeed ?? 1,
    audience: url,
    pause: (milliseconds) => pause(milliseconds, closing.signal),
  };

  async function handle(request: IncomingRequest): Promise<Outcome> {
    const { pathname } = request.url;
    if (pathname.startsWith(controlPath)) {
      const { allows } = manager;
      const registries = { faults: faults.list, sideEffects: sideEffects.list };
      return handleControlRequest(request, { simulator, estate, allows, ...registries, target: grid.target });
    }
    if (pathname.replace(/\/$/, '') === identityPath) return identity(request);
    return resourceManager(request);
  }

  async function identity(request: IncomingRequest): Promise<Outcome> {
    for (const fault of faults.trigger({ method: request.method, path: identityPath })) {
      if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
      else if (fault.action === 'reset' || fault.action === 'hang') return fault.action;
      else
        return { status: fault.status ?? 500, body: fault.body ?? { statusCode: 500, message: 'An error occurred.' } };
    }
    return handleIdentityRequest(request.method, request.url, request.header, identityHolders, new Date());
  }

  let kept = options.keptRequests ?? Number.POSITIVE_INFINITY;
  const counts = new Map<string, number>();

  /** Lets go of many at a time. */
  function keep(record: RecordedRequest): void {
    requests.push(record);
    if (requests.length > 2 * kept) requests.splice(0, requests.length - kept);
  }

  function count({ method, status }: RecordedRequest): void {
    const name = `${method} ${status}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  async function resourceManager(request: IncomingRequest): Promise<Outcome> {
    const record: RecordedRequest = {
      method: request.method,
      path: decodeURIComponent(request.url.pathname),
      apiVersion: request.url.searchParams.get('api-version'),
      body: request.body,
      status: 0,
      at: new Date().toISOString(),
      callerObjectId: null,
    };
    keep(record);
    const correlationId = request.header('x-ms-correlation-request-id') ?? randomUUID();
    for (const hook of hooks) await hook(record, 'before');
    const outcome = await handleArmRequest({ ...request, correlationId }, manager, record);
    if (typeof outcome === 'object') record.status = outcome.status;
    count(record);
    for (const hook of hooks) await hook(record, 'applied');
    if (options.answerDelayMilliseconds) await manager.pause(options.answerDelayMilliseconds);
    if (typeof outcome === 'string') return outcome;
    const headers = armResponseHeaders(request.method, correlationId, remaining(request.method, Date.now()));
    return { ...outcome, headers: { ...headers, ...outcome.headers } };
  }

  const simulator: Simulator = {
    url,
    certificatePath,
    identity: serviceIdentity,
    environment: {
      AZURE_RESOURCE_MANAGER_ENDPOINT: url,
      AZURE_RESOURCE_MANAGER_AUDIENCE: url,
      IDENTITY_ENDPOINT: `${url}${identityPath}`,
      IDENTITY_HEADER: identityHeader,
      AZURE_CLIENT_ID: serviceIdentity.appId,
      NODE_EXTRA_CA_CERTS: certificatePath,
    },
    requests,
    events: grid.events,
    activity,
    graph,
    get delivery() {
      return grid.delivery;
    },
    set delivery(next) {
      Object.assign(grid.delivery, next);
    },
    requestCounts: () => Object.fromEntries(counts),
    keepRequests(most) {
      kept = most ?? Number.POSITIVE_INFINITY;
    },
    clearRequests() {
      requests.splice(0);
      counts.clear();
    },
    deliverTo: grid.deliverTo,
    endOperations: running.end,
    async settled() {
      await running.settled();
      await grid.settled();
    },
    get(id, document = 'resource') {
      const resource = estate.find(id);
      const named = resource && findRowByName(resource.kind, document);
      return resource && named ? structuredClone(readDocument({ estate, resource, ...named })) : undefined;
    },
    add: (seed) => void estate.add(seed),
    generated,
    remove: estate.remove,
    change: (caller, id, document, patch) => changeAsCaller(caller, id, document, patch, manager),
    addFault: faults.add,
    clearFaults: faults.clear,
    addSideEffect: sideEffects.add,
    clearSideEffects: sideEffects.clear,
    addOutage(outage) {
      const resource = estate.find(outage.id);
      if (!resource) throw new Error(`There is no ${outage.id}.`);
      keepOutage(resource, outage);
      outages.add(resource.id);
    },
    clearOutages() {
      for (const id of outages) {
        const resource = estate.find(id);
        if (resource) dropOutage(resource);
      }
      outages.clear();
    },
    get takesUnpublished() {
      return manager.takesUnpublished;
    },
    set takesUnpublished(takes) {
      manager.takesUnpublished = takes;
    },
    grant: (scope, access) => assign(estate, scope, access),
    tokenFor: (caller) => tokenFor(url, caller, new Date(), Math.floor(Date.now() / 1000) + tokenSeconds),
    identityHeaderOf(person) {
      const header = randomUUID();
      identityHolders.set(header, person);
      return header;
    },
    onRequest(hook) {
      hooks.add(hook);
      return () => void hooks.delete(hook);
    },
    async close() {
      closing.abort();
      grid.close();
      running.close();
      await server.close();
      await grid.settled();
      await removeOwnFolder();
    },
  };
  return simulator;
}
