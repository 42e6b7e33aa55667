/**
 * Maintenance windows and freezes hold changes until they end, and an approval does not lift them. A tag can lower the
 * mode.
 */
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { ADA } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { START } from '../../fakes/deps.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, outcomesIn, recordsIn, type SceneOptions, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS = { config: { minTlsVersion: '1.0' } };
const HOUR = 3600;
/** START is a Sunday at noon. */
const NIGHT = { days: ['sun' as const], from: '22:00', to: '04:00', timeZone: 'UTC' };
const TONIGHT = '2026-03-01T22:00:00.000Z';
const FREEZE = { until: '2026-03-03T12:00:00.000Z', reason: 'the end of the quarter' };
const at = (more: object) => ({ scopes: [{ scope: SHOP, ...more }] });

describe('outside of a maintenance window', () => {
  test('a disruptive fix is held until the window opens, and then written without an event', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: at({ window: NIGHT }) });
    await deliverAndSettle(host, 'e', SHOP);
    expect([decisionOf(deps, 'webapp-min-tls'), outcomesIn(deps)]).toEqual(['hold window', { e: 'evaluated' }]);
    expect(deps.stored.findings.find(({ rule }) => rule === 'webapp-min-tls')?.decision?.until).toBe(TONIGHT);
    expect(deps.arm.requests).toEqual([]);
    await host.settle(10 * HOUR);
    expect(deps.arm.writes.map(({ at: when }) => when >= TONIGHT)).toEqual([true]);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
  });

  test('a held fix does not call Azure', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: at({ window: NIGHT }) });
    await deliverAndSettle(host, 'e', SHOP);
    const reads = deps.arm.reads.length;
    for (let minute = 0; minute < 10; minute += 1) {
      deps.clock.advance(60);
      await runHousekeeping(deps);
      await host.settle(0);
    }
    expect(deps.arm.reads).toHaveLength(reads);
  });

  test('an approved change waits as approved', async () => {
    const { deps, host } = scene({ app: RISKY, settings: at({ window: NIGHT }) });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle(HOUR);
    expect([deps.arm.requests, approvals(deps).map(({ status }) => status)]).toEqual([[], ['approved']]);
    await host.settle(10 * HOUR);
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('inside of the window a fix is written at once', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: at({ window: { ...NIGHT, from: '11:00' } }) });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.writes).toHaveLength(1);
  });
});

describe('a freeze', () => {
  test('nothing is written until the freeze ends, and then without an event', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: at({ frozen: FREEZE }) });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe('hold frozen');
    await host.settle(47 * HOUR);
    expect(deps.arm.requests).toEqual([]);
    await host.settle(48 * HOUR);
    expect(deps.arm.writes.map(({ at: when }) => when >= FREEZE.until)).toEqual([true]);
  });

  test('a freeze that an operator lifts ends at once', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: at({ frozen: FREEZE }) });
    await deliverAndSettle(host, 'e', SHOP);
    await runHousekeeping(deps);
    await host.settle(0);
    deps.clock.advance(HOUR);
    const person = { objectId: ADA.objectId, name: 'Ada' };
    const settings = settingsSchema.parse({ mode: 'autofix' });
    await changeSettings(deps, { settings, ifMatch: '*', actor: { ...person, type: 'user' } });
    await runHousekeeping(deps);
    await host.settle(60);
    expect(deps.arm.writes).toHaveLength(1);
  });
});

describe('the tag plumbline-mode, with tagOptDown', () => {
  const tagged = (mode: string) => ({ ...OLD_TLS, beside: { tags: { 'plumbline-mode': mode } } });
  test.each<[string, SceneOptions, string | null]>([
    ['audit: reports only', { app: tagged('audit'), settings: { tagOptDown: true } }, 'report tag-audit'],
    ['approve: queues', { app: tagged('approve'), settings: { tagOptDown: true } }, 'queue tag-approve'],
    [
      'autofix in mode audit: does not raise the mode',
      { app: tagged('autofix'), settings: { mode: 'audit', tagOptDown: true } },
      'report mode-audit',
    ],
    ['without the setting: has no effect', { app: tagged('audit') }, null],
  ])('%s', async (_, options, decision) => {
    const { deps, host } = scene(options);
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(deps, 'webapp-min-tls')).toBe(decision);
    expect(deps.arm.writes).toHaveLength(decision === null ? 1 : 0);
  });
});

test('START is a Sunday', () => {
  expect(new Date(START).getUTCDay()).toBe(0);
});
