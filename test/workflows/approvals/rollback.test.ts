/** Going back: only what a fix wrote, only while it is still that; and then it stays. */
import { describe, expect, test } from 'vitest';
import { rules } from '../../../src/rules/index.ts';
import { requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import { createExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp, WORKSPACE } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { ada, fixed, TLS, tlsNow } from './rolling-back.ts';

const WEEK = 7 * 86_400;

describe('a fix is put back', () => {
  test('by an approval that who asked has decided, through the one path to a write', async () => {
    const { world, host } = await fixed();
    const { entry } = rollbackOf(world);
    const approval = await host.rollBack(rollbackOf(world));
    expect(approval).toMatchObject({
      purpose: 'rollback',
      status: 'approved',
      changes: [{ document: 'config/web', path: TLS, from: '1.2', to: '1.0' }],
      decision: { by: ada, comment: 'The old clients need it.' },
      auditIds: [entry.id, expect.any(String)],
    });
    expect(tlsNow(world)).toBe('1.2');
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world).slice(2)).toEqual([
      'approval.approved webapp-min-tls',
      'rollback.intended webapp-min-tls',
      'exemption.created webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
    const applied = world.stored.entries.findLast(({ kind }) => kind === 'rollback.applied');
    expect(applied).toMatchObject({ approvalId: approval.id, trigger: { type: 'decision' } });
  });

  test('and stays for seven days, whatever events come; then it is fixed again', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(decisionOf(world, 'webapp-min-tls')).toMatch(/^exempt /);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await deliverAndSettle(host, 'another', SHOP);
    expect(tlsNow(world)).toBe('1.0');
    const [exemption] = [...world.stored.exemptions.values()];
    expect(exemption?.value).toMatchObject({ scope: SHOP, rule: 'webapp-min-tls', owner: 'Ada' });
    world.clock.advance(WEEK);
    await deliverAndSettle(host, 'a week later', SHOP);
    expect(tlsNow(world)).toBe('1.2');
  });

  test('what an approval changed goes back the same way, its siblings with it', async () => {
    const cors = { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true };
    const { world, host } = scene({ app: { config: { cors } } });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/cors/allowedOrigins')).toEqual(['https://a.example']);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/cors')).toEqual(cors);
    expect(approvals(world).map(({ purpose, status }) => `${purpose} ${status}`)).toEqual([
      'fix applied',
      'rollback applied',
    ]);
  });

  test('only what the entry says: another fix of the same look stays', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' } } });
    await deliverAndSettle(host, 'first', SHOP);
    const entry = world.stored.entries.find((one) => one.kind === 'fix.applied' && one.rule === 'webapp-min-tls');
    if (!entry) throw new Error('it was fixed');
    await host.rollBack({ ...rollbackOf(world), entry });
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/ftpsState')).toBe('FtpsOnly');
    expect(world.arm.writes.at(-1)?.body).toEqual({ properties: { minTlsVersion: '1.0' } });
  });
});

describe('diagnostic settings, which Azure hands back with members of its own', () => {
  const LOGS = '/value/plumbline/properties/logs';

  async function exporting(): Promise<Scene> {
    const deps = fakeDeps({
      rules: rules.filter(({ id }) => id === 'webapp-diagnostics'),
      options: { workspaceId: WORKSPACE },
    });
    const host = createHost(deps);
    seedWebApp(deps.arm);
    deps.arm.change(SHOP, 'diagnosticSettings', '/value', []);
    return { world: deps, host };
  }

  test('one that was made is deleted', async () => {
    const { world, host } = await exporting();
    await deliverAndSettle(host, 'first', SHOP);
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).not.toBeNull();
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.writes.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toBeNull();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('one that was extended is as it was', async () => {
    const { world, host } = await exporting();
    await deliverAndSettle(host, 'first', SHOP);
    const before = [{ categoryGroup: 'allLogs', enabled: false, retentionPolicy: { enabled: false, days: 0 } }];
    world.arm.change(SHOP, 'diagnosticSettings', LOGS, before);
    await deliverAndSettle(host, 'second', SHOP);
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toMatchObject([{ enabled: true }]);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toEqual(before);
  });
});

describe('between the decision and the write', () => {
  test('the value moves: nothing is written, and the approval says what moved', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    world.arm.change(SHOP, 'config/web', TLS, '1.3');
    await host.settle();
    expect(tlsNow(world)).toBe('1.3');
    expect(approvals(world)).toMatchObject([
      { status: 'superseded', supersededBy: null, moved: [{ path: TLS, from: '1.2', to: '1.3' }] },
    ]);
    expect(world.stored.exemptions.size).toBe(0);
  });

  test('somebody puts it back: cleared, and the rule goes on as ever', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    world.arm.change(SHOP, 'config/web', TLS, '1.0');
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'cleared' }]);
    expect(tlsNow(world)).toBe('1.2');
    expect(factsIn(world, 'rollback.intended')).toEqual([]);
  });

  test('the service is stopped: it waits, and is carried out when it resumes', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    storeSettings(world, { stopped: { reason: 'night' } });
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'approved' }]);
    expect(tlsNow(world)).toBe('1.2');
    storeSettings(world, { stopped: null });
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(tlsNow(world)).toBe('1.0');
  });

  test('a lock refuses it: blocked, and tried again at the next look under the same intent', async () => {
    const { world, host } = await fixed();
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'blocked' }]);
    expect(world.stored.exemptions.size).toBe(0);
    world.arm.onWrite = null;
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world, 'rollback.intended', 'rollback.blocked', 'rollback.applied')).toEqual([
      'rollback.intended webapp-min-tls',
      'rollback.blocked webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
  });

  test('blocked, then held for a while: the next attempt still runs under the same intent', async () => {
    const { world, host } = await fixed();
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await host.rollBack(rollbackOf(world));
    await host.settle();
    world.arm.onWrite = null;
    storeSettings(world, { stopped: { reason: 'night' } });
    await deliverAndSettle(host, 'at night', SHOP);
    storeSettings(world, { stopped: null });
    await host.settle();
    expect(factsIn(world, 'rollback.intended', 'rollback.applied')).toHaveLength(2);
  });

  test('an exemption that is there already is no obstacle', async () => {
    const { world, host } = await fixed();
    const expires = new Date(world.clock.now().getTime() + 86_400_000).toISOString();
    const request = {
      scope: SHOP,
      rule: 'webapp-min-tls',
      owner: 'Team Shop',
      reason: 'a migration',
      ticket: null,
      expires,
    };
    await createExemption(world, request, { type: 'user' });
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(world.stored.exemptions.size).toBe(2);
  });

  test('the rule asks for more by now: the person wins, and its fix waits', async () => {
    const { world, host } = await fixed();
    await host.rollBack(rollbackOf(world));
    storeSettings(world, { rules: { 'webapp-min-tls': { tier: 'safe', parameters: { minimum: '1.3' } } } });
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('two rollbacks of one place: the second finds it moved', async () => {
    const { world, host } = await fixed();
    const first = rollbackOf(world);
    world.arm.change(SHOP, 'config/web', TLS, '1.1');
    await deliverAndSettle(host, 'second', SHOP);
    await host.rollBack(first);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    await deliverAndSettle(host, 'third', SHOP);
    expect(approvals(world).map(({ status }) => status)).toEqual(['applied', 'superseded']);
    expect(tlsNow(world)).toBe('1.0');
  });

  test('an approval of another rule goes on beside it', async () => {
    const { world, host } = scene({ app: { config: { minTlsVersion: '1.0', ...RISKY.config } } });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(approvals(world).map(({ status }) => status)).toEqual(['applied', 'applied']);
    // Both are changes of one document, so they travel in one request.
    expect(world.arm.writes).toHaveLength(2);
  });

  test('its value shows late: a later look finds it put back, and lets it be before it judges', async () => {
    const { world, host } = await fixed();
    world.arm.onWrite = (_, take) => {
      world.arm.later(45, take);
      world.arm.onWrite = null;
      return { kind: 'done', arm: { status: 200 } };
    };
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(factsIn(world, 'rollback.unknown', 'rollback.applied')).toEqual([
      'rollback.unknown webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(world.arm.writes.map(({ body }) => body)).toEqual([
      { properties: { minTlsVersion: '1.2' } },
      { properties: { minTlsVersion: '1.0' } },
    ]);
    expect(tlsNow(world)).toBe('1.0');
    expect(world.stored.exemptions.size).toBe(1);
  });

  test('it is asked while another fix of the app is being written: both end as they should', async () => {
    const { world, host } = await fixed();
    const request = rollbackOf(world);
    world.arm.change(SHOP, 'config/web', '/properties/ftpsState', 'AllAllowed');
    let asked: Promise<unknown> | null = null;
    world.arm.onWritten = () => {
      asked ??= requestRollback(world, request);
    };
    await deliverAndSettle(host, 'second', SHOP);
    await asked;
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(factsIn(world, 'fix.applied', 'rollback.applied')).toEqual([
      'fix.applied webapp-min-tls',
      'fix.applied webapp-ftps-only',
      'rollback.applied webapp-min-tls',
    ]);
    expect(world.arm.writes).toHaveLength(3);
    expect([...world.stored.resourceStates.values()].flatMap(({ attempts }) => attempts)).toEqual([]);
  });
});
