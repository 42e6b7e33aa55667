/** No signed cause, no write: what somebody can do who can write rows but cannot sign. And the stop after many worse apps. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { AppState } from '../../../src/domain/health/gate.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, recordsIn } from '../../fakes/scenarios/scene.ts';
import { fixed, TLS, tlsNow } from '../approvals/rolling-back.ts';

const ILL: AppState = { condition: 'ill', text: 'its availability is Limited' };
const GOOD: AppState = { condition: 'good', text: 'its state is Running' };

describe('guarantees 4 and 15: a rollback of a health gate', () => {
  test.each<[string, (asked: Approval) => object]>([
    ['a person asked for', () => ({ health: { gate: 'operation-1' } })],
    ['nobody ordered', () => ({ id: 'forged', health: { gate: 'operation-1' } })],
  ])('that %s is not written, whatever its row says', async (_, changed) => {
    const { deps, host } = await fixed();
    const asked = await host.rollBack(rollbackOf(deps));
    const forged = { ...asked, ...changed(asked) };
    deps.stored.approvals.delete(asked.id);
    deps.stored.approvals.set(forged.id, { value: forged, version: 1 });
    const [key = '', state] = [...deps.stored.resourceStates][0] ?? [];
    if (state) deps.stored.resourceStates.set(key, { ...state, openApprovals: [forged.id] });
    await host.settle();
    expect(tlsNow(deps)).toBe('1.2');
    expect(recordsIn(deps, 'rollback.intended')).toEqual([]);
  });

  test('that was ordered for other values is not written', async () => {
    const deps = fakeDeps();
    seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
    deps.health.state = () => (deps.arm.writes.length === 1 ? ILL : GOOD);
    const host = createHost(deps);
    await host.deliver(gridEvent('first', SHOP));
    await host.settle(330);
    expect(recordsIn(deps, 'rollback.applied')).toEqual(['rollback.applied webapp-min-tls']);
    // The same order again, for another value.
    const [{ value: row } = { value: null }] = [...deps.stored.approvals.values()];
    if (!row) throw new Error('the rollback has a row');
    const changes = [{ document: 'config/web' as const, path: TLS, from: '1.0', to: '1.1' }];
    deps.stored.approvals.set(row.id, { value: { ...row, status: 'approved', changes }, version: 9 });
    const [key = '', state] = [...deps.stored.resourceStates][0] ?? [];
    if (state) deps.stored.resourceStates.set(key, { ...state, openApprovals: [row.id] });
    await host.deliver(gridEvent('second', SHOP));
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
    expect(approvals(deps).find(({ id }) => id === row.id)?.status).toBe('blocked');
  });
});

describe('guarantees 11 and 15: more worse apps within an hour than healthGate.breaker', () => {
  test('stop automatic writes of their subscription, after their rollbacks, and nowhere else', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    const id = (name: string) => SHOP.replace(/[^/]+$/, name);
    const names = ['one', 'two', 'three'];
    for (const name of names) seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } }, id(name));
    const writes = (name: string) => deps.arm.writes.filter(({ resource }) => resource === id(name)).length;
    deps.health.state = ({ name }) => (writes(name) === 1 ? ILL : GOOD);
    for (const name of names) await host.deliver(gridEvent(name, id(name)));
    await host.settle(3600);
    for (const name of names) expect([name, deps.arm.valueOf(id(name), 'config/web', TLS)]).toEqual([name, '1.0']);
    const stopped = deps.stored.settings?.value.settings.scopes;
    expect(stopped).toMatchObject([{ scope: SHOP.split('/').slice(0, 3).join('/'), stopped: { automaticOnly: true } }]);
    expect(recordsIn(deps, 'service.stopped')).toEqual(['service.stopped null']);
    expect(deps.stored.settings?.value.settings.stopped).toBeNull();

    // A fourth app waits; in another subscription it is fixed.
    const other = id('four').replace(/^\/subscriptions\/[^/]+/, '/subscriptions/99999999-2222-3333-4444-555555555555');
    deps.health.state = null;
    for (const app of [id('four'), other]) {
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } }, app);
      await host.deliver(gridEvent(app, app));
    }
    await host.settle(120);
    expect(deps.arm.valueOf(other, 'config/web', TLS)).toBe('1.2');
    expect(deps.arm.valueOf(id('four'), 'config/web', TLS)).toBe('1.0');
    const four = deps.stored.findings.filter(({ resource }) => resource.id === id('four'));
    expect(decisionOf({ ...deps, stored: { ...deps.stored, findings: four } }, 'webapp-min-tls')).toBe('hold stopped');
  });
});
