/** A rollback that something holds comes back by itself: when the hold ends, or soon when nobody knows when that is. */
import { expect, it } from 'vitest';
import { overlaps } from '../../../src/domain/approvals/change-set.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { fixed, tlsNow } from './rolling-back.ts';

it.each<[string, Partial<Settings>, string]>([
  ['the stop, whose end nobody knows: five minutes later, on the minute', { stopped: { reason: 'night' } }, '12:06:00'],
  [
    'a freeze: at its end',
    { scopes: [{ scope: SHOP, frozen: { until: '2026-03-01T20:00:00.000Z', reason: 'fair' } }] },
    '20:00:00',
  ],
  [
    'a freeze that is about to end: a minute later at least, on the minute',
    { scopes: [{ scope: SHOP, frozen: { until: '2026-03-01T12:00:40.000Z', reason: 'fair' } }] },
    '12:02:00',
  ],
])('%s', async (_, settings, at) => {
  const { world, host } = await fixed();
  await host.rollBack(rollbackOf(world));
  storeSettings(world, settings);
  await host.work();
  const held = [...world.stored.wakeups.values()].filter(({ why }) => why === 'a rollback is held');
  expect(held.map((alarm) => new Date(alarm.at).toISOString())).toEqual([`2026-03-01T${at}.000Z`]);
  expect(tlsNow(world)).toBe('1.2');
  storeSettings(world, {});
  await host.settle(12 * 3600);
  expect(tlsNow(world)).toBe('1.0');
});

it('two rollbacks want one place when one of their leaves is the same', () => {
  const at = (document: 'config/web' | 'resource', path: string) => ({ document, path, from: 1, to: 2 });
  const [a, b, c] = [at('config/web', '/a'), at('config/web', '/b'), at('resource', '/a')] as const;
  expect([overlaps([a, b], [c, a]), overlaps([b, a], [a]), overlaps([a], [b, c]), overlaps([], [a])]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
