/** Attempts are remembered whole in one row: what has no room there is not begun, and looked at again. */

import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../../src/domain/approvals/attempt.ts';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { planAttempts } from '../../../src/workflows/reconcile/plan-attempts.ts';
import { remember } from '../../../src/workflows/reconcile/remember.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { attempt, contextOf } from '../../fakes/reconcile-context.ts';

function wanted(digest: string, weight: number): ChangeSet {
  const changes = [{ document: 'config/web' as const, path: '/properties/x', from: null, to: 'x'.repeat(weight) }];
  const rule = { id: `webapp-${digest}`, version: 1 };
  return { rule, purpose: 'fix', digest, changes, preserved: [], approvalId: null, reasons: [] };
}

const open = ({ digest, changes }: ChangeSet): Attempt => attempt(digest, { changes, status: 'unknown' });

/** What is attempted, after it was stored. */
async function remembered(deps: FakeDeps, earlier: readonly Attempt[], granted: readonly ChangeSet[]) {
  const context = await contextOf(deps);
  const plan = { store: [], byRule: new Map(), expired: {}, wanted: [], heldUntil: [], running: false };
  const needed = { ...plan, needed: new Set<string>() };
  const planned = planAttempts(context, needed, { granted, attempts: earlier, store: [], budgetHold: null });
  await remember(context, { newExemptions: [], evidence: context.state }, needed, planned);
  return planned.attempts;
}

const digests = (chosen: readonly ChangeSet[]) => chosen.map(({ digest }) => digest);
const whys = (deps: FakeDeps) => [...deps.stored.wakeups.values()].map(({ why }) => why);

describe('what has room', () => {
  test('is all of it, as a rule, and nobody is called', async () => {
    const deps = fakeDeps();
    const all = [wanted('a', 23_000), wanted('b', 23_000), wanted('c', 23_000)];
    expect(await remembered(deps, [], all)).toMatchObject(all);
    expect([whys(deps), deps.stored.logged]).toEqual([['open intent'], []]);
  });

  test('is what comes first; the rest is named, and somebody looks again in a minute', async () => {
    const deps = fakeDeps();
    const all = [wanted('a', 40_000), wanted('b', 40_000), wanted('c', 5000)];
    expect(digests(await remembered(deps, [open(wanted('old', 50_000))], all))).toEqual(['a', 'c']);
    expect([...deps.stored.wakeups.values()]).toContainEqual({
      ...{ resource: SHOP, why: 'the rest has room', at: Date.parse('2026-03-01T12:01:00.000Z') },
    });
    expect(deps.stored.logged).toMatchObject([{ level: 'warn', fields: { resource: SHOP, left: 1 } }]);
  });

  test('counts what stands around the changes of many small ones', async () => {
    const deps = fakeDeps();
    const all = Array.from({ length: 200 }, (_, nth) => wanted(`d${nth}`, 1));
    const chosen = await remembered(deps, [], all);
    expect(chosen.length).toBeLessThan(150);
    const [stored] = deps.stored.resourceStates.values();
    expect(stored?.attempts).toHaveLength(chosen.length);
    expect(serializedSize(stored?.attempts)).toBeLessThan(100_000);
  });

  test('what is remembered already needs none', async () => {
    const old = wanted('old', 99_000);
    const chosen = await remembered(fakeDeps(), [open(old)], [old, wanted('new', 5000)]);
    expect(digests(chosen)).toEqual(['old']);
  });
});
