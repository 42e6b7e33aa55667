/** Attempts are remembered whole in one row: what has no room there is not begun, and looked at again. */
import { describe, expect, test } from 'vitest';
import { weightOf } from '../../src/domain/limits.ts';
import type { Wanted } from '../../src/workflows/apply-plan.ts';
import type { OpenOperation } from '../../src/workflows/ports.ts';
import { withRoom } from '../../src/workflows/room-for.ts';
import { resourceNamed } from '../domain/examples.ts';
import { SHOP } from '../world/apps.ts';
import { memoryWorld } from '../world/memory-world.ts';

const shop = resourceNamed(SHOP);

function wanted(digest: string, weight: number): Wanted {
  const changes = [{ document: 'config/web' as const, path: '/properties/x', from: null, to: 'x'.repeat(weight) }];
  const rule = { id: `webapp-${digest}`, version: 1 };
  return { rule, purpose: 'fix', digest, changes, kept: [], approvalId: null, reasons: [] };
}

function remembered({ rule, purpose, digest, changes, approvalId }: Wanted): OpenOperation {
  const entry = { rule: rule.id, ruleVersion: 1, purpose, digest, changes, approvalId, attempts: 1 };
  return {
    operationId: `of ${digest}`,
    startedAt: '2026-03-01T12:00:00.000Z',
    trigger: { type: 'event' },
    entries: [{ ...entry, state: 'unknown' }],
    waitingFor: [],
  };
}

const digests = (chosen: readonly Wanted[]) => chosen.map(({ digest }) => digest);

describe('what has room', () => {
  test('is all of it, as a rule, and nobody is called', async () => {
    const world = memoryWorld();
    const all = [wanted('a', 23_000), wanted('b', 23_000), wanted('c', 23_000)];
    expect(await withRoom(world, shop, [], all)).toEqual(all);
    expect([world.stored.alarms.size, world.stored.logged]).toEqual([0, []]);
  });

  test('is what comes first; the rest is named, and somebody looks again in a minute', async () => {
    const world = memoryWorld();
    const open = [remembered(wanted('old', 50_000))];
    const all = [wanted('a', 40_000), wanted('b', 40_000), wanted('c', 5000)];
    expect(digests(await withRoom(world, shop, open, all))).toEqual(['a', 'c']);
    expect([...world.stored.alarms.values()]).toEqual([
      { resource: SHOP, why: 'the rest has room', at: Date.parse('2026-03-01T12:01:00.000Z') },
    ]);
    expect(world.stored.logged).toMatchObject([{ level: 'warn', fields: { resource: SHOP, left: 1 } }]);
  });

  test('counts what stands around the changes of many small ones', async () => {
    const all = Array.from({ length: 200 }, (_, nth) => wanted(`d${nth}`, 1));
    const chosen = await withRoom(memoryWorld(), shop, [], all);
    expect(chosen.length).toBeLessThan(150);
    expect(weightOf(chosen.map(remembered))).toBeLessThan(100_000);
  });

  test('what is remembered already needs none', async () => {
    const world = memoryWorld();
    const old = wanted('old', 99_000);
    const chosen = await withRoom(world, shop, [remembered(old)], [old, wanted('new', 5000)]);
    expect(digests(chosen)).toEqual(['old']);
  });
});
