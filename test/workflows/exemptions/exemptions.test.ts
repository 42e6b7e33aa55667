/** Exemptions at work: what is exempt is left alone, an end is recorded once, and then it is looked at again. */

import { describe, expect, test } from 'vitest';
import type { ExemptionRequest } from '../../../src/domain/approvals/exemption.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { createExemption, grantExemption, removeExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { ADA } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, START, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, outcomesIn, scene } from '../../fakes/scenarios/scene.ts';
import { Crash, crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { failingDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS = { config: { minTlsVersion: '1.0' } };
const GROUP = SHOP.split('/providers')[0] ?? '';
const DAY = 86_400;
const LIFE = ['exemption.created', 'exemption.ended', 'exemption.removed'] as const;
const by = { type: 'user', objectId: ADA.objectId, name: 'Ada' } as const;

function grant(deps: Deps, differs: Partial<ExemptionRequest> = {}) {
  const request = { scope: GROUP, rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'an old scanner', ticket: 'S-7' };
  return grantExemption(deps, { ...request, expires: inSeconds(DAY), ...differs }, by);
}

describe('what is exempt', () => {
  test('is not written, not asked and not held; the finding says who answers for it and until when', async () => {
    const { world, host } = scene({ app: { ...OLD_TLS, site: { httpsOnly: false } } });
    await grant(world);
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('exempt exempt');
    expect(world.stored.findings.find(({ rule }) => rule === 'webapp-min-tls')).toMatchObject({
      verdict: 'violation',
      decision: {
        until: inSeconds(DAY),
        reasons: [{ text: `Exempt until ${inSeconds(DAY)}: an old scanner (Team Shop, S-7)` }],
      },
    });
    // The other rule is none of its business.
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-https-only']);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(world.stored.events[0]?.reasons.map(({ code }) => code)).toContain('exempt');
  });

  test('shows as such without an event, as soon as it is granted', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: { mode: 'audit' } });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('report mode-audit');
    await grant(world);
    await host.settle(60);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('exempt exempt mode-audit');
  });

  test.each([
    ['another group', `${GROUP}2`],
    ['a slot below the app', `${SHOP}/slots/staging`],
  ])('%s is not it', async (_, scope) => {
    const { world, host } = scene({ app: OLD_TLS });
    await grant(world, { scope });
    await deliverAndSettle(host, 'e', SHOP);
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('guarantee 9: exemptions that cannot be read mean no write', async () => {
    const { world, host } = scene({
      app: OLD_TLS,
      ports: (whole) => failingDeps(whole, 'exemptions.listForResource', new StorageUnavailable('down')),
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.arm.requests).toEqual([]);
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
  });
});

describe('an approval whose violation becomes exempt', () => {
  test('is cleared at once, without an event, and says so', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await grant(world, { rule: 'webapp-remote-debugging' });
    await host.settle(60);
    expect(approvals(world)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'exempt' }] }]);
    expect(factsIn(world)).toEqual([
      'approval.requested webapp-remote-debugging',
      'exemption.created webapp-remote-debugging',
      'approval.cleared webapp-remote-debugging',
    ]);
  });

  test('is not executed when it was approved before', async () => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await grant(world, { rule: 'webapp-remote-debugging' });
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    expect(approvals(world)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'exempt' }] }]);
  });
});

describe('an exemption that is over', () => {
  test('by its end: recorded once, and what it let be is fixed without an event', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    await grant(world);
    await deliverAndSettle(host, 'e', SHOP);
    await runHousekeeping(world);
    expect(world.arm.requests).toEqual([]);
    world.clock.advance(DAY);
    for (let minute = 0; minute < 12; minute += 1) await tick(world, host);
    expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
    expect(factsIn(world, ...LIFE)).toEqual(['exemption.created webapp-min-tls', 'exemption.ended webapp-min-tls']);
    expect(world.stored.exemptions.size).toBe(0);
  });

  test('by being taken back: the same, and nothing has ended', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    const { id } = await grant(world);
    await deliverAndSettle(host, 'e', SHOP);
    await removeExemption(world, id, by);
    for (let minute = 0; minute < 12; minute += 1) await tick(world, host);
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
    expect(factsIn(world, ...LIFE)).toEqual(['exemption.created webapp-min-tls', 'exemption.removed webapp-min-tls']);
    await expect(removeExemption(world, id, by)).rejects.toMatchObject({ code: 'not-found' });
    expect(world.stored.exemptions.size).toBe(0);
  });

  test('wakes nothing that another one still lets be', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    const { id } = await grant(world);
    await grant(world, { scope: SHOP });
    await deliverAndSettle(host, 'e', SHOP);
    await removeExemption(world, id, by);
    const before = world.stored.sent.length;
    await runHousekeeping(world);
    expect(world.stored.sent).toHaveLength(before);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('exempt exempt');
  });

  test('of a scope with many apps: a hundred a minute, until each was looked at', async () => {
    const deps = fakeDeps();
    storeSettings(deps, { limits: { ...settingsSchema.parse({}).limits, fixesPerHour: 130 } });
    const host = createHost(deps);
    const apps = Array.from({ length: 130 }, (_, index) => `${SHOP}-${index}`);
    const { id } = await grant(deps);
    for (const app of apps) {
      seedWebApp(deps.arm, OLD_TLS, app);
      await deliverAndSettle(host, `event-of-${app}`, app);
    }
    await removeExemption(deps, id, by);
    const before = deps.stored.sent.length;
    await runHousekeeping(deps);
    expect(deps.stored.sent.length - before).toBe(100);
    for (let minute = 0; minute < 12; minute += 1) await tick(deps, host);
    expect(factsIn(deps, 'fix.applied')).toHaveLength(130);
    expect(deps.stored.exemptions.size).toBe(0);
  });

  test('a look that began under it and ended after it is not forgotten', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    await grant(world);
    world.clock.advance(DAY);
    await tick(world, host);
    // The finding that such a look leaves behind, after housekeeping has come by.
    await deliverAndSettle(host, 'e', SHOP);
    const [first] = world.stored.findings;
    if (!first) throw new Error('there is no finding');
    const late = {
      ...first,
      rule: 'webapp-min-tls',
      decision: { action: 'exempt' as const, until: null, reasons: [], ceilings: [] },
    };
    world.stored.findings.splice(0, world.stored.findings.length, late);
    await tick(world, host);
    expect(world.stored.findings.filter(({ decision }) => decision?.action === 'exempt')).toEqual([]);
  });
});

describe('guarantee 4: a crash at any line loses no fact about an exemption', () => {
  const steps: [string, (deps: Deps) => Promise<unknown>][] = [
    ['exemption.created', (deps) => grant(deps)],
    ['exemption.removed', (deps) => removeExemption(deps, 'exemption-0', by)],
  ];

  test.each(steps)('%s', async (kind, step) => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const deps = fakeDeps();
        await createExemption(deps, { ...request(), scope: `${GROUP}-other` }, by, 'exemption-0');
        const crashing = crashingDeps(deps, at, when);
        await step(crashing.world).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBeGreaterThan(2);
        await runHousekeeping(deps);
        const known = [...deps.stored.exemptions.values()].map(({ value }) => value);
        expect(known.flatMap(({ outbox }) => outbox)).toEqual([]);
        // Either nothing has happened, or all of it is in the log.
        const happened = known.filter(({ removedAt }) => kind === 'exemption.created' || removedAt !== null).length;
        expect(factsIn(deps, kind === 'exemption.created' ? 'exemption.created' : 'exemption.removed')).toHaveLength(
          happened,
        );
      }
    }
  });
});

function request(): ExemptionRequest {
  const expires = inSeconds(DAY);
  return { scope: GROUP, rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'x', ticket: null, expires };
}

async function tick(deps: FakeDeps, host: ReturnType<typeof createHost>): Promise<void> {
  deps.clock.advance(60);
  await runHousekeeping(deps);
  await host.settle(30);
}

function inSeconds(seconds: number): string {
  return new Date(Date.parse(START) + seconds * 1000).toISOString();
}
