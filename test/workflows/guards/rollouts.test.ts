/** A rule that begins to write does so on few apps first, and one worse app stops it. */
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { rule as httpsOnly } from '../../../src/rules/web-app/webapp-https-only.ts';
import { rule as minTls } from '../../../src/rules/web-app/webapp-min-tls.ts';
import { continueRollout, endRollout, gateEnded } from '../../../src/workflows/guards/decide-rollout.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { seedWebApp } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { withoutCalls } from '../../fakes/wrappers/watched.ts';
import {
  appNamed,
  choose,
  endedGate,
  minutes,
  OLGA,
  RULE,
  rolloutIn,
  rollouts,
  violate,
  written,
} from './rolling-out.ts';

const STAGES = { stages: [1, '50%'], bakeMinutes: 2 };

async function begun(count = 9, canaries: readonly number[] = []) {
  const deps = fakeDeps();
  const host = createHost(deps);
  await violate(host, deps, count, canaries);
  await choose(host, { mode: 'autofix', rollout: STAGES });
  return { deps, host };
}

const kinds = ({ stored }: ReturnType<typeof fakeDeps>) =>
  stored.entries.flatMap(({ kind }) => (kind.startsWith('rollout.') ? kind : []));

describe('guarantee 11: the stages', () => {
  test('1 app, then half of those that violate the rule, then all, each after the bake time of the one before', async () => {
    const { deps, host } = await begun();
    await minutes(host, deps, 1);
    expect(rolloutIn(deps)).toMatchObject({
      status: 'running',
      stages: [1, '50%', '100%'],
      progress: { stage: 1, apps: 1 },
    });
    await minutes(host, deps, 2);
    expect(written(deps)).toHaveLength(1);
    await minutes(host, deps, 3);
    expect(rolloutIn(deps).progress).toMatchObject({ stage: 2, apps: 4, left: 4 });
    expect(written(deps)).toHaveLength(5);
    await minutes(host, deps, 4);
    expect(written(deps)).toHaveLength(9);
    await minutes(host, deps, 4);
    expect(rolloutIn(deps)).toMatchObject({ status: 'ended', ended: { reason: 'Nothing is left to write.' } });
    expect(kinds(deps)).toEqual(['rollout.started', 'rollout.ended']);
    await minutes(host, deps, 12);
    expect(rolloutIn(deps).isReleased).toBe(true);
  });

  test('an app with the tag plumbline-canary is the first one', async () => {
    const { deps, host } = await begun(9, [7]);
    await minutes(host, deps, 2);
    expect(written(deps)).toEqual([appNamed(7).split('/').at(-1)]);
  });

  test('the order is the same for every roll-out', async () => {
    const first = await begun();
    const second = await begun();
    for (const { deps, host } of [first, second]) await minutes(host, deps, 2);
    expect(written(first.deps)).toEqual(written(second.deps));
  });

  test('what waits is held with its stage, and an event of its app writes nothing', async () => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    const [first] = written(deps);
    const other = [1, 2].map(appNamed).find((id) => !id.endsWith(String(first))) ?? '';
    await host.deliver(gridEvent('again', other));
    await host.settle(60);
    expect(written(deps)).toEqual([first]);
    const finding = deps.stored.findings.find(
      ({ resource, rule }) => resource.id === other && rule === 'webapp-https-only',
    );
    expect(finding?.decision).toMatchObject({ action: 'hold', until: null });
    expect(finding?.decision?.reasons).toContainEqual({
      code: 'rollout',
      text: 'The roll-out of this rule in every subscription is at stage 1 of 3 (1 app); this app comes in a later one.',
    });
  });

  test('an app that a process with older settings evaluates meanwhile is read again', async () => {
    const { deps, host } = await begun(1);
    const evaluatedAt = new Date(deps.clock.now().getTime() + 3_600_000).toISOString();
    deps.stored.findings.forEach((one, at, all) => {
      all[at] = { ...one, evaluatedAt };
    });
    const found = deps.stored.findings.find(({ rule }) => rule === RULE);
    expect(found?.decision?.action).toBe('report');
    await minutes(host, deps, 2);
    expect(written(deps)).toHaveLength(1);
  });

  test('between the change of the settings and the first stage every app is held', async () => {
    const { deps, host } = await begun();
    await host.deliver(gridEvent('at-once', appNamed(3)));
    await host.settle(50);
    expect(rollouts(deps)).toEqual([]);
    expect(written(deps)).toEqual([]);
  });
});

describe('guarantees 11 and 15: what stops it', () => {
  test.each([
    ['a worse app', { status: 'worse' as const }, 'shop-'],
    ['one of which nothing is known', { status: 'unknown' as const, stateGood: false }, 'It is not known whether '],
  ])('%s stops the roll-out until an operator continues it', async (_, ended, reason) => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    const [first = ''] = written(deps);
    await host.ask((ports) => gateEnded(ports, endedGate(deps, first, ended)));
    await host.ask((ports) => gateEnded(ports, endedGate(deps, first, ended)));
    await minutes(host, deps, 6);
    expect(written(deps)).toEqual([first]);
    const { stopped, status, id } = rolloutIn(deps);
    expect([status, stopped?.resource?.name]).toEqual(['stopped', first]);
    expect(stopped?.reason).toContain(reason === 'shop-' ? first : reason);
    expect(kinds(deps)).toEqual(['rollout.started', 'rollout.stopped']);
    await host.ask((ports) => continueRollout(ports, id, OLGA));
    await minutes(host, deps, 20);
    expect(written(deps)).toHaveLength(9);
    expect(kinds(deps)).toEqual(['rollout.started', 'rollout.stopped', 'rollout.continued', 'rollout.ended']);
  });

  test.each([
    ['well', { status: 'well' as const }],
    ['unknown while its state was good', { status: 'unknown' as const }],
  ])('an app that is %s does not', async (_, ended) => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    await host.ask((ports) => gateEnded(ports, endedGate(deps, written(deps)[0] ?? '', ended)));
    await minutes(host, deps, 20);
    expect(written(deps)).toHaveLength(9);
  });

  test('a worse app stops it at once, also while its values cannot be read and nothing is rolled back', async () => {
    const deps = fakeDeps({ rules: [httpsOnly] });
    const host = createHost(deps);
    await violate(host, deps, 3);
    deps.health.state = () => ({ condition: deps.arm.writes.length > 0 ? 'ill' : 'good', text: 'it was read' });
    const { healthGate } = settingsSchema.parse({});
    await choose(host, { mode: 'autofix', rollout: STAGES, healthGate });
    await minutes(host, deps, 2);
    expect(written(deps)).toHaveLength(1);
    const read = deps.arm.read.bind(deps.arm);
    const noAnswer = { status: 'failed', detail: 'no answer', retryable: true } as const;
    deps.arm.read = async (resource, documents, options) => {
      const snapshot = await read(resource, documents, options);
      return { ...snapshot, documents: { ...snapshot.documents, resource: noAnswer } };
    };
    await minutes(host, deps, 4);
    expect([rolloutIn(deps).status, deps.stored.openGates.size]).toEqual(['stopped', 1]);
    expect(written(deps)).toHaveLength(1);
  });

  test('an operator ends it: what it held is written, and what was not read since', async () => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    for (const number of [1, 2, 3]) await host.deliver(gridEvent(`held-${number}`, appNamed(number)));
    await host.settle(60);
    expect(written(deps)).toHaveLength(1);
    await host.ask((ports) => endRollout(ports, rolloutIn(deps).id, OLGA));
    await minutes(host, deps, 2);
    expect(written(deps)).toHaveLength(9);
    await expect(continueRollout(deps, rolloutIn(deps).id, OLGA)).rejects.toMatchObject({ code: 'decided' });
    await minutes(host, deps, 12);
    expect(rolloutIn(deps).isReleased).toBe(true);
  });

  test('of an operator and a gate at once, both steps are taken, in the order that they are stored', async () => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    const gate = endedGate(deps, written(deps)[0] ?? '', { status: 'worse' });
    await Promise.all([gateEnded(deps, gate), endRollout(deps, rolloutIn(deps).id, OLGA)]);
    expect(rolloutIn(deps).status).toBe('ended');
    expect(kinds(deps).at(-1)).toBe('rollout.ended');
  });
});

describe('settings', () => {
  test('without stages nothing of roll-outs is read or stored', async () => {
    const deps = fakeDeps();
    const calls = ['get', 'save', 'remove', 'listOpen', 'listRecentOpen', 'list', 'removeBefore'];
    const ports = withoutCalls(
      deps,
      calls.map((call) => `rollouts.${call}`),
    );
    const host = createHost(deps, { ports });
    await violate(host, deps, 2);
    await choose(host, { mode: 'autofix' });
    for (const number of [1, 2]) await host.deliver(gridEvent(`go-${number}`, appNamed(number)));
    await minutes(host, deps, 2);
    expect(written(deps)).toHaveLength(2);
    expect(deps.stored.settings?.value.rollouts).toBeUndefined();
  });

  test('what writes already goes on', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    await choose(host, { mode: 'autofix' });
    seedWebApp(deps.arm, { site: { httpsOnly: false } }, appNamed(1));
    await choose(host, { mode: 'autofix', rollout: STAGES });
    await host.deliver(gridEvent('go', appNamed(1)));
    await minutes(host, deps, 2);
    expect([written(deps).length, rollouts(deps).length]).toEqual([1, 0]);
  });

  test('a setting of a single app starts no roll-out, and is never held by one', async () => {
    const { deps, host } = await begun();
    await choose(host, { mode: 'autofix', rollout: STAGES, scopes: [{ scope: appNamed(4), mode: 'autofix' }] });
    await host.deliver(gridEvent('go', appNamed(4)));
    await host.settle(50);
    expect(written(deps)).toEqual([appNamed(4).split('/').at(-1)]);
  });

  test('a rule of a new version begins with a roll-out, and what writes already goes on', async () => {
    const deps = fakeDeps({ rules: [httpsOnly] });
    await choose(createHost(deps), { mode: 'autofix', rollout: STAGES });
    const host = createHost(deps, { ports: { ...deps, rules: [httpsOnly, minTls] } });
    for (const number of [1, 2, 3]) {
      const config = { minTlsVersion: '1.0' };
      seedWebApp(deps.arm, { site: { httpsOnly: number !== 3 }, config }, appNamed(number));
      await host.deliver(gridEvent(`event-${number}`, appNamed(number)));
    }
    await host.settle(40);
    // Before housekeeping has seen the rule it is held everywhere.
    expect(deps.arm.writes.map(({ body }) => body)).toEqual([{ properties: { httpsOnly: true } }]);
    await minutes(host, deps, 2);
    expect(rolloutIn(deps)).toMatchObject({
      rule: 'webapp-min-tls',
      status: 'running',
      startedBy: { type: 'service' },
    });
    expect(deps.arm.writes).toHaveLength(2);
    await minutes(host, deps, 12);
    expect([deps.arm.writes.length, rolloutIn(deps).status]).toEqual([4, 'ended']);
  });

  test('a row of an older version, which knows no rules, learns those that write already', async () => {
    const deps = fakeDeps({ rules: [httpsOnly] });
    const host = createHost(deps);
    await choose(host, { mode: 'autofix', rollout: STAGES });
    await minutes(host, deps, 1);
    const row = deps.stored.settings;
    if (row === null) throw new Error('there are settings');
    const { knownRules, ...older } = row.value;
    expect(knownRules).toEqual(['webapp-https-only']);
    deps.stored.settings = { ...row, value: older };
    await minutes(host, deps, 1);
    expect([deps.stored.settings?.value.knownRules, rollouts(deps)]).toEqual([['webapp-https-only'], []]);
  });

  test('settings without stages end it, and what it held is written', async () => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    await choose(host, { mode: 'autofix' });
    await minutes(host, deps, 1);
    expect([rolloutIn(deps).status, written(deps).length]).toEqual(['ended', 9]);
    await minutes(host, deps, 12);
    expect([rolloutIn(deps).isReleased, deps.stored.settings?.value.rollouts]).toEqual([true, undefined]);
  });

  test('a lowered mode ends it, and a raised one starts it anew', async () => {
    const { deps, host } = await begun();
    await minutes(host, deps, 2);
    await choose(host, { mode: 'audit', rollout: STAGES });
    await minutes(host, deps, 1);
    expect(rolloutIn(deps).status).toBe('ended');
    await choose(host, { mode: 'autofix', rollout: STAGES });
    await minutes(host, deps, 2);
    expect(
      rollouts(deps)
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['ended', 'running']);
  });
});
