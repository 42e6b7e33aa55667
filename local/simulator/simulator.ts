// A stand-in for Azure: Resource Manager, the managed identity endpoint and Event Grid in one HTTPS server on this
// machine. What is unverified about Azure is unverified here.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityLog } from './activity-log.ts';
import { certificateIn } from './certificate.ts';
import type { RecordedRequest, RequestHook, Simulator, SimulatorOptions } from './contract.ts';
import { answerControl, controlPath } from './control.ts';
import { readDocument, rowNamed } from './documents.ts';
import { estateStore } from './estate-store.ts';
import { eventGrid, shortenedRetries } from './event-grid.ts';
import { faultBook } from './faults.ts';
import { identityAnswer, identityPath, serviceIdentity, tokenFor, tokenSeconds } from './identity.ts';
import { moveBook } from './moves.ts';
import { operations } from './operations.ts';
import { pause } from './pause.ts';
import { changeAs } from './people.ts';
import { rateLimit } from './rate-limit.ts';
import { resourceGraph } from './resource-graph.ts';
import { answerArm, armHeaders, type Manager, type Outcome } from './resource-manager.ts';
import { deployedRole } from './role.ts';
import { assign } from './role-assignments.ts';
import { type Incoming, listen } from './server.ts';
import { writes } from './writes.ts';

export type * from './contract.ts';

/** Starts a simulator and resolves when it listens. Throws when its port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const schema = options.eventSchema ?? 'EventGrid';
  const estate = estateStore(options.estate?.resources ?? []);
  const grid = eventGrid(schema, options.retryMilliseconds ?? shortenedRetries, options.deliverTo ?? null);
  const running = operations(options.operationMilliseconds ?? 300);
  const faults = faultBook(options.random);
  const moves = moveBook();
  const activity = activityLog();
  const writer = writes(grid, running, schema, activity);
  const requests: RecordedRequest[] = [];
  const hooks = new Set<RequestHook>();
  const remaining = rateLimit();
  const identityHeader = randomUUID();
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
  const manager: Manager = {
    estate,
    activity,
    faults,
    moves,
    graph: resourceGraph(estate, options.graph ?? {}),
    operations: running,
    writes: writer,
    allows: options.allows ?? deployedRole(),
    takesUnpublished: options.takesUnpublished ?? false,
    audience: url,
    pause: (milliseconds) => pause(milliseconds, closing.signal),
  };

  async function handle(request: Incoming): Promise<Outcome> {
    const { pathname } = request.url;
    if (pathname.startsWith(controlPath)) {
      const { allows } = manager;
      const books = { faults: faults.list, moves: moves.list };
      return answerControl(request, { simulator, estate, allows, ...books, target: grid.target });
    }
    if (pathname.replace(/\/$/, '') === identityPath) return identity(request);
    return resourceManager(request);
  }

  async function identity(request: Incoming): Promise<Outcome> {
    for (const fault of faults.strike({ method: request.method, path: identityPath })) {
      if (fault.action === 'delay') await manager.pause(fault.milliseconds ?? 0);
      else if (fault.action === 'reset' || fault.action === 'hang') return fault.action;
      else
        return { status: fault.status ?? 500, body: fault.body ?? { statusCode: 500, message: 'An error occurred.' } };
    }
    return identityAnswer(request.method, request.url, request.header('x-identity-header'), identityHeader, new Date());
  }

  async function resourceManager(request: Incoming): Promise<Outcome> {
    const record: RecordedRequest = {
      method: request.method,
      path: decodeURIComponent(request.url.pathname),
      apiVersion: request.url.searchParams.get('api-version'),
      body: request.body,
      status: 0,
      at: new Date().toISOString(),
      callerObjectId: null,
    };
    requests.push(record);
    const correlationId = request.header('x-ms-correlation-request-id') ?? randomUUID();
    for (const hook of hooks) await hook(record, 'before');
    const outcome = await answerArm({ ...request, correlationId }, manager, record);
    if (typeof outcome === 'object') record.status = outcome.status;
    for (const hook of hooks) await hook(record, 'applied');
    if (options.answerDelayMilliseconds) await manager.pause(options.answerDelayMilliseconds);
    if (typeof outcome === 'string') return outcome;
    const headers = armHeaders(request.method, correlationId, remaining(request.method, Date.now()));
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
    get delivery() {
      return grid.delivery;
    },
    set delivery(next) {
      Object.assign(grid.delivery, next);
    },
    clearRequests: () => void requests.splice(0),
    deliverTo: grid.deliverTo,
    endOperations: running.end,
    async settled() {
      await running.settled();
      await grid.settled();
    },
    get(id, document = 'resource') {
      const resource = estate.find(id);
      const named = resource && rowNamed(resource.kind, document);
      return resource && named ? structuredClone(readDocument({ estate, resource, ...named })) : undefined;
    },
    add: (seed) => void estate.add(seed),
    remove: estate.remove,
    change: (caller, id, document, patch) => changeAs(caller, id, document, patch, manager),
    addFault: faults.add,
    clearFaults: faults.clear,
    moveAlong: moves.add,
    clearMoves: moves.clear,
    get takesUnpublished() {
      return manager.takesUnpublished;
    },
    set takesUnpublished(takes) {
      manager.takesUnpublished = takes;
    },
    grant: (scope, access) => assign(estate, scope, access),
    tokenFor: (caller) => tokenFor(url, caller, new Date(), Math.floor(Date.now() / 1000) + tokenSeconds),
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
