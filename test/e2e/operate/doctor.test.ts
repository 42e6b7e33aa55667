/**
 * `npm run doctor` against the whole service, as in Azure: a token for sign-in and a token for Resource Manager. Every
 * check passes, and then one thing after the other is broken and its check fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { containerApp, subscriptionId } from '../../../simulator/estate.ts';
import { tokenFor } from '../../../simulator/identity/tokens.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { TABLES } from '../../../src/storage/names.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import { crossSiteRequest, forged, reader, unauthenticatedDecision } from '../../../tools/doctor/access.ts';
import { activityLog } from '../../../tools/doctor/activity-log.ts';
import { chains } from '../../../tools/doctor/audit-log.ts';
import { observe } from '../../../tools/doctor/azure-assumptions.ts';
import { azureDeployment } from '../../../tools/doctor/azure-deployment.ts';
import { type Check, type CheckContext, createContext, runChecks } from '../../../tools/doctor/checks.ts';
import type { Deployment } from '../../../tools/doctor/deployment.ts';
import { CHECKS } from '../../../tools/doctor/doctor.ts';
import { arrival, change, deadLetters, queue, TAG } from '../../../tools/doctor/event.ts';
import { health, timers } from '../../../tools/doctor/health.ts';
import { reads, writes } from '../../../tools/doctor/identity.ts';
import { isHealthy } from '../../../tools/doctor/report.ts';
import { resourceGraph } from '../../../tools/doctor/resource-graph.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { type SignInFront, startSignInFront } from '../fixtures/sign-in-front.ts';
import { putMessage, tableOf } from '../fixtures/stored.ts';

const AUDIENCE = 'api://plumbline';
const scratch = rightWebApp('scratch', { tags: { owner: 'platform' } });
const unseen = rightWebApp('unseen');
const slow = containerApp({ name: 'slow' });
/** The user who runs the command. */
const engineer = { type: 'app', objectId: '00000000-0000-4000-8000-0000000001d1', appId: 'engineer' } as const;
const stranger = { ...engineer, objectId: '00000000-0000-4000-8000-0000000001d2' };

// The published model of a site's PATCH has no tags, and a check writes one.
const plumbline = usePlumbline({
  resources: [scratch, unseen, slow],
  simulator: { takesUnpublished: true },
  // Runs only when a test calls it, and writes the heartbeat only then.
  environment: { 'AzureWebJobs.housekeeping.Disabled': 'true' },
});
let front: SignInFront;
let agent: Agent;

beforeAll(async () => {
  front = await startSignInFront(() => plumbline.dev.url, AUDIENCE);
  agent = new Agent({ ca: readFileSync(plumbline.simulator.certificatePath) });
  front.roles.set(engineer.objectId, ['Reader']);
  plumbline.simulator.grant(`/subscriptions/${subscriptionId}`, { role: 'Contributor', to: engineer });
  front.roles.set(plumbline.simulator.identity.objectId, ['Reader']);
});
afterAll(async () => {
  agent.destroy();
  await front.close();
});
beforeEach(() => {
  plumbline.simulator.clearFaults();
  plumbline.simulator.delivery.lose = false;
  Object.assign(front, { believesHeaders: false, anybodyIs: null, hidesOrigin: false });
});

function deploymentOf(app = scratch.id, caller: typeof engineer | typeof stranger = engineer): Deployment {
  const resource = parseResourceId(app);
  if (!resource) throw new Error(`${app} is no app`);
  const inner = createDefaultHttpClient();
  return azureDeployment({
    url: front.url,
    app: resource,
    audience: AUDIENCE,
    drift: true,
    credential: {
      async getToken(scopes) {
        const scope = String(scopes).replace(/\/\.default$/, '');
        return { token: tokenFor(scope, caller, new Date(), 4e9), expiresOnTimestamp: 4e12 };
      },
    },
    endpoint: plumbline.simulator.url,
    httpClient: { sendRequest: (request) => inner.sendRequest(Object.assign(request, { agent })) },
  });
}

/** The result of the last of these checks, as `state: text`; the others prepare it. */
async function said(
  checks: readonly Check[],
  visit: CheckContext = createContext(deploymentOf(), 20),
): Promise<string> {
  const result = (await runChecks(visit, checks)).at(-1);
  return `${result?.state}: ${result?.said}`;
}

/** For events that do not come. */
const impatient = () => createContext(deploymentOf(), 1);
const toTheOutcome = [change, arrival, queue];
const httpsOnly = () =>
  z.object({ properties: z.object({ httpsOnly: z.boolean() }) }).parse(plumbline.simulator.get(scratch.id)).properties
    .httpsOnly;

describe('a working deployment', () => {
  test('passes every check, and shows the observations', async () => {
    const visit = createContext(deploymentOf(), 40);
    const results = await runChecks(
      visit,
      CHECKS.filter((check) => check !== timers),
    );
    const others = results.filter(({ state }) => state !== 'ok');
    expect(others).toEqual([expect.objectContaining({ name: resourceGraph.name, state: 'not-checked' })]);
    expect(plumbline.simulator.get(scratch.id)).toMatchObject({
      tags: { owner: 'platform', [TAG]: expect.any(String) },
      properties: { httpsOnly: true },
    });
    // The provider may handle missing tags in any way.
    const bodies = plumbline.simulator.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
    expect(bodies[0]).toEqual({ tags: { owner: 'platform', [TAG]: expect.any(String) } });
    const observed = await observe(visit);
    expect(isHealthy(results, observed)).toBe(true);
    expect(observed.filter(({ state }) => state === 'seen').map(({ name }) => name)).toEqual([
      'how long an event takes',
      'how many events a change raises',
      'what a change is called',
      'an event names who made the change',
      'Plumbline knows its own writes',
      'deliveries need no sign-in',
      'events of publishing policies',
      'metrics of the scratch app',
    ]);
  });

  test('passes the check of the timers', async () => {
    await plumbline.housekeep();
    expect(await said([timers])).toMatch(/^ok: housekeeping ran \d+ s ago$/);
  });

  test('gives exit code 0, and makes no violation without the flag', async () => {
    const run = await doctor(['--url', front.url, '--resource', scratch.id, '--audience', AUDIENCE, '--json']);
    expect(run.stderr).toBe('');
    const { healthy, checks } = JSON.parse(run.stdout);
    expect([run.code, healthy, checks.length]).toEqual([0, true, CHECKS.length]);
    expect(checks.filter(({ state }: { state: string }) => state === 'not-checked')).toEqual([
      expect.objectContaining({ name: 'the writer can write', said: expect.stringContaining('--drift') }),
      // This user may read apps and no role definitions.
      expect.objectContaining({ name: 'the Activity Log can be read', said: expect.stringContaining('cannot see') }),
      expect.objectContaining({ name: 'metrics can be read', said: expect.stringContaining('cannot see') }),
      expect.objectContaining({ name: resourceGraph.name, said: expect.stringContaining('no sweep') }),
    ]);
  });

  test('wrong arguments give exit code 2 and the usage', async () => {
    const run = await doctor(['--strange']);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('usage: npm run doctor');
  });

  test('a container app with its long operations passes too', async () => {
    const visit = createContext(deploymentOf(slow.id), 40);
    const results = await runChecks(visit, [...toTheOutcome, reads, writes]);
    expect(results.filter(({ state }) => state !== 'ok')).toEqual([]);
    const seen = (await observe(visit)).filter(({ state }) => state === 'seen').map(({ name }) => name);
    expect(seen).toContain('a container app can be fixed');
  });
});

describe('each check fails when its subject is broken', () => {
  test('reader: fails without a role', async () => {
    expect(await said([reader], createContext(deploymentOf(scratch.id, stranger), 1))).toBe(
      'failed: GET /api/summary was answered 403 forbidden',
    );
  });

  test('forged principal: fails where the header is accepted', async () => {
    front.believesHeaders = true;
    expect(await said([forged])).toMatch(/^failed: .* made up was answered 200$/);
  });

  test('decision without sign-in: fails where every caller is signed in', async () => {
    front.anybodyIs = engineer.objectId;
    expect(await said([unauthenticatedDecision])).toMatch(/^failed: .* answered 403 forbidden and not 401$/);
  });

  test('cross-site request: fails where the origin of a request is hidden', async () => {
    front.hidesOrigin = true;
    expect(await said([crossSiteRequest])).toMatch(/^failed: .* answered 401 unauthenticated and not 403$/);
  });

  test('change of the scratch app: fails without the permission, and where the change does not stay', async () => {
    plumbline.simulator.addFault({ match: { method: 'PATCH' }, action: 'forbidden', times: 1 });
    expect(await said([change], impatient())).toMatch(
      /^failed: Azure answered your PATCH of scratch with 403 Authoriz/,
    );
    plumbline.simulator.addFault({ match: { method: 'PATCH' }, action: 'ignore-write', times: 1 });
    expect(await said([change], impatient())).toMatch(/^failed: Azure took the tag .* does not show it$/);
  });

  test('arrival of an event: fails when deliveries are lost', async () => {
    plumbline.simulator.delivery.lose = true;
    const visit = impatient();
    expect(await said([change, arrival], visit)).toBe('failed: no event of scratch was seen within 1 s');
    expect(await said([queue, reads, writes], visit)).toMatch(/^not-checked/);
    const unseenYet = (await observe(visit)).filter(({ state }) => state === 'not-seen');
    expect(unseenYet.filter(({ said: text }) => text === 'no event arrived')).toHaveLength(5);
  });

  test('queue: fails while the app is locked by a lease', async () => {
    const table = tableOf(plumbline.dev.storage.connectionString, TABLES.events);
    const lease = { partitionKey: hashOf(scratch.id.toLowerCase()), rowKey: 'lease' };
    const holdAs = (holder: string | null) =>
      table.upsertEntity({ ...lease, Json0: JSON.stringify({ holder }) }, 'Replace');
    await holdAs('somebody else');
    const visit = impatient();
    try {
      expect(await said(toTheOutcome, visit)).toMatch(/^failed: event \S+ has no outcome after 1 s$/);
    } finally {
      await holdAs(null);
    }
    await plumbline.outcomeOf(visit.event?.eventId ?? '');
  });

  test('reads of the identity: fails for a forbidden document, and before a reconcile', async () => {
    plumbline.simulator.addFault({ match: { method: 'GET', path: '/scratch/config/web' }, action: 'forbidden' });
    expect(await said([...toTheOutcome, reads])).toMatch(/^failed: config\/web: .*Microsoft\.Web\/sites\/config\/read/);
    plumbline.simulator.clearFaults();
    expect(await said([...toTheOutcome, reads])).toMatch(/^ok: /);
    expect(await said([reads], createContext(deploymentOf(unseen.id), 1))).toMatch(
      /^not-checked: .* never looked at unseen$/,
    );
  });

  test('writes of the identity: fails without the permission, and the app is fixed anyway', async () => {
    // The tag and the violation are of the command, the third write is the fix.
    plumbline.simulator.addFault({ match: { method: 'PATCH' }, action: 'forbidden', skip: 2, times: 1 });
    expect(await said([...toTheOutcome, writes])).toMatch(/^failed: fix\.blocked: /);
    expect(httpsOnly()).toBe(true);
  });

  test('writes of the identity: fails while stopped, and is not checked in mode audit', async () => {
    const operator = plumbline.as(staff.operator, 'Operator');
    await operator.putSettings({ mode: 'autofix', stopped: { reason: 'out of order' } });
    const stopped = createContext(deploymentOf(), 20);
    await runChecks(stopped, toTheOutcome);
    expect(await said([writes], { ...stopped, patienceSeconds: 2 })).toMatch(
      /^failed: .* nothing came of it within 2 s$/,
    );
    expect(httpsOnly()).toBe(true);
    await operator.putSettings({ mode: 'audit' });
    expect(await said([...toTheOutcome, writes])).toMatch(/^not-checked: .* nothing is written: .*audit/);
    expect(httpsOnly()).toBe(true);
    await operator.putSettings({ mode: 'autofix' });
  });

  test('Activity Log: fails without the permission, and is not checked where the roles cannot be read', async () => {
    expect(await said([activityLog])).toMatch(/^ok: the identity \S+ may, in the subscription /);
    const actions = ['Microsoft.Web/sites/read'];
    plumbline.simulator.addFault({
      match: { method: 'GET', path: '/roleDefinitions/' },
      action: 'answer',
      status: 200,
      body: { properties: { permissions: [{ actions, notActions: [] }] } },
    });
    expect(await said([activityLog])).toMatch(/^failed: the identity \S+ may not, .* stays unknown/);
    plumbline.simulator.addFault({ match: { path: '/roleAssignments' }, action: 'forbidden' });
    expect(await said([activityLog])).toMatch(/^not-checked: you cannot see which roles/);
  });

  test('dead letters: fails when a message was given up meanwhile', async () => {
    const visit = createContext(deploymentOf(), 20);
    await runChecks(visit, [change]);
    expect(await said([deadLetters], visit)).toMatch(/^ok: /);
    const message = Buffer.from(JSON.stringify({ resource: unseen.id, cause: 'wake', attempt: 3 })).toString('base64');
    await putMessage(plumbline.dev.storage.connectionString, 'plumbline-reconcile-poison', message);
    await eventually('the dead letter', async () =>
      expect(await said([deadLetters], visit)).toMatch(/^failed: 1 new in plumbline-reconcile: /),
    );
  });

  test('timers: fails when the heartbeat is old', async () => {
    const guards = tableOf(plumbline.dev.storage.connectionString, TABLES.guards);
    const row = await guards.getEntity('guard', 'heartbeat');
    const at = new Date(Date.now() - 20 * 60_000).toISOString();
    await guards.upsertEntity({ ...row, partitionKey: 'guard', rowKey: 'heartbeat', Json0: JSON.stringify({ at }) });
    expect(await said([timers], createContext(deploymentOf(), 0))).toMatch(
      /^failed: housekeeping last ran 120\d s ago$/,
    );
  });

  test('chains of the log: fails when an entry was edited', async () => {
    const log = tableOf(plumbline.dev.storage.connectionString, TABLES.audit);
    const rows = log.listEntities({ queryOptions: { filter: "RowKey ge 'e-' and RowKey lt 'f'" } });
    const { value: row } = await rows.next();
    const Json0 = String(row.Json0);
    const put = (text: string) =>
      log.updateEntity({ partitionKey: row.partitionKey, rowKey: row.rowKey, Json0: text }, 'Merge');
    await put(Json0.replace('"message":"', '"message":"Not '));
    expect(await said([chains])).toMatch(/^failed: Entry \d+ of chain \d+: /);
    await put(Json0);
    expect(await said([chains])).toMatch(/^ok: /);
  });

  test('observations: one that differs from the expected behaviour is a failure', async () => {
    const deployment = { ...deploymentOf(), changer: async () => stranger.objectId };
    const visit = createContext(deployment, 20);
    const results = await runChecks(visit, [change, arrival]);
    if (!visit.event) throw new Error('no event arrived');
    visit.event = { ...visit.event, operation: 'Microsoft.Resources/tags/write' };
    visit.fix = { entry: 'any', by: '00000000-0000-4000-8000-0000000001d3', known: visit.change?.known ?? new Set() };
    const observed = await observe(visit);
    expect(observed.filter(({ state }) => state === 'otherwise').map(({ name }) => name)).toEqual([
      'what a change is called',
      'an event names who made the change',
      'Plumbline knows its own writes',
    ]);
    expect([isHealthy(results, []), isHealthy(results, observed)]).toEqual([true, false]);
  });

  test('observations: missing events of a child differ from the expected behaviour', async () => {
    const visit = createContext(deploymentOf(unseen.id), 20);
    await runChecks(visit, toTheOutcome);
    plumbline.simulator.delivery.lose = true;
    const observed = await observe({ ...visit, patienceSeconds: 1 });
    expect(observed.find(({ name }) => name === 'events of publishing policies')).toMatchObject({
      state: 'otherwise',
      said: expect.stringContaining('written as it is'),
    });
  });

  // The last ones, because the service does not work after them.
  test('reader: fails while sign-in is off', async () => {
    delete plumbline.dev.environment.WEBSITE_AUTH_ENABLED;
    await plumbline.dev.restart();
    const [result] = await runChecks(impatient(), [reader]);
    expect(result).toMatchObject({ state: 'failed', said: expect.stringContaining('401 auth-off') });
    expect(await said([forged])).toMatch(/^ok: .* 401 auth-off$/);
  });

  test('health: fails without settings, and where another program or none answers', async () => {
    delete plumbline.dev.environment.PLUMBLINE_AUDIT_KEY;
    await plumbline.dev.restart();
    expect(await said([health])).toMatch(/^failed: PLUMBLINE_AUDIT_KEY: /);
    await plumbline.dev.kill();
    expect(await said([health])).toMatch(
      /^failed: GET \/api\/health was answered 502, which is not Plumbline's answer$/,
    );
    const nowhere = createContext({ ...deploymentOf(), url: 'http://127.0.0.1:9' }, 1);
    expect(await said([health], nowhere)).toMatch(/^failed: Nothing answers at http:\/\/127\.0\.0\.1:9/);
  });
});

async function doctor(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', './tools/typescript.mjs', 'tools/doctor/doctor.ts', ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...plumbline.simulator.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...texts };
}
