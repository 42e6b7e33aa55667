/** Attempts are remembered whole in one row: what has no room there is not begun, and looked at again. */

import { describe, expect, test } from 'vitest';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import type { OpenOperation } from '../../../src/workflows/ports/resource-states.ts';
import { limitOperations } from '../../../src/workflows/reconcile/limit-operations.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';

const shop = resourceNamed(SHOP);

function wanted(digest: string, weight: number): ChangeSet {
  const changes = [{ document: 'config/web' as const, path: '/properties/x', from: null, to: 'x'.repeat(weight) }];
  const rule = { id: `webapp-${digest}`, version: 1 };
  return { rule, purpose: 'fix', digest, changes, preserved: [], approvalId: null, reasons: [] };
}

function remembered({ rule, purpose, digest, changes, approvalId }: ChangeSet): OpenOperation {
  const entry = { rule: rule.id, ruleVersion: 1, purpose, digest, changes, approvalId, attemptCount: 1 };
  return {
    operationId: `of ${digest}`,
    startedAt: '2026-03-01T12:00:00.000Z',
    trigger: { type: 'event' },
    attempts: [{ ...entry, state: 'unknown' }],
    operationUrls: [],
  };
}

const digests = (chosen: readonly ChangeSet[]) => chosen.map(({ digest }) => digest);

describe('what has room', () => {
  test('is all of it, as a rule, and nobody is called', async () => {
    const deps = fakeDeps();
    const all = [wanted('a', 23_000), wanted('b', 23_000), wanted('c', 23_000)];
    expect(await limitOperations(deps, shop, [], all)).toEqual(all);
    expect([deps.stored.wakeups.size, deps.stored.logged]).toEqual([0, []]);
  });

  test('is what comes first; the rest is named, and somebody looks again in a minute', async () => {
    const deps = fakeDeps();
    const open = [remembered(wanted('old', 50_000))];
    const all = [wanted('a', 40_000), wanted('b', 40_000), wanted('c', 5000)];
    expect(digests(await limitOperations(deps, shop, open, all))).toEqual(['a', 'c']);
    expect([...deps.stored.wakeups.values()]).toEqual([
      { resource: SHOP, why: 'the rest has room', at: Date.parse('2026-03-01T12:01:00.000Z') },
    ]);
    expect(deps.stored.logged).toMatchObject([{ level: 'warn', fields: { resource: SHOP, left: 1 } }]);
  });

  test('counts what stands around the changes of many small ones', async () => {
    const all = Array.from({ length: 200 }, (_, nth) => wanted(`d${nth}`, 1));
    const chosen = await limitOperations(fakeDeps(), shop, [], all);
    expect(chosen.length).toBeLessThan(150);
    expect(serializedSize(chosen.map(remembered))).toBeLessThan(100_000);
  });

  test('what is remembered already needs none', async () => {
    const deps = fakeDeps();
    const old = wanted('old', 99_000);
    const chosen = await limitOperations(deps, shop, [remembered(old)], [old, wanted('new', 5000)]);
    expect(digests(chosen)).toEqual(['old']);
  });
});
