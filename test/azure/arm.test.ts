import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { containerApp } from '../../simulator/container-app/builders.ts';
import { allLogsTo, plantedSecrets, workspaceId } from '../../simulator/estate/resource-seed.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { slot, webApp } from '../../simulator/web-app/builders.ts';
import type { SentRequest } from '../../src/azure/client.ts';
import type { PlanStep } from '../../src/domain/changes/plan-requests.ts';
import type { DocumentName } from '../../src/domain/resources/documents.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import { bodyOf, documentViews } from '../../src/domain/resources/snapshot.ts';
import { armOn, resource } from './azure.ts';

const web = webApp({ name: 'portal', site: { httpsOnly: false }, diagnostics: { logs: allLogsTo(workspaceId) } });
const staging = slot({ of: 'portal', name: 'staging', web: { minTlsVersion: '1.0' } });
const worker = containerApp({ name: 'worker', ingress: { allowInsecure: true } });
const site = resource(web.id);
const app = resource(worker.id);

let simulator: Simulator;
let arm: ReturnType<typeof armOn>;
let sent: SentRequest[] = [];

beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    estate: { resources: [web, staging, worker] },
    operationMilliseconds: 500,
  });
  arm = armOn(simulator, { onRequest: (request) => sent.push(request) });
});
afterEach(() => {
  simulator.clearFaults();
  simulator.clearRequests();
  arm.lines.splice(0);
  sent = [];
});
afterAll(async () => {
  arm.close();
  await simulator.close();
});

describe('reading a resource', () => {
  const all: DocumentName[] = [
    'resource',
    'config/web',
    'basicPublishingCredentialsPolicies/ftp',
    'basicPublishingCredentialsPolicies/scm',
    'diagnosticSettings',
  ];

  it('takes one GET for each document, with the api-version of the table of documents', async () => {
    const snapshot = await arm.read(site, all);
    expect(documentViews(snapshot)).toEqual(all.map((name) => ({ name, status: 'read' })));
    expect(simulator.requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      [
        `GET ${site.id}`,
        `GET ${site.id}/basicPublishingCredentialsPolicies/ftp`,
        `GET ${site.id}/basicPublishingCredentialsPolicies/scm`,
        `GET ${site.id}/config/web`,
        `GET ${site.id}/providers/Microsoft.Insights/diagnosticSettings`,
      ].sort(),
    );
    expect(new Set(simulator.requests.map(({ apiVersion }) => apiVersion))).toEqual(
      new Set(['2026-03-15', '2021-05-01-preview']),
    );
  });

  it('keeps every body as ARM sent it, with nulls and unknown properties', async () => {
    const snapshot = await arm.read(site, ['config/web', 'diagnosticSettings']);
    const raw = simulator.get(site.id, 'config/web');
    expect(bodyOf(snapshot, 'config/web')).toEqual(withoutKeys(raw, ['publishingUsername', 'publishingPassword']));
    expect(bodyOf(snapshot, 'diagnosticSettings')).toMatchObject({ value: [{ name: 'logs' }] });
  });

  it('reads a slot as its own resource', async () => {
    const snapshot = await arm.read(resource(staging.id), ['config/web']);
    expect(bodyOf(snapshot, 'config/web')).toMatchObject({ properties: { minTlsVersion: '1.0' } });
  });

  it('guarantee 12: drops values of environment variables before there is a snapshot', async () => {
    const snapshot = await arm.read(app, ['resource']);
    expect(JSON.stringify(simulator.get(app.id))).toContain(plantedSecrets[0]);
    expect(JSON.stringify(snapshot)).not.toContain(plantedSecrets[0]);
    expect(JSON.stringify(snapshot)).toContain('WELCOME_TEXT');
  });

  it('a document with status 404 is missing', async () => {
    const none = resource(`${site.id}-none`);
    expect(await arm.read(none, ['resource', 'config/web'])).toMatchObject({
      documents: { resource: { status: 'missing' }, 'config/web': { status: 'missing' } },
    });
  });

  it('a document that the kind does not have is not read and takes no request', async () => {
    const snapshot = await arm.read(app, ['config/web', 'slots']);
    expect(snapshot.documents).toEqual({ 'config/web': { status: 'not-read' }, slots: { status: 'not-read' } });
    expect(simulator.requests).toEqual([]);
  });

  it('a document with status 403 is forbidden with the message of ARM, and the other documents are read', async () => {
    simulator.addFault({ action: 'forbidden', match: { path: '/config/web' } });
    const { documents } = await arm.read(site, ['resource', 'config/web']);
    expect(documents.resource?.status).toBe('read');
    expect(documents['config/web']).toEqual({
      status: 'forbidden',
      detail: expect.stringMatching(/^AuthorizationFailed: The client .* does not have authorization/),
    });
  });

  it.each([
    ['throttled', true, 'SubscriptionRequestsThrottled'],
    ['busy-site', true, 'Conflict'],
    ['server-error', true, 'InternalServerError'],
    ['reset', true, 'ECONNRESET'],
  ] as const)('%s is failed and may pass', async (action, retryable, code) => {
    simulator.addFault({ action });
    const { documents } = await arm.read(site, ['resource']);
    expect(documents.resource).toMatchObject({ status: 'failed', retryable, detail: expect.stringContaining(code) });
    expect(simulator.requests).toHaveLength(1);
  });

  it('a throttled document says so, with the time that Azure asks to wait; another transient failure does not', async () => {
    simulator.addFault({ action: 'throttled', retryAfter: 90, match: { path: '/config/web' } });
    simulator.addFault({ action: 'server-error', match: { path: '/diagnosticSettings' } });
    const { documents } = await arm.read(site, ['config/web', 'diagnosticSettings']);
    expect(documents['config/web']).toMatchObject({ retryable: true, throttled: true, retryAfter: 90 });
    expect(documents.diagnosticSettings).not.toHaveProperty('throttled');
  });

  it('an expired token is a failure that may pass, not forbidden', async () => {
    const error = { code: 'ExpiredAuthenticationToken', message: 'The access token expiry is before now.' };
    simulator.addFault({ action: 'answer', status: 401, body: { error } });
    const { documents } = await arm.read(site, ['resource']);
    expect(documents.resource).toMatchObject({ status: 'failed', retryable: true });
  });

  it('a 400 is failed and does not pass', async () => {
    simulator.addFault({ action: 'answer', status: 400, body: { error: { code: 'BadRequest', message: 'No.' } } });
    const { documents } = await arm.read(site, ['resource']);
    expect(documents.resource).toEqual({ status: 'failed', retryable: false, detail: 'BadRequest: No.' });
  });

  it('a read fails when no answer comes before the time-out', async () => {
    const impatient = armOn(simulator, { timeoutMilliseconds: 100 });
    simulator.addFault({ action: 'hang' });
    const { documents } = await impatient.read(site, ['resource']);
    expect(documents.resource).toMatchObject({
      status: 'failed',
      retryable: true,
      detail: expect.stringContaining('0.1 s'),
    });
    impatient.close();
  });
});

describe('writing', () => {
  it('guarantee 5: sends exactly the body of the plan', async () => {
    const body = { properties: { httpsOnly: true, aPropertyNoModelKnows: { nested: null } } };
    const answer = await arm.write(step('PATCH', site.id, '2025-05-01'), body);
    expect(answer).toEqual({
      kind: 'done',
      arm: { status: 200, requestId: expect.any(String), correlationId: expect.any(String) },
    });
    expect(simulator.requests).toMatchObject([
      { method: 'PATCH', path: site.id, apiVersion: '2025-05-01', body, status: 200 },
    ]);
    expect(simulator.get(site.id)).toMatchObject({ properties: { httpsOnly: true } });
  });

  it('creates and deletes a diagnostic setting', async () => {
    const place = `${site.id}/providers/Microsoft.Insights/diagnosticSettings/logs`;
    const put = await arm.write(step('PUT', place, '2021-05-01-preview'), {
      properties: { ...allLogsTo(workspaceId), metrics: [] },
    });
    const deleted = await arm.write(step('DELETE', place, '2021-05-01-preview'), undefined);
    const again = await arm.write(step('DELETE', place, '2021-05-01-preview'), undefined);
    expect([put.kind, deleted.kind]).toEqual(['done', 'done']);
    expect(again.arm.status === 204 ? 'done' : again.kind).not.toBe('accepted');
    expect(simulator.requests[1]?.body).toBeUndefined();
  });

  it('follows a long-running operation until it ends', async () => {
    const answer = await arm.write(step('PATCH', app.id, '2025-07-01'), {
      properties: { configuration: { ingress: { allowInsecure: false } } },
    });
    if (answer.kind !== 'accepted') throw new Error(`it answered ${answer.kind}`);
    expect(answer.operation.startsWith(`${simulator.url}/subscriptions/`)).toBe(true);
    expect(await arm.pollOperation(answer.operation)).toMatchObject({ kind: 'running' });
    await simulator.settled();
    expect(await arm.pollOperation(answer.operation)).toEqual({ kind: 'ended' });
  });

  it('returns why a long-running operation failed', async () => {
    simulator.addFault({ action: 'operation-fails', times: 1 });
    const answer = await arm.write(step('PATCH', app.id, '2025-07-01'), { tags: { a: 'b' } });
    if (answer.kind !== 'accepted') throw new Error(`it answered ${answer.kind}`);
    await simulator.settled();
    expect(await arm.pollOperation(answer.operation)).toMatchObject({
      kind: 'refused',
      failure: { code: 'ContainerAppOperationError' },
    });
  });

  it('takes a 202 without an operation as done, because the next read verifies it', async () => {
    simulator.addFault({ action: 'accepted-empty', times: 1 });
    expect(await arm.write(step('PATCH', site.id, '2025-05-01'), { tags: {} })).toMatchObject({
      kind: 'done',
      arm: { status: 202 },
    });
  });

  it.each([
    ['throttled', 'throttled', 429],
    ['busy-app', 'busy', 409],
    ['busy-environment', 'busy', 409],
    ['busy-site', 'busy', 409],
    ['conflicting-write', 'busy', 409],
    ['locked', 'blocked', 409],
    ['policy', 'blocked', 403],
    ['forbidden', 'blocked', 403],
    ['linked-forbidden', 'blocked', 403],
    ['not-found', 'gone', 404],
    ['server-error', 'transient', 500],
    ['unsupported-category', 'invalid', 400],
  ] as const)('%s is refused as %s, once and without a retry', async (action, kind, status) => {
    simulator.addFault({ action, retryAfter: 90 });
    const answer = await arm.write(step('PATCH', site.id, '2025-05-01'), { tags: {} });
    expect(answer).toMatchObject({
      kind: 'refused',
      arm: { status, requestId: expect.any(String) },
      failure: { kind },
    });
    if (action === 'throttled') expect(answer).toMatchObject({ failure: { retryAfter: 90 } });
    expect(simulator.requests).toHaveLength(1);
  });

  it.each(['reset', 'apply-then-reset'] as const)(
    '%s is transient and not repeated, because only a read shows whether it had an effect',
    async (action) => {
      simulator.addFault({ action });
      const answer = await arm.write(step('PATCH', site.id, '2025-05-01'), { tags: { touched: action } });
      expect(answer).toMatchObject({ kind: 'refused', arm: {}, failure: { kind: 'transient' } });
      expect(simulator.requests).toHaveLength(1);
    },
  );

  it('times out before the lease ends', async () => {
    const impatient = armOn(simulator, { timeoutMilliseconds: 100 });
    simulator.addFault({ action: 'hang' });
    const answer = await impatient.write(step('PATCH', site.id, '2025-05-01'), { tags: {} });
    expect(answer).toMatchObject({ kind: 'refused', failure: { kind: 'transient' } });
    impatient.close();
  });
});

describe('the callback for requests', () => {
  it('is called for each request, with or without an answer', async () => {
    await arm.write(step('PATCH', site.id, '2025-05-01'), { tags: {} });
    simulator.addFault({ action: 'reset' });
    await arm.read(site, ['resource']);
    expect(sent).toEqual([
      { method: 'PATCH', path: site.id, status: 200, milliseconds: expect.any(Number) },
      { method: 'GET', path: site.id, status: 0, milliseconds: expect.any(Number) },
    ]);
  });
});

function step(method: PlanStep['method'], path: string, apiVersion: string): PlanStep {
  return { method, path, apiVersion, document: 'resource', changes: [], root: '', attempts: [] };
}

function withoutKeys(value: unknown, keys: readonly string[]): Json {
  return JSON.parse(JSON.stringify(value), (key, inner) => (keys.includes(key) ? undefined : inner));
}
