/**
 * Evaluations may use settings and exemptions that are some seconds old. Nothing is written, recorded or requested by
 * them: they are read again before the claim, and before each request to Azure.
 */

import { describe, expect, test } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { createExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { enqueue } from '../../../src/workflows/ports/enqueue.ts';
import type { StoredSettings } from '../../../src/workflows/ports/settings.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf } from '../../fakes/scenarios/scene.ts';

const TLS = 'webapp-min-tls';
const DEBUGGING = 'webapp-remote-debugging';
const OLD_TLS = { config: { minTlsVersion: '1.0' } };
const { limits } = settingsSchema.parse({});
const frozen = { until: '2026-03-09T12:00:00.000Z', reason: 'A release.' };

/** A process that remembers the settings and exemptions of this moment until it forgets them. */
function remembering(deps: FakeDeps) {
  let remembered: { settings: StoredSettings | null; exemptions: Exemption[] } | null = null;
  const ports: Deps = {
    ...deps,
    settings: {
      ...deps.settings,
      loadRecent: async () => remembered?.settings ?? (await deps.settings.loadRecent()),
    },
    exemptions: {
      ...deps.exemptions,
      listRecentForResource: async (resource) =>
        remembered?.exemptions ?? (await deps.exemptions.listRecentForResource(resource)),
    },
  };
  const host = createHost(deps, { ports });
  return {
    host,
    remember() {
      remembered = {
        settings: deps.stored.settings?.value ?? null,
        exemptions: [...deps.stored.exemptions.values()].map(({ value }) => value),
      };
    },
    forget() {
      remembered = null;
    },
  };
}

const exempt = async (deps: FakeDeps, rule: string) => {
  const request = { scope: SHOP, rule, owner: 'Shop', reason: 'Old.', ticket: null, expires: frozen.until };
  await createExemption(deps, request, { type: 'user', objectId: 'o', name: 'Olga' });
};

const set = (settings: Partial<Settings>) => async (deps: FakeDeps) => storeSettings(deps, settings);

describe('guarantees 9 and 11: what was stored since the process remembered it counts', () => {
  test.each<[string, (deps: FakeDeps) => Promise<void>, string | null]>([
    ['a stop', set({ stopped: { reason: 'An incident.' } }), 'hold stopped'],
    ['mode audit', set({ mode: 'audit' }), 'report mode-audit'],
    ['mode approve', set({ mode: 'approve' }), 'queue mode-approve'],
    ['a freeze', set({ scopes: [{ scope: SHOP, frozen }] }), 'hold frozen'],
    ['another tier of the rule', set({ rules: { [TLS]: { tier: 'risky' } } }), 'queue tier-risky'],
    ['a limit of no fixes', set({ limits: { ...limits, fixesPerHour: 0 } }), 'hold budget'],
    ['an exemption', (deps) => exempt(deps, TLS), 'exempt exempt'],
  ])('%s: nothing is written and no intent is logged, then it is decided by it', async (_, store, decision) => {
    const deps = fakeDeps();
    seedWebApp(deps.arm, OLD_TLS);
    storeSettings(deps, {});
    const { host, remember, forget } = remembering(deps);
    remember();
    await store(deps);
    const logged = deps.stored.entries.length;
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(60);
    expect([deps.arm.requests, deps.stored.entries.slice(logged), [...deps.stored.budgets]]).toEqual([[], [], []]);
    expect(deps.stored.events[0]?.outcome).toBeNull();
    forget();
    await host.settle(60);
    expect(deps.arm.requests).toEqual([]);
    expect(decisionOf(deps, TLS)).toBe(decision);
    expect(deps.stored.events[0]?.outcome).toBe('evaluated');
  });

  test('a rule that was switched off since requests no approval', async () => {
    const deps = fakeDeps();
    seedWebApp(deps.arm, RISKY);
    const { host, remember, forget } = remembering(deps);
    storeSettings(deps, {});
    remember();
    storeSettings(deps, { rules: { [DEBUGGING]: { enabled: false } } });
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(60);
    forget();
    await host.settle(60);
    expect([approvals(deps), deps.stored.entries]).toEqual([[], []]);
    expect(deps.stored.events[0]?.outcome).toBe('evaluated');
  });

  test('a decision, and what was queued because something else was stored, is handled with what is stored now', async () => {
    const deps = fakeDeps();
    seedWebApp(deps.arm, RISKY);
    storeSettings(deps, {});
    const { host, remember, forget } = remembering(deps);
    await deliverAndSettle(host, 'e', SHOP);
    remember();
    await exempt(deps, DEBUGGING);
    await enqueue(deps, { id: SHOP });
    await host.settle(10);
    expect(approvals(deps)).toMatchObject([{ status: 'cleared' }]);

    seedWebApp(deps.arm, { config: { ...RISKY.config, cors: { allowedOrigins: ['*'] } } });
    forget();
    await deliverAndSettle(host, 'second', SHOP);
    remember();
    storeSettings(deps, { scopes: [{ scope: SHOP, frozen }] });
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle(10);
    expect(deps.arm.requests).toEqual([]);
    expect(decisionOf(deps, 'webapp-cors-wildcard')).toBe('hold frozen');
  });
});
