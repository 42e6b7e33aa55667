/**
 * The process may end at any line: a roll-out is begun, stopped by a worse app, continued and ended, with a crash before or after
 * each call of a port. Every run has the same writes and the same entries, each once.
 */
import { expect, test } from 'vitest';
import { rule as httpsOnly } from '../../../src/rules/web-app/webapp-https-only.ts';
import { continueRollout, gateEnded } from '../../../src/workflows/guards/decide-rollout.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { isSameAfter, isSameBefore, type Points, recordPoints } from '../../fakes/wrappers/points.ts';
import { choose, endedGate, minutes, OLGA, rolloutIn, violate, written } from './rolling-out.ts';

/** The calls that roll-outs add to a reconcile and to housekeeping. crashes.test.ts tries the others. */
const OWN = {
  before: /^(rollouts|healthGates|settings\.save|audit\.append|queue\.send|findings\.list)/,
  after: /^(rollouts|settings)\.save|^audit\.append|^queue\.send/,
};

const STAGES = { stages: [1], bakeMinutes: 3 };

async function run(at: number | null, when: 'before' | 'after') {
  const deps = fakeDeps({ rules: [httpsOnly] });
  await violate(createHost(deps), deps, 2);
  const crashing = crashingDeps(deps, at, when);
  const recording = at === null ? recordPoints(deps, crashing.deps) : null;
  const host = createHost(deps, {
    ports: recording?.deps ?? crashing.deps,
    restart: crashing.restart,
    onAction: () => recording?.nextAction(),
  });
  await choose(host, { mode: 'autofix', rollout: STAGES });
  await minutes(host, deps, 2);
  const [first = ''] = written(deps);
  const gate = endedGate(deps, first, { status: 'worse' });
  await host.ask((ports) => gateEnded(ports, gate));
  await minutes(host, deps, 3);
  const stoppedAt = written(deps).length;
  await host.ask((ports) => continueRollout(ports, rolloutIn(deps).id, OLGA));
  await minutes(host, deps, 10);
  deps.clock.advance(900);
  await minutes(host, deps, 3);
  const { status, isReleased, members } = rolloutIn(deps);
  const end = {
    ...{ status, isReleased, members, stoppedAt, writes: written(deps).sort() },
    entries: deps.stored.entries.flatMap(({ kind }) => (/^rollout|^fix/.test(kind) ? kind : [])).sort(),
    pending: deps.stored.settings?.value.rollouts ?? null,
  };
  return { end, crashed: crashing.crashed(), calls: crashing.calls, points: recording?.points ?? [] };
}

test.each([
  ['before', isSameBefore],
  ['after', isSameAfter],
] as const)(
  'guarantee 1: a crash %s a call changes nothing but the time',
  async (when, isSame: (points: Points, at: number) => boolean) => {
    const peaceful = await run(null, when);
    expect(peaceful.end).toMatchObject({ status: 'ended', isReleased: true, stoppedAt: 1, pending: null });
    expect(peaceful.end.entries.filter((kind) => kind.startsWith('rollout'))).toEqual(
      ['continued', 'ended', 'started', 'stopped'].map((kind) => `rollout.${kind}`),
    );
    let tried = 0;
    for (let at = 1; ; at += 1) {
      const call = peaceful.calls[at - 1];
      if (call === undefined) break;
      if (!OWN[when].test(call) || isSame(peaceful.points, at)) continue;
      const { end, crashed } = await run(at, when);
      expect(crashed).toBe(true);
      tried += 1;
      expect({ ...end, call: `${call} (${at})` }).toEqual({ ...peaceful.end, call: `${call} (${at})` });
    }
    console.info(`crash points of a roll-out ${when} a call: ${tried}`);
    expect(tried).toBeGreaterThan(20);
  },
  60_000,
);
