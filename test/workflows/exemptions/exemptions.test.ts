/** Exemptions: an exempt violation is not fixed, an end is recorded once, and then the violation is decided again. */

import { describe, expect, test } from 'vitest';
import type { ExemptionRequest } from '../../../src/domain/approvals/exemption.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import {
  grantExemption,
  newExemption,
  removeExemption,
  storeExemption,
} from '../../../src/workflows/exemptions/grant-exemption.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { ADA } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, START, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';
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

describe('an exempt violation', () => {
  test('is not written, queued or held, and the finding names the owner and the end', async () => {
    const { deps, host } = scene({ app: { ...OLD_TLS, site: { httpsOnly: false } } });
    await grant(deps);
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('exempt exempt');
    expect(deps.stored.findings.find(({ rule }) => rule === 'webapp-min-tls')).toMatchObject({
      verdict: 'violation',
      decision: {
        until: inSeconds(DAY),
        reasons: [{ text: `Exempt until ${inSeconds(DAY)}: an old scanner (Team Shop, S-7)` }],
      },
    });
    // The other rule is not affected.
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-https-only']);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(deps.stored.events[0]?.reasons.map(({ code }) => code)).toContain('exempt');
  });

  test('is shown without an event as soon as the exemption is created', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: { mode: 'audit' } });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('report mode-audit');
    await grant(deps);
    await host.settle(60);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('exempt exempt mode-audit');
  });

  test.each([
    ['another group', `${GROUP}2`],
    ['a slot below the app', `${SHOP}/slots/staging`],
  ])('%s is not exempt', async (_, scope) => {
    const { deps, host } = scene({ app: OLD_TLS });
    await grant(deps, { scope });
    await deliverAndSettle(host, 'e', SHOP);
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
  });

  test('guarantee 9: when exemptions cannot be read, nothing is written', async () => {
    const { deps, host } = scene({
      app: OLD_TLS,
      ports: (whole) => failingDeps(whole, 'exemptions.listForResource', new StorageUnavailable('down')),
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.requests).toEqual([]);
    expect(outcomesIn(deps)).toEqual({ e: 'dead' });
  });
});

describe('an approval whose violation becomes exempt', () => {
  test('is cleared at once, without an event, with the reason', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await grant(deps, { rule: 'webapp-remote-debugging' });
    await host.settle(60);
    expect(approvals(deps)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'exempt' }] }]);
    expect(recordsIn(deps)).toEqual([
      'approval.requested webapp-remote-debugging',
      'exemption.created webapp-remote-debugging',
      'approval.cleared webapp-remote-debugging',
    ]);
  });

  test('is not executed after its decision', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await grant(deps, { rule: 'webapp-remote-debugging' });
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    expect(approvals(deps)).toMatchObject([{ status: 'cleared', reasons: [{ code: 'exempt' }] }]);
  });
});

describe('an exemption that is over', () => {
  test('by its end is recorded once, and the violation is fixed without an event', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    await grant(deps);
    await deliverAndSettle(host, 'e', SHOP);
    await runHousekeeping(deps);
    expect(deps.arm.requests).toEqual([]);
    deps.clock.advance(DAY);
    for (let minute = 0; minute < 12; minute += 1) await tick(deps, host);
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-min-tls']);
    expect(recordsIn(deps, ...LIFE)).toEqual(['exemption.created webapp-min-tls', 'exemption.ended webapp-min-tls']);
    expect(deps.stored.exemptions.size).toBe(0);
  });

  test('by its removal has the same effect, and is not recorded as ended', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    const { id } = await grant(deps);
    await deliverAndSettle(host, 'e', SHOP);
    await removeExemption(deps, id, by);
    for (let minute = 0; minute < 12; minute += 1) await tick(deps, host);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
    expect(recordsIn(deps, ...LIFE)).toEqual(['exemption.created webapp-min-tls', 'exemption.removed webapp-min-tls']);
    await expect(removeExemption(deps, id, by)).rejects.toMatchObject({ code: 'not-found' });
    expect(deps.stored.exemptions.size).toBe(0);
  });

  test('queues no resource that is exempt by another exemption', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    const { id } = await grant(deps);
    await grant(deps, { scope: SHOP });
    await deliverAndSettle(host, 'e', SHOP);
    await removeExemption(deps, id, by);
    const before = deps.stored.sent.length;
    await runHousekeeping(deps);
    expect(deps.stored.sent).toHaveLength(before);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('exempt exempt');
  });

  test('of a scope with many apps queues a hundred of them a minute, until each was reconciled', async () => {
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
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(130);
    expect(deps.stored.exemptions.size).toBe(0);
  });

  test('a reconcile that began before the end and ended after it is repeated', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    await grant(deps);
    deps.clock.advance(DAY);
    await tick(deps, host);
    // The finding that such a reconcile leaves behind, after housekeeping ran.
    await deliverAndSettle(host, 'e', SHOP);
    const [first] = deps.stored.findings;
    if (!first) throw new Error('there is no finding');
    const late = {
      ...first,
      rule: 'webapp-min-tls',
      decision: { action: 'exempt' as const, until: null, reasons: [], ceilings: [] },
    };
    deps.stored.findings.splice(0, deps.stored.findings.length, late);
    await tick(deps, host);
    expect(deps.stored.findings.filter(({ decision }) => decision?.action === 'exempt')).toEqual([]);
  });
});

describe('guarantee 4: a crash at any line loses no record of an exemption', () => {
  const steps: [string, (deps: Deps) => Promise<unknown>][] = [
    ['exemption.created', (deps) => grant(deps)],
    ['exemption.removed', (deps) => removeExemption(deps, 'exemption-0', by)],
  ];

  test.each(steps)('%s', async (kind, step) => {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const deps = fakeDeps();
        const elsewhere = newExemption(deps, { ...request(), scope: `${GROUP}-other` }, by);
        await storeExemption(deps, { ...elsewhere, id: 'exemption-0' });
        const crashing = crashingDeps(deps, at, when);
        await step(crashing.deps).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (!crashing.crashed()) return expect(at).toBeGreaterThan(2);
        await runHousekeeping(deps);
        const known = [...deps.stored.exemptions.values()].map(({ value }) => value);
        expect(known.flatMap(({ outbox }) => outbox)).toEqual([]);
        // Either nothing has happened, or all of it is in the log.
        const happened = known.filter(({ removedAt }) => kind === 'exemption.created' || removedAt !== null).length;
        expect(recordsIn(deps, kind === 'exemption.created' ? 'exemption.created' : 'exemption.removed')).toHaveLength(
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
