/** When changes may be made: windows and freezes hold them until they end, an approval does not lift them; a tag asks for less. */
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { ADA } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { START } from '../../fakes/deps.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, outcomesIn, type SceneOptions, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS = { config: { minTlsVersion: '1.0' } };
const HOUR = 3600;
/** START is a Sunday at noon. */
const NIGHT = { days: ['sun' as const], from: '22:00', to: '04:00', timeZone: 'UTC' };
const TONIGHT = '2026-03-01T22:00:00.000Z';
const FREEZE = { until: '2026-03-03T12:00:00.000Z', reason: 'the end of the quarter' };
const at = (more: object) => ({ scopes: [{ scope: SHOP, ...more }] });

describe('outside its window', () => {
  test('what would disturb is held until the window opens, and written then by itself', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: at({ window: NIGHT }) });
    await deliverAndSettle(host, 'e', SHOP);
    expect([decisionOf(world, 'webapp-min-tls'), outcomesIn(world)]).toEqual(['hold window', { e: 'evaluated' }]);
    expect(world.stored.findings.find(({ rule }) => rule === 'webapp-min-tls')?.decision?.until).toBe(TONIGHT);
    expect(world.arm.requests).toEqual([]);
    await host.settle(10 * HOUR);
    expect(world.arm.writes.map(({ at: when }) => when >= TONIGHT)).toEqual([true]);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
  });

  test('while it is held, nothing asks Azure', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: at({ window: NIGHT }) });
    await deliverAndSettle(host, 'e', SHOP);
    const reads = world.arm.reads.length;
    for (let minute = 0; minute < 10; minute += 1) {
      world.clock.advance(60);
      await runHousekeeping(world);
      await host.settle(0);
    }
    expect(world.arm.reads).toHaveLength(reads);
  });

  test('an approved change waits, too, as approved', async () => {
    const { world, host } = scene({ app: RISKY, settings: at({ window: NIGHT }) });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle(HOUR);
    expect([world.arm.requests, approvals(world).map(({ status }) => status)]).toEqual([[], ['approved']]);
    await host.settle(10 * HOUR);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('inside it all is as without it', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: at({ window: { ...NIGHT, from: '11:00' } }) });
    await deliverAndSettle(host, 'e', SHOP);
    expect(world.arm.writes).toHaveLength(1);
  });
});

describe('frozen', () => {
  test('nothing is written until the freeze ends; then it is, by itself', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: at({ frozen: FREEZE }) });
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-min-tls')).toBe('hold frozen');
    await host.settle(47 * HOUR);
    expect(world.arm.requests).toEqual([]);
    await host.settle(48 * HOUR);
    expect(world.arm.writes.map(({ at: when }) => when >= FREEZE.until)).toEqual([true]);
  });

  test('a freeze that operators lift ends at once', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: at({ frozen: FREEZE }) });
    await deliverAndSettle(host, 'e', SHOP);
    await runHousekeeping(world);
    await host.settle(0);
    world.clock.advance(HOUR);
    const person = { objectId: ADA.objectId, name: 'Ada' };
    const settings = settingsSchema.parse({ mode: 'autofix' });
    await changeSettings(world, { settings, ifMatch: '*', actor: { ...person, type: 'user' } });
    await runHousekeeping(world);
    await host.settle(60);
    expect(world.arm.writes).toHaveLength(1);
  });
});

describe('with tagOptDown, the tag plumbline-mode', () => {
  const tagged = (mode: string) => ({ ...OLD_TLS, beside: { tags: { 'plumbline-mode': mode } } });
  test.each<[string, SceneOptions, string | null]>([
    ['audit: looks only', { app: tagged('audit'), settings: { tagOptDown: true } }, 'report tag-audit'],
    ['approve: asks people', { app: tagged('approve'), settings: { tagOptDown: true } }, 'queue tag-approve'],
    [
      'autofix in mode audit: is not raised',
      { app: tagged('autofix'), settings: { mode: 'audit', tagOptDown: true } },
      'report mode-audit',
    ],
    ['without the setting: means nothing', { app: tagged('audit') }, null],
  ])('%s', async (_, looks, decision) => {
    const { world, host } = scene(looks);
    await deliverAndSettle(host, 'e', SHOP);
    expect(decisionOf(world, 'webapp-min-tls')).toBe(decision);
    expect(world.arm.writes).toHaveLength(decision === null ? 1 : 0);
  });
});

test('the clock of these tests stands on a Sunday', () => {
  expect(new Date(START).getUTCDay()).toBe(0);
});
