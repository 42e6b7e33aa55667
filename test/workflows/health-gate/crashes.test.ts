/**
 * The process may end at any call while an app is watched: it is rolled back once, or stays as it is, and people are told once.
 * Both ways are walked to their end, with a crash before and after each call that is made since the gate was stored. Of crashes
 * with the same effect one is tried.
 */
import { describe, expect, test } from 'vitest';
import type { AppState } from '../../../src/domain/health/gate.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { isSameAfter, isSameBefore, type Points, recordPoints } from '../../fakes/wrappers/points.ts';

const GOOD: AppState = { condition: 'good', text: 'its state is Running' };
const ILL: AppState = { condition: 'ill', text: 'its availability is Limited' };

async function walked(isWorse: boolean, at: number | null, when: 'before' | 'after') {
  const deps = fakeDeps();
  seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
  deps.health.state = () => (isWorse && deps.arm.writes.length === 1 ? ILL : GOOD);
  // The callers stay away, so that people are told also when the app is well.
  deps.health.minute = (_, minute) => {
    const isAfter = deps.arm.writes.length > 0 && minute > new Date(deps.arm.writes[0]?.at ?? '');
    return { requests: isAfter ? 1 : 60, failed: 0, refused: 0, seconds: 0.1 };
  };
  const published = publishing(deps);
  const crashing = crashingDeps(deps, at, when);
  const recording = at === null ? recordPoints(deps, crashing.deps) : null;
  const host = createHost(deps, {
    ports: recording?.deps ?? crashing.deps,
    afterCrashSeconds: 30,
    restart: crashing.restart,
    onAction: () => recording?.nextAction(),
  });
  await host.deliver(gridEvent('first', SHOP));
  await host.settle(3600);
  const told = [...published, ...deps.stored.published.map(({ id }) => id)];
  return { deps, told, calls: crashing.calls, crashed: crashing.crashed(), points: recording?.points ?? [] };
}

/** The entries of worse apps that are published: each time that they are appended. */
function publishing({ audit }: FakeDeps): readonly string[] {
  const published: string[] = [];
  const append = audit.append.bind(audit);
  audit.append = async (records, receipts) => {
    const entries = await append(records, receipts);
    published.push(...entries.flatMap(({ id, kind }) => (kind === 'health.worse' ? id : [])));
    return entries;
  };
  return published;
}

function endOf({ arm, stored }: FakeDeps) {
  const kinds = stored.entries.map(({ kind, rule }) => `${kind} ${rule}`).sort();
  return {
    writes: arm.writes.map(({ body }) => JSON.stringify(body)),
    // An intent may have an unknown outcome before its end is found.
    kinds: kinds.filter((kind) => !kind.includes('.unknown')),
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
] as const)('guarantee 15: a crash at any call while the app is %s', (_, isWorse) => {
  test.each([
    ['before', isSameBefore],
    ['after', isSameAfter],
  ] as const)('%s the call', async (when, isSame: (points: Points, at: number) => boolean) => {
    const { deps: peaceful, told, calls, points } = await walked(isWorse, null, when);
    const expected = endOf(peaceful);
    expect(expected.writes).toHaveLength(isWorse ? 2 : 1);
    expect([expected.open, expected.worseAt, told.length]).toEqual([0, isWorse ? 1 : 0, 1]);
    let tried = 0;
    for (let at = calls.indexOf('healthGates.save') + 1; at <= calls.length; at += 1) {
      if (isSame(points, at)) continue;
      const { deps, crashed, told: after } = await walked(isWorse, at, when);
      const where = `${when} call ${at}, ${calls[at - 1]}`;
      expect({ ...endOf(deps), crashed, where }).toEqual({ ...expected, crashed: true, where });
      // A crash may repeat a notification, under the id by which receivers know it.
      expect([where, new Set(after).size]).toEqual([where, 1]);
      tried += 1;
    }
    console.info(`crash points of a health gate that ends ${isWorse ? 'worse' : 'well'}, ${when} a call: ${tried}`);
    expect(tried).toBeGreaterThan(10);
  });
});
