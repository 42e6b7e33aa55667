import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plantedSecrets, sampleEstate, subscriptionId } from '../../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { createProgress } from '../../../src/cli/estate/progress.ts';
import { run, type ScanInput } from '../../../src/cli/estate/run-scan.ts';
import { CommandFailure } from '../../../src/cli/framework/failure.ts';
import { rules } from '../../../src/rules/index.ts';
import { type FakeTerminal, scanInput, scanWith, type TerminalOptions, terminalOn } from './terminal.ts';

const SHOP = `/subscriptions/${subscriptionId}/resourceGroups/shop`;
const LEGACY = `${SHOP}/providers/Microsoft.Web/sites/legacy-portal`;

let simulator: Simulator;
let folder: string;

const scanned = (given: Partial<ScanInput>, options?: TerminalOptions) => scanWith(simulator, given, options);

async function failure(given: Partial<ScanInput>, options: TerminalOptions = {}) {
  const terminal = terminalOn(simulator, options);
  try {
    await run(terminal.context, scanInput(given), terminal.connection);
  } catch (error) {
    if (error instanceof CommandFailure) return { code: error.exitCode, message: error.message, terminal };
    throw error;
  } finally {
    terminal.close();
  }
  throw new Error('it did not fail');
}

describe('the sample estate', () => {
  beforeAll(async () => {
    // The clock of a scan is simulated, and the simulator's is not: the tests together are faster than the quota of Azure.
    simulator = await startSimulator({ estate: sampleEstate(), graph: { quota: 10_000 } });
  });
  afterAll(() => simulator.close());
  beforeEach(() => {
    simulator.clearFaults();
    simulator.clearRequests();
  });

  it('is scanned by group, by resource and by subscription, which has rules of its own', async () => {
    const names = async (given: Partial<ScanInput>) => {
      const { report } = await scanned(given);
      return new Set(report.findings.map(({ resource }) => resource.id));
    };
    const bySubscription = await names({ subscription: [subscriptionId] });
    const byGroup = await names({ subscription: [subscriptionId], resourceGroup: ['SHOP'] });
    expect(bySubscription).toContain(`/subscriptions/${subscriptionId}`);
    expect(byGroup.size).toBe(bySubscription.size - 1);
    expect(
      await names({ resource: [LEGACY, `${LEGACY.replace('legacy-portal', 'storefront')}/slots/staging`] }),
    ).toEqual(new Set([LEGACY, `${SHOP}/providers/Microsoft.Web/sites/storefront/slots/staging`]));
  });

  it('is judged by the rules that are asked for: rule, benchmark, profile, settings, severity', async () => {
    const rulesOf = async (given: Partial<ScanInput>) => {
      const { report } = await scanned({ resource: [LEGACY], ...given });
      return [...new Set(report.findings.map(({ rule }) => rule))];
    };
    expect(await rulesOf({ rule: ['webapp-min-tls', 'webapp-http2'] })).toEqual(['webapp-http2', 'webapp-min-tls']);
    const [baseline, strict] = [await rulesOf({}), await rulesOf({ profile: 'strict' })];
    expect(strict.length).toBe(rules.filter(({ kind }) => kind === 'web-app').length);
    expect(baseline.length).toBeLessThan(strict.length);
    const benchmark = await rulesOf({ profile: 'strict', benchmark: ['MCSB DP-3'] });
    expect(benchmark).toContain('webapp-https-only');
    expect(benchmark).not.toContain('webapp-cors-wildcard');
    const { report } = await scanned({ resource: [LEGACY], severity: ['high'] });
    expect(report.findings.length).toBeGreaterThan(0);
    expect(report.findings).toEqual(
      report.findings.map((one) => expect.objectContaining({ severity: 'high', rule: one.rule })),
    );
    const settings = 'docs/examples/settings.json';
    const tls = async (given: object) => {
      const { report: one } = await scanned({ resource: [LEGACY], rule: ['webapp-min-tls'], ...given });
      return JSON.stringify(one.findings);
    };
    expect(await tls({ settings })).toContain('below 1.3');
    expect(await tls({})).not.toContain('below 1.3');
  });

  it('has the planned writes of autofix, with the role actions for them, and nothing is written', async () => {
    const { report } = await scanned({ resource: [LEGACY], plan: true });
    const [plan] = report.plan?.byResource ?? [];
    expect(plan?.requests).toContainEqual({
      method: 'PATCH',
      path: `${LEGACY}/config/web`,
      body: { properties: expect.objectContaining({ minTlsVersion: '1.2' }) },
    });
    expect(JSON.stringify(plan?.queued)).toContain('remoteDebuggingEnabled');
    expect(report.plan?.actions).toContain('Microsoft.Web/sites/config/write');
    expect(report.plan?.actions.filter((action) => /list|\*/i.test(action))).toEqual([]);
    expect(simulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('lists what may not be read, and ends with 3, or with 0 when that is allowed', async () => {
    simulator.addFault({ match: { path: 'legacy-portal/config/web' }, action: 'forbidden' });
    const { code, report, terminal } = await scanned({ resource: [LEGACY] });
    expect(code).toBe(3);
    expect(report.unread).toEqual([
      {
        resource: expect.objectContaining({ id: LEGACY }),
        document: 'config/web',
        why: expect.stringContaining('AuthorizationFailed'),
      },
    ]);
    expect(terminal.error()).toContain('1 × config/web: AuthorizationFailed');
    expect((await scanned({ resource: [LEGACY], allowUnread: true })).code).toBe(0);
  });

  it('lists a resource that was named and does not exist, and passes over one that was deleted meanwhile', async () => {
    const gone = `${LEGACY}-gone`;
    const { code, report, terminal } = await scanned({ resource: [LEGACY, gone] });
    expect(code).toBe(3);
    expect(report.unread).toMatchObject([{ resource: { id: gone }, document: 'resource' }]);
    expect(terminal.error()).toContain('1 × resource: There is no such resource');
    const other = { status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } };
    simulator.addFault({ match: { path: '/sites/legacy-portal' }, action: 'answer', ...other });
    const group = { subscription: [subscriptionId], resourceGroup: ['shop'], rule: ['webapp-min-tls'] };
    const listed = await scanned(group);
    expect(listed.code).toBe(0);
    const ids = listed.report.findings.map(({ resource }) => resource.id);
    expect(ids).toContain(`${SHOP}/providers/Microsoft.Web/sites/intranet`);
    expect(ids).not.toContain(LEGACY);
  });

  it('reads again what failed for a while, and only that', async () => {
    simulator.addFault({ match: { path: 'legacy-portal/config/web' }, action: 'server-error', times: 2 });
    const { code } = await scanned({ resource: [LEGACY] });
    expect(code).toBe(0);
    const asked = simulator.requests.map(({ path: to }) => to);
    expect(asked.filter((to) => to === `${LEGACY}/config/web`)).toHaveLength(3);
    expect(asked.filter((to) => to === `${LEGACY}/diagnosticSettings`).length).toBeLessThanOrEqual(1);
  });

  it('waits as long as Azure asks, and sends nothing meanwhile', async () => {
    simulator.addFault({ match: { path: 'legacy-portal/config/web' }, action: 'throttled', retryAfter: 40, times: 1 });
    const { code, terminal } = await scanned({ resource: [LEGACY] });
    expect(code).toBe(0);
    const gaps = terminal.sentAt.slice(1).map((at, n) => at - (terminal.sentAt[n] ?? 0));
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(39_000);
    expect(gaps.filter((gap) => gap > 2000)).toHaveLength(1);
  });

  it.each([
    ['critical', 'webapp-cors-wildcard', 1],
    ['high', 'webapp-cors-wildcard', 1],
    ['critical', 'webapp-min-tls', 0],
    ['low', 'webapp-min-tls', 1],
  ] as const)('--fail-on %s with a violation of %s ends with %i', async (failOn, rule, code) => {
    expect((await scanned({ subscription: [subscriptionId], rule: [rule], failOn })).code).toBe(code);
  });

  it('shows no secret in any output, nor in the resume file', async () => {
    for (const output of ['json', 'csv', 'ocsf', 'sarif', 'markdown', 'html', 'table'] as const) {
      const terminal = terminalOn(simulator);
      await run(
        terminal.context,
        scanInput({ subscription: [subscriptionId], profile: 'strict', output }),
        terminal.connection,
      );
      terminal.close();
      for (const secret of plantedSecrets) expect(terminal.out().includes(secret), `${output}: ${secret}`).toBe(false);
    }
  });

  it('shows how far it is on a terminal, and removes the line', async () => {
    const terminal = terminalOn(simulator, { isTerminal: true });
    await run(terminal.context, scanInput({ resource: [LEGACY] }), terminal.connection);
    terminal.close();
    expect(terminal.error()).toContain('Listing resources…');
    expect(terminal.error()).toContain('1 of 1, 0 left');
    expect(terminal.error()).toMatch(/reads left at Azure/);
    expect(terminal.error().endsWith('\r\u001b[K')).toBe(true);
  });

  it('shows nothing more when Azure answers after the end', () => {
    const { context, error, close } = terminalOn(simulator, { isTerminal: true });
    const progress = createProgress(context.stderr, context.clock.now);
    progress.onEvent({ kind: 'listed', total: 2, done: 0 });
    progress.end();
    const before = error();
    progress.onEvent({ kind: 'requests-left', requests: 7 });
    progress.onEvent({ kind: 'read', total: 2, done: 2 });
    close();
    expect(error()).toBe(before);
    expect(before.endsWith('\r\u001b[K')).toBe(true);
  });

  it.each([1, 2, 3, 8, 20])('Ctrl-C at request %i ends it in one line, and removes the progress', async (request) => {
    const interrupted: FakeTerminal = terminalOn(simulator, {
      isTerminal: true,
      onRequest: (n) => n === request && interrupted.interrupt(),
    });
    const given = scanInput({ resource: [LEGACY, `${SHOP}/providers/Microsoft.Web/sites/intranet`] });
    const ended = await run(interrupted.context, given, interrupted.connection).catch((error: unknown) => error);
    interrupted.close();
    expect(ended).toMatchObject({ exitCode: 130, message: expect.stringMatching(/^Interrupted\.[^\n]*$/) });
    expect(interrupted.out()).toBe('');
    expect(interrupted.error().endsWith('\r\u001b[K')).toBe(true);
  });

  it.each<[string, Partial<ScanInput>, number, RegExp]>([
    ['no subscription', { subscription: ['shop'] }, 2, /--subscription shop is not the id of a subscription/],
    ['a group without its subscription', { resourceGroup: ['shop'] }, 2, /needs exactly one --subscription/],
    ['no group', { resourceGroup: ['/subscriptions/x/y'] }, 2, /is not a resource group/],
    ['no resource', { resource: ['/subscriptions/x'.repeat(2)] }, 2, /is not the ARM id of a resource/],
    ['an unknown rule', { rule: ['webapp-no-such'] }, 2, /--rule webapp-no-such is no rule/],
    ['an unknown benchmark', { benchmark: ['CISO'] }, 2, /--benchmark CISO is in no rule; there are azqr/],
    ['no settings file', { settings: 'no-such-file.json' }, 2, /no-such-file\.json cannot be read/],
    ['settings that are none', { settings: 'package.json' }, 2, /package\.json: \/name/],
    ['no resume file', { resume: 'package.json' }, 2, /package\.json is no resume file/],
    ['a plan in a form without it', { plan: true, output: 'sarif' }, 2, /--plan is shown by the outputs table, json/],
    [
      'a folder that is not there',
      { resource: [LEGACY], out: 'no/such/folder/x.json' },
      2,
      /x\.json cannot be written/,
    ],
    ['a folder in place of a file', { resource: [LEGACY], out: 'docs' }, 2, /docs cannot be written: it is a folder/],
    [
      'an empty group',
      { subscription: [subscriptionId], resourceGroup: ['nothing-here'] },
      2,
      /has no app, environment or plan/,
    ],
    [
      'another subscription',
      { subscription: ['00000000-0000-4000-8000-00000000dead'] },
      4,
      /does not exist, or this sign-in may not read it/,
    ],
  ])('refuses %s in one line', async (_, given, code, message) => {
    const refused = await failure(given);
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
    expect(refused.message).not.toContain('\n');
    expect(refused.terminal.out()).toBe('');
    // What somebody has to wait for comes after what can be refused at once.
    if (given.out !== undefined) expect(refused.terminal.sentAt).toEqual([]);
  });

  it('refuses a resume file together with options that say what to scan, and one of another version', async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'plumbline-test-'));
    const resume = path.join(folder, 'scan.resume');
    const terminal = terminalOn(simulator, { onRequest: (n) => n === 60 && terminal.interrupt() });
    await run(terminal.context, scanInput({ subscription: [subscriptionId], resume }), terminal.connection).catch(
      () => null,
    );
    terminal.close();
    const other = await failure({ resume, rule: ['webapp-min-tls'] });
    expect(other).toMatchObject({ code: 2, message: expect.stringContaining('Leave out the options') });
    expect(readdirSync(folder)).toEqual(['scan.resume']);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(resume, readFileSync(resume, 'utf8').replace(/"version":"[^"]*"/, '"version":"0 0"'));
    expect(await failure({ resume })).toMatchObject({ code: 2, message: expect.stringContaining('another version') });
    rmSync(folder, { recursive: true });
  });

  it.each<[string, TerminalOptions, number, RegExp]>([
    [
      'no sign-in',
      { credential: { getToken: () => Promise.reject(new Error('az is\nnot there')) } },
      4,
      /Run az login.*\(az is not there\)/,
    ],
    ['no token', { credential: { getToken: async () => null } }, 4, /No sign-in to Azure was found/],
    [
      'an expired sign-in',
      { credential: { getToken: async () => ({ token: 'x.y.z', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) } },
      4,
      /Azure refuses the sign-in \(401\)/,
    ],
    [
      'a wrong endpoint',
      { environment: { AZURE_RESOURCE_MANAGER_ENDPOINT: 'http://x' } },
      2,
      /must be an https URL without path/,
    ],
    [
      'a lost connection',
      { environment: { AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://localhost:9' } },
      5,
      /does not list subscription/,
    ],
  ])('says what to do about %s', async (_, options, code, message) => {
    const refused = await failure({ subscription: [subscriptionId] }, options);
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
    expect(refused.message).not.toContain('\n');
  });

  it('keeps what was read when the connection is lost on the way', async () => {
    simulator.addFault({ match: { path: '/sites/' }, action: 'server-error' });
    const lost = await failure({
      subscription: [subscriptionId],
      rule: ['webapp-min-tls', 'containerapp-insecure-ingress'],
    });
    expect(lost.code).toBe(5);
    expect(lost.message).toMatch(/Azure does not answer: .* of \d+ are read\. Go on with: plumbline scan --resume /);
    const file = lost.message.split('--resume ')[1] ?? '';
    simulator.clearFaults();
    const { code, report } = await scanned({ resume: file });
    expect(code).toBe(0);
    expect(report.unread).toEqual([]);
  });
});
