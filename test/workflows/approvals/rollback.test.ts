/** Rollbacks: only what a fix wrote, only while it is unchanged, and then it stays. */
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
import { decisionOf, recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { ada, fixed, TLS, tlsNow } from './rolling-back.ts';

const WEEK = 7 * 86_400;

describe('a fix is rolled back', () => {
  test('by an approval that the requester has decided, through the only path to a write', async () => {
    const { deps, host } = await fixed();
    const { entry } = rollbackOf(deps);
    const approval = await host.rollBack(rollbackOf(deps));
    expect(approval).toMatchObject({
      purpose: 'rollback',
      status: 'approved',
      changes: [{ document: 'config/web', path: TLS, from: '1.2', to: '1.0' }],
      decision: { by: ada, comment: 'The old clients need it.' },
      auditIds: [entry.id, expect.any(String)],
    });
    expect(tlsNow(deps)).toBe('1.2');
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(recordsIn(deps).slice(2)).toEqual([
      'approval.approved webapp-min-tls',
      'rollback.intended webapp-min-tls',
      'exemption.created webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
    const applied = deps.stored.entries.findLast(({ kind }) => kind === 'rollback.applied');
    expect(applied).toMatchObject({ approvalId: approval.id, trigger: { type: 'decision' } });
  });

  test('the rule is exempt for seven days after it, and then it is fixed again', async () => {
    const { deps, host } = await fixed();
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(decisionOf(deps, 'webapp-min-tls')).toMatch(/^exempt /);
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await deliverAndSettle(host, 'another', SHOP);
    expect(tlsNow(deps)).toBe('1.0');
    const [exemption] = [...deps.stored.exemptions.values()];
    expect(exemption?.value).toMatchObject({ scope: SHOP, rule: 'webapp-min-tls', owner: 'Ada' });
    deps.clock.advance(WEEK);
    await deliverAndSettle(host, 'a week later', SHOP);
    expect(tlsNow(deps)).toBe('1.2');
  });

  test('an approved change is rolled back with its siblings', async () => {
    const cors = { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true };
    const { deps, host } = scene({ app: { config: { cors } } });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/cors/allowedOrigins')).toEqual(['https://a.example']);
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/cors')).toEqual(cors);
    expect(approvals(deps).map(({ purpose, status }) => `${purpose} ${status}`)).toEqual([
      'fix applied',
      'rollback applied',
    ]);
  });

  test('another fix of the same reconcile stays', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' } } });
    await deliverAndSettle(host, 'first', SHOP);
    const entry = deps.stored.entries.find((one) => one.kind === 'fix.applied' && one.rule === 'webapp-min-tls');
    if (!entry) throw new Error('it was fixed');
    await host.rollBack({ ...rollbackOf(deps), entry });
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/ftpsState')).toBe('FtpsOnly');
    expect(deps.arm.writes.at(-1)?.body).toEqual({ properties: { minTlsVersion: '1.0' } });
  });
});

describe('diagnostic settings, to which Azure adds members', () => {
  const LOGS = '/value/plumbline/properties/logs';

  async function exporting(): Promise<Scene> {
    const deps = fakeDeps({
      rules: rules.filter(({ id }) => id === 'webapp-diagnostics'),
      options: { workspaceId: WORKSPACE },
    });
    const host = createHost(deps);
    seedWebApp(deps.arm);
    deps.arm.change(SHOP, 'diagnosticSettings', '/value', []);
    return { deps, host };
  }

  test('a created setting is deleted', async () => {
    const { deps, host } = await exporting();
    await deliverAndSettle(host, 'first', SHOP);
    expect(deps.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).not.toBeNull();
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(deps.arm.writes.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
    expect(deps.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toBeNull();
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('an extended setting gets its former value', async () => {
    const { deps, host } = await exporting();
    await deliverAndSettle(host, 'first', SHOP);
    const before = [{ categoryGroup: 'allLogs', enabled: false, retentionPolicy: { enabled: false, days: 0 } }];
    deps.arm.change(SHOP, 'diagnosticSettings', LOGS, before);
    await deliverAndSettle(host, 'second', SHOP);
    expect(deps.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toMatchObject([{ enabled: true }]);
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'diagnosticSettings', LOGS)).toEqual(before);
  });
});

describe('changes between the decision and the write', () => {
  test('a moved value is not written, and the approval says what moved', async () => {
    const { deps, host } = await fixed();
    await host.rollBack(rollbackOf(deps));
    deps.arm.change(SHOP, 'config/web', TLS, '1.3');
    await host.settle();
    expect(tlsNow(deps)).toBe('1.3');
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded', supersededBy: null, moved: [{ path: TLS, from: '1.2', to: '1.3' }] },
    ]);
    expect(deps.stored.exemptions.size).toBe(0);
  });

  test('when somebody else rolls it back, it is cleared and the rule applies again', async () => {
    const { deps, host } = await fixed();
    await host.rollBack(rollbackOf(deps));
    deps.arm.change(SHOP, 'config/web', TLS, '1.0');
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'cleared' }]);
    expect(tlsNow(deps)).toBe('1.2');
    expect(recordsIn(deps, 'rollback.intended')).toEqual([]);
  });

  test('while the service is stopped it waits, and it is executed after the resume', async () => {
    const { deps, host } = await fixed();
    await host.rollBack(rollbackOf(deps));
    storeSettings(deps, { stopped: { reason: 'night' } });
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'approved' }]);
    expect(tlsNow(deps)).toBe('1.2');
    storeSettings(deps, { stopped: null });
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(tlsNow(deps)).toBe('1.0');
  });

  test('when a lock blocks it, it is tried again at the next reconcile under the same intent', async () => {
    const { deps, host } = await fixed();
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'blocked' }]);
    expect(deps.stored.exemptions.size).toBe(0);
    deps.arm.onWrite = null;
    await deliverAndSettle(host, 'second', SHOP);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(recordsIn(deps, 'rollback.intended', 'rollback.blocked', 'rollback.applied')).toEqual([
      'rollback.intended webapp-min-tls',
      'rollback.blocked webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
  });

  test('when it is blocked and then held, the next attempt runs under the same intent', async () => {
    const { deps, host } = await fixed();
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    deps.arm.onWrite = null;
    storeSettings(deps, { stopped: { reason: 'night' } });
    await deliverAndSettle(host, 'at night', SHOP);
    storeSettings(deps, { stopped: null });
    await host.settle();
    expect(recordsIn(deps, 'rollback.intended', 'rollback.applied')).toHaveLength(2);
  });

  test('an existing exemption does not prevent it', async () => {
    const { deps, host } = await fixed();
    const expires = new Date(deps.clock.now().getTime() + 86_400_000).toISOString();
    const request = {
      scope: SHOP,
      rule: 'webapp-min-tls',
      owner: 'Team Shop',
      reason: 'a migration',
      ticket: null,
      expires,
    };
    await createExemption(deps, request, { type: 'user' });
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
    expect(deps.stored.exemptions.size).toBe(2);
  });

  test('when the rule asks for more by now, the rollback is written and the fix waits', async () => {
    const { deps, host } = await fixed();
    await host.rollBack(rollbackOf(deps));
    storeSettings(deps, { rules: { 'webapp-min-tls': { tier: 'safe', parameters: { minimum: '1.3' } } } });
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('of two rollbacks of one value the second is superseded', async () => {
    const { deps, host } = await fixed();
    const first = rollbackOf(deps);
    deps.arm.change(SHOP, 'config/web', TLS, '1.1');
    await deliverAndSettle(host, 'second', SHOP);
    await host.rollBack(first);
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    await deliverAndSettle(host, 'third', SHOP);
    expect(approvals(deps).map(({ status }) => status)).toEqual(['applied', 'superseded']);
    expect(tlsNow(deps)).toBe('1.0');
  });

  test('an approval of another rule is written beside it', async () => {
    const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0', ...RISKY.config } } });
    await deliverAndSettle(host, 'first', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(approvals(deps).map(({ status }) => status)).toEqual(['applied', 'applied']);
    // Both are changes of one document, so they share one request.
    expect(deps.arm.writes).toHaveLength(2);
  });

  test('a value that shows late is found by the next reconcile before the rules are evaluated', async () => {
    const { deps, host } = await fixed();
    deps.arm.onWrite = (_, take) => {
      deps.arm.later(45, take);
      deps.arm.onWrite = null;
      return { kind: 'done', arm: { status: 200 } };
    };
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(recordsIn(deps, 'rollback.unknown', 'rollback.applied')).toEqual([
      'rollback.unknown webapp-min-tls',
      'rollback.applied webapp-min-tls',
    ]);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(deps.arm.writes.map(({ body }) => body)).toEqual([
      { properties: { minTlsVersion: '1.2' } },
      { properties: { minTlsVersion: '1.0' } },
    ]);
    expect(tlsNow(deps)).toBe('1.0');
    expect(deps.stored.exemptions.size).toBe(1);
  });

  test('when it is requested during the write of another fix, both are applied', async () => {
    const { deps, host } = await fixed();
    const request = rollbackOf(deps);
    deps.arm.change(SHOP, 'config/web', '/properties/ftpsState', 'AllAllowed');
    let asked: Promise<unknown> | null = null;
    deps.arm.onWritten = () => {
      asked ??= requestRollback(deps, request);
    };
    await deliverAndSettle(host, 'second', SHOP);
    await asked;
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    expect(recordsIn(deps, 'fix.applied', 'rollback.applied')).toEqual([
      'fix.applied webapp-min-tls',
      'fix.applied webapp-ftps-only',
      'rollback.applied webapp-min-tls',
    ]);
    expect(deps.arm.writes).toHaveLength(3);
    expect([...deps.stored.resourceStates.values()].flatMap(({ attempts }) => attempts)).toEqual([]);
  });
});
