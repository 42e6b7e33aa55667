/**
 * The process may end at any call while an app is watched: it is rolled back once, or stays as it is, and people are told once.
 * Both ways are walked to their end, with a crash before and after each call that is made after the fix was written.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { AppState } from '../../../src/domain/health/gate.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';

const GOOD: AppState = { condition: 'good', text: 'its state is Running' };
const ILL: AppState = { condition: 'ill', text: 'its availability is Limited' };
let total = 0;
afterAll(() => console.info(`crash points of health gates: ${total}`));

async function walked(isWorse: boolean, at: number | null, when: 'before' | 'after') {
  const deps = fakeDeps();
  seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
  deps.health.state = () => (isWorse && deps.arm.writes.length === 1 ? ILL : GOOD);
  // The callers stay away, so that people are told also when the app is well.
  deps.health.minute = (_, minute) => {
    const isAfter = deps.arm.writes.length > 0 && minute > new Date(deps.arm.writes[0]?.at ?? '');
    return { requests: isAfter ? 1 : 60, failed: 0, refused: 0, seconds: 0.1 };
  };
  const crashing = crashingDeps(deps, at, when);
  const host = createHost(deps, { ports: crashing.deps, afterCrashSeconds: 30, restart: crashing.restart });
  await host.deliver(gridEvent('first', SHOP));
  await host.settle(3600);
  return { deps, calls: crashing.calls.length, crashed: crashing.crashed(), call: crashing.calls.at(-1) };
}

function endOf({ arm, stored }: FakeDeps) {
  const kinds = stored.entries.map(({ kind, rule }) => `${kind} ${rule}`).sort();
  return {
    writes: arm.writes.map(({ body }) => JSON.stringify(body)),
    // An intent may have an unknown outcome before its end is found.
    kinds: kinds.filter((kind) => !kind.includes('.unknown')),
    notified: [...new Set(stored.published.map(({ id }) => id))].length,
    gates: [...stored.endedGates.values()].map(({ status }) => status),
    open: stored.openGates.size,
    exemptions: stored.exemptions.size,
    worseAt: Object.values([...stored.resourceStates.values()][0]?.history ?? {}).filter(({ worseAt }) => worseAt)
      .length,
    letters: stored.deadLetters.size,
  };
}

describe.each([
  ['worse', true],
  ['well, and told', false],
] as const)('a crash at any call while the app is %s', (_, isWorse) => {
  test.each(['before', 'after'] as const)('%s the call', async (when) => {
    const peaceful = await walked(isWorse, null, when);
    const expected = endOf(peaceful.deps);
    expect(expected.writes).toHaveLength(isWorse ? 2 : 1);
    expect([expected.open, expected.notified, expected.worseAt]).toEqual(isWorse ? [0, 0, 1] : [0, 1, 0]);
    for (let at = 1; ; at += 1) {
      const { deps, crashed, call } = await walked(isWorse, at, when);
      if (!crashed) break;
      total += 1;
      const where = `${when} call ${at}, ${call}`;
      expect({ ...endOf(deps), where }).toEqual({ ...expected, where });
    }
  });
});
