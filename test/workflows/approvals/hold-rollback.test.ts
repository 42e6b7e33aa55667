/** A held rollback is retried by itself: at the end of the hold, or soon when the end is unknown. */
import { expect, it } from 'vitest';
import { overlaps } from '../../../src/domain/approvals/change-set.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { fixed, tlsNow } from './rolling-back.ts';

it.each<[string, Partial<Settings>, string]>([
  ['the stop, whose end is unknown: five minutes later, on the minute', { stopped: { reason: 'night' } }, '12:06:00'],
  ['a stop of its scope', { scopes: [{ scope: SHOP, stopped: { reason: 'fair' } }] }, '12:06:00'],
  ['mode audit', { mode: 'audit' }, '12:06:00'],
  [
    'a freeze: at its end',
    { scopes: [{ scope: SHOP, frozen: { until: '2026-03-01T20:00:00.000Z', reason: 'fair' } }] },
    '20:00:00',
  ],
  [
    'a freeze that ends soon: a minute later at least, on the minute',
    { scopes: [{ scope: SHOP, frozen: { until: '2026-03-01T12:00:40.000Z', reason: 'fair' } }] },
    '12:02:00',
  ],
])('%s', async (_, settings, at) => {
  const { deps, host } = await fixed();
  await host.rollBack(rollbackOf(deps));
  storeSettings(deps, settings);
  await host.work();
  const held = [...deps.stored.wakeups.values()].filter(({ why }) => why === 'a rollback is held');
  expect(held.map((alarm) => new Date(alarm.at).toISOString())).toEqual([`2026-03-01T${at}.000Z`]);
  expect(tlsNow(deps)).toBe('1.2');
  storeSettings(deps, {});
  await host.settle(12 * 3600);
  expect(tlsNow(deps)).toBe('1.0');
});

it('two rollbacks overlap when they share a document and path', () => {
  const at = (document: 'config/web' | 'resource', path: string) => ({ document, path, from: 1, to: 2 });
  const [a, b, c] = [at('config/web', '/a'), at('config/web', '/b'), at('resource', '/a')] as const;
  expect([overlaps([a, b], [c, a]), overlaps([b, a], [a]), overlaps([a], [b, c]), overlaps([], [a])]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
