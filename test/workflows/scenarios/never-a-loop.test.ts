/** Guarantee 10: what is undone again and again goes to a person, what fails again and again waits for the sweep. */
import { describe, expect, test } from 'vitest';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { ADA, gridEvent, PIPELINE } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { decisionOn, deliverAndSettle, pending, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, type Scene, type SceneOptions, scene } from '../../fakes/scenarios/scene.ts';

const RULE = 'webapp-min-tls';
const TLS = '/properties/minTlsVersion';
const OLD_TLS: SceneOptions = { app: { config: { minTlsVersion: '1.0' } } };
const HOUR = 3600;
const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';

/** The pipeline runs once more, and what it brings is looked at. */
async function pipelineRuns({ world, host }: Scene, run: number): Promise<void> {
  world.arm.change(SHOP, 'config/web', TLS, '1.0');
  await host.deliver(gridEvent(`run-${run}`, SHOP, { by: PIPELINE }));
  await host.settle(120);
}

describe('guarantee 10: a pipeline that keeps undoing a fix', () => {
  test('three times in a day it is fixed; the fourth goes to a person, naming the pipeline and the line at the source', async () => {
    const reverted = scene();
    const { world, host } = reverted;
    for (const run of [1, 2, 3]) await pipelineRuns(reverted, run);
    expect(world.arm.writes).toHaveLength(3);
    await pipelineRuns(reverted, 4);
    expect(world.arm.writes).toHaveLength(3);
    expect(decisionOf(world, RULE)).toBe('queue flapping');
    const approval = pending(world);
    expect(approval.changedBy).toMatchObject({ objectId: PIPELINE.objectId, type: 'app' });
    expect(approval.reasons.map(({ text }) => text).join()).toMatch(
      new RegExp(`the application ${PIPELINE.objectId}.*Bicep: .*minTlsVersion.*Terraform: .*minimum_tls_version`, 's'),
    );
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    expect(world.arm.writes).toHaveLength(4);
    expect(world.arm.valueOf(SHOP, 'config/web', TLS)).toBe('1.2');
  });

  test('spread over days it is fixed each time', async () => {
    const reverted = scene();
    for (const run of [1, 2, 3, 4, 5]) {
      await pipelineRuns(reverted, run);
      reverted.world.clock.advance(9 * HOUR);
    }
    expect(reverted.world.arm.writes).toHaveLength(5);
  });

  test('the settings say how often and within how long', async () => {
    const limits = { fixesPerHour: 25, flapCount: 1, flapHours: 1, resumeHours: 6 };
    const reverted = scene({ settings: { limits } });
    await pipelineRuns(reverted, 1);
    await pipelineRuns(reverted, 2);
    expect(decisionOf(reverted.world, RULE)).toBe('queue flapping');
    reverted.world.clock.advance(HOUR);
    await pipelineRuns(reverted, 3);
    expect(reverted.world.arm.writes).toHaveLength(2);
  });

  test('the other rules of the app are fixed as ever', async () => {
    const reverted = scene();
    for (const run of [1, 2, 3, 4]) await pipelineRuns(reverted, run);
    reverted.world.arm.change(SHOP, 'resource', '/properties/httpsOnly', false);
    await deliverAndSettle(reverted.host, 'other', SHOP);
    expect(factsIn(reverted.world, 'fix.applied').at(-1)).toBe('fix.applied webapp-https-only');
  });
});

describe('guarantee 10: a write that keeps failing', () => {
  async function failedThrice(): Promise<Scene> {
    const failing = scene(OLD_TLS);
    failing.world.arm.onWrite = () => refused('invalid', 'BadRequest');
    for (const at of [1, 2, 3]) {
      await deliverAndSettle(failing.host, `event-${at}`, SHOP);
      failing.world.clock.advance(HOUR);
    }
    expect(factsIn(failing.world, 'fix.failed')).toHaveLength(3);
    return failing;
  }

  test('after three failures in a day it is reported as failing, and events try it no more', async () => {
    const { world, host } = await failedThrice();
    expect(decisionOf(world, RULE)).toBe('report failing');
    const tried = world.arm.requests.length;
    await deliverAndSettle(host, 'event-4', SHOP);
    expect([world.arm.requests.length, decisionOf(world, RULE)]).toEqual([tried, 'report failing']);
  });

  test('the sweep tries again: it fails once more, or is fixed', async () => {
    const { world, host } = await failedThrice();
    world.estate.ids = [SHOP];
    await startSweep(world, [SUBSCRIPTION]);
    await host.settle();
    expect([factsIn(world, 'fix.failed').length, decisionOf(world, RULE)]).toEqual([4, 'report failing']);
    world.arm.onWrite = null;
    world.clock.advance(HOUR);
    await startSweep(world, [SUBSCRIPTION]);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toEqual([`fix.applied ${RULE}`]);
  });

  test('a day later an event tries again', async () => {
    const { world, host } = await failedThrice();
    world.arm.onWrite = null;
    world.clock.advance(24 * HOUR);
    await deliverAndSettle(host, 'event-4', SHOP);
    expect(world.arm.writes).toHaveLength(1);
  });

  test('throttled, busy and transient answers do not count', async () => {
    const { world, host } = scene(OLD_TLS);
    const answers = (['throttled', 'busy', 'transient', 'throttled', 'busy'] as const).map((kind) =>
      refused(kind, kind, 1),
    );
    world.arm.onWrite = () => answers.shift();
    await deliverAndSettle(host, 'e', SHOP);
    expect(factsIn(world)).toEqual([`fix.intended ${RULE}`, `fix.applied ${RULE}`]);
  });
});

describe('guarantee 6: a fix that moved something else along', () => {
  test('is told, and from then on a person decides about that rule on that app', async () => {
    const { world, host } = scene(OLD_TLS);
    world.arm.onWrite = (_, take) => {
      take();
      world.arm.change(SHOP, 'resource', '/properties/state', 'Stopped');
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      alsoMoved: [{ path: '/properties/state', to: 'Stopped' }],
    });
    world.arm.onWrite = null;
    world.clock.advance(300 * 24 * HOUR);
    world.arm.change(SHOP, 'config/web', TLS, '1.0');
    await deliverAndSettle(host, 'second', SHOP);
    expect(decisionOf(world, RULE)).toBe('queue also-moved-before');
    expect(world.arm.writes).toHaveLength(1);
  });

  test('a fix that is put back is no fix that failed: the way back stays open', async () => {
    const { world, host } = scene(OLD_TLS);
    await deliverAndSettle(host, 'first', SHOP);
    const resourceState = world.stored.resourceStates.get(SHOP.toLowerCase());
    if (!resourceState) throw new Error('the shop was looked at');
    const failedAt = [1, 2, 3].map(() => world.clock.now().toISOString());
    world.stored.resourceStates.set(SHOP.toLowerCase(), {
      ...resourceState,
      history: { [RULE]: { fixedAt: [], failedAt, alsoMovedAt: null } },
    });
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', TLS)).toBe('1.0');
  });
});

test('guarantee 9: a history that cannot be read stops every write', async () => {
  const { world, host } = scene({
    ...OLD_TLS,
    ports: (inner) => ({
      ...inner,
      resourceStates: { ...inner.resourceStates, load: () => Promise.reject(new Error('the table does not answer')) },
    }),
  });
  await host.deliver(gridEvent('e', SHOP, { by: ADA }));
  await host.settle();
  expect(world.arm.requests).toEqual([]);
  expect(world.stored.deadLetters.size).toBe(1);
});
