/** The list of findings is written when findings changed, and is right after a crash at any line. */

import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/decisions/finding.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { type SceneOptions, scene } from '../../fakes/scenarios/scene.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { tracedDeps } from '../../fakes/wrappers/watched.ts';

/** The calls that change the list, or the state before the list. */
const STORING = ['lease.save', 'findings.replace', 'lease.complete'];

/** The shop after its first evaluation, and what its next ones store. */
async function evaluated(options: SceneOptions = {}) {
  const trace: string[] = [];
  const { deps, host } = scene({ settings: { mode: 'audit' }, ...options, ports: (whole) => tracedDeps(whole, trace) });
  await deliverAndSettle(host, 'first', SHOP);
  const next = async (id: string) => {
    trace.length = 0;
    await host.deliver(gridEvent(id, SHOP));
    await host.settle(60);
    return trace.filter((call) => STORING.includes(call));
  };
  return { deps, next };
}

describe('a further look', () => {
  test('that finds the same does not write the list', async () => {
    const { deps, next } = await evaluated({ app: UNSAFE });
    const listed = structuredClone(deps.stored.findings);
    expect(await next('second')).toEqual(['lease.complete']);
    expect(deps.stored.findings).toEqual(listed);
    const [state] = [...deps.stored.resourceStates.values()];
    // The state has the time of the last evaluation.
    expect(state?.findings[0]?.evaluatedAt).not.toBe(listed[0]?.evaluatedAt);
  });

  test.each([
    ['a violation more', (deps: FakeDeps) => deps.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0')],
    [
      'another decision',
      (deps: FakeDeps) => storeSettings(deps, { mode: 'audit', stopped: { reason: 'An incident.' } }),
    ],
  ])('that finds %s marks the state before it writes the list', async (_, change) => {
    const { deps, next } = await evaluated({ app: { site: { httpsOnly: false } } });
    change(deps);
    expect(await next('second')).toEqual(['lease.save', 'findings.replace', 'lease.complete']);
    expect(differences(deps)).toEqual([]);
    expect(await next('third')).toEqual(['lease.complete']);
  });

  test('writes the list when the time in it is an hour old', async () => {
    const { deps, next } = await evaluated();
    deps.clock.advance(3600);
    expect(await next('second')).toContain('findings.replace');
    expect(deps.stored.findings[0]?.evaluatedAt).toBe(
      [...deps.stored.resourceStates.values()][0]?.findings[0]?.evaluatedAt,
    );
  });

  test('writes the list of an app with a hold each time, because housekeeping searches by the time in it', async () => {
    const { next } = await evaluated({ app: UNSAFE, settings: { stopped: { reason: 'An incident.' } } });
    expect(await next('second')).toContain('findings.replace');
    expect(await next('third')).toContain('findings.replace');
  });

  test('writes the list when its time lies in the future', async () => {
    const { deps, next } = await evaluated();
    const [key = ''] = deps.stored.resourceStates.keys();
    const state = deps.stored.resourceStates.get(key);
    if (!state) throw new Error('nothing was stored');
    deps.stored.resourceStates.set(key, { ...state, listedAt: '2099-01-01T00:00:00.000Z' });
    expect(await next('second')).toContain('findings.replace');
  });

  test('at a deleted app empties the list once', async () => {
    const { deps, next } = await evaluated({ app: UNSAFE });
    deps.arm.remove(SHOP);
    expect(await next('second')).toEqual(['lease.save', 'findings.replace', 'lease.complete']);
    expect(await next('third')).toEqual(['lease.complete']);
    expect(deps.stored.findings).toEqual([]);
  });
});

describe('guarantee 1: a crash at any line while findings change', () => {
  const WAYS = {
    'the app gets violations, and is right again': (deps: FakeDeps) => seedWebApp(deps.arm, UNSAFE),
    'the app is deleted, and exists again': (deps: FakeDeps) => deps.arm.remove(SHOP),
  };

  test.each(
    Object.entries(WAYS).flatMap(([way, change]) =>
      (['before', 'after'] as const).map((when) => ({ way, change, when })),
    ),
  )('$way, with a crash $when a call: the list has the findings of the state', async ({ change, when }) => {
    for (let at = 1; ; at += 1) {
      const deps = fakeDeps();
      seedWebApp(deps.arm);
      storeSettings(deps, { mode: 'audit' });
      await deliverAndSettle(createHost(deps), 'first', SHOP);
      const crashing = crashingDeps(deps, at, when);
      const restart = () => crashing.restart();
      const host = createHost(deps, { ports: crashing.deps, afterCrashSeconds: 300, restart });
      change(deps);
      await host.deliver(gridEvent('second', SHOP));
      await host.settle(60);
      seedWebApp(deps.arm);
      await host.settle(900);
      expect(differences(deps), `${when} call ${at}, ${crashing.calls.at(-1)}`).toEqual([]);
      expect(deps.stored.events.map(({ outcome }) => outcome)).not.toContain(null);
      if (!crashing.crashed()) break;
    }
  });
});

/** The findings of the list that the state does not have, and the other way round. */
function differences({ stored }: FakeDeps): string[] {
  const textOf = ({ rule, verdict, reason, decision }: Finding) => JSON.stringify({ rule, verdict, reason, decision });
  const listed = stored.findings.map(textOf);
  const known = [...stored.resourceStates.values()].flatMap(({ findings }) => findings.map(textOf));
  return [
    ...listed.filter((one) => !known.includes(one)).map((one) => `only listed: ${one}`),
    ...known.filter((one) => !listed.includes(one)).map((one) => `only in the state: ${one}`),
  ];
}
