/**
 * Guarantee 10: a fix that is reverted several times needs an approval, and a fix that fails several times waits for
 * the sweep.
 */
import { describe, expect, test } from 'vitest';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { ADA, gridEvent, PIPELINE } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { decisionOn, deliverAndSettle, pending, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, recordsIn, type Scene, type SceneOptions, scene } from '../../fakes/scenarios/scene.ts';

const RULE = 'webapp-min-tls';
const TLS = '/properties/minTlsVersion';
const OLD_TLS: SceneOptions = { app: { config: { minTlsVersion: '1.0' } } };
const HOUR = 3600;
const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';

/** The pipeline runs again, and its change is reconciled. */
async function pipelineRuns({ deps, host }: Scene, run: number): Promise<void> {
  deps.arm.change(SHOP, 'config/web', TLS, '1.0');
  await host.deliver(gridEvent(`run-${run}`, SHOP, { by: PIPELINE }));
  await host.settle(120);
}

describe('guarantee 10: a pipeline that keeps reverting a fix', () => {
  test('it is fixed three times in a day; the fourth needs an approval that names the pipeline and the source line', async () => {
    const reverted = scene();
    const { deps, host } = reverted;
    for (const run of [1, 2, 3]) await pipelineRuns(reverted, run);
    expect(deps.arm.writes).toHaveLength(3);
    await pipelineRuns(reverted, 4);
    expect(deps.arm.writes).toHaveLength(3);
    expect(decisionOf(deps, RULE)).toBe('queue flapping');
    const approval = pending(deps);
    expect(approval.changedBy).toMatchObject({ objectId: PIPELINE.objectId, type: 'app' });
    expect(approval.reasons.map(({ text }) => text).join()).toMatch(
      new RegExp(`the application ${PIPELINE.objectId}.*Bicep: .*minTlsVersion.*Terraform: .*minimum_tls_version`, 's'),
    );
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle();
    expect(deps.arm.writes).toHaveLength(4);
    expect(deps.arm.valueOf(SHOP, 'config/web', TLS)).toBe('1.2');
  });

  test('over several days it is fixed each time', async () => {
    const reverted = scene();
    for (const run of [1, 2, 3, 4, 5]) {
      await pipelineRuns(reverted, run);
      reverted.deps.clock.advance(9 * HOUR);
    }
    expect(reverted.deps.arm.writes).toHaveLength(5);
  });

  test('the settings have the count and the period', async () => {
    const limits = { fixesPerHour: 25, flapCount: 1, flapHours: 1, resumeHours: 6 };
    const reverted = scene({ settings: { limits } });
    await pipelineRuns(reverted, 1);
    await pipelineRuns(reverted, 2);
    expect(decisionOf(reverted.deps, RULE)).toBe('queue flapping');
    reverted.deps.clock.advance(HOUR);
    await pipelineRuns(reverted, 3);
    expect(reverted.deps.arm.writes).toHaveLength(2);
  });

  test('other rules of the app are still fixed', async () => {
    const reverted = scene();
    for (const run of [1, 2, 3, 4]) await pipelineRuns(reverted, run);
    reverted.deps.arm.change(SHOP, 'resource', '/properties/httpsOnly', false);
    await deliverAndSettle(reverted.host, 'other', SHOP);
    expect(recordsIn(reverted.deps, 'fix.applied').at(-1)).toBe('fix.applied webapp-https-only');
  });
});

describe('guarantee 10: a write that keeps failing', () => {
  async function failedThrice(): Promise<Scene> {
    const failing = scene(OLD_TLS);
    failing.deps.arm.onWrite = () => refused('invalid', 'BadRequest');
    for (const at of [1, 2, 3]) {
      await deliverAndSettle(failing.host, `event-${at}`, SHOP);
      failing.deps.clock.advance(HOUR);
    }
    expect(recordsIn(failing.deps, 'fix.failed')).toHaveLength(3);
    return failing;
  }

  test('after three failures in a day it is reported as failing, and events do not try it again', async () => {
    const { deps, host } = await failedThrice();
    expect(decisionOf(deps, RULE)).toBe('report failing');
    const tried = deps.arm.requests.length;
    await deliverAndSettle(host, 'event-4', SHOP);
    expect([deps.arm.requests.length, decisionOf(deps, RULE)]).toEqual([tried, 'report failing']);
  });

  test('the sweep tries again, with another failure or a fix', async () => {
    const { deps, host } = await failedThrice();
    deps.estate.ids = [SHOP];
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
    expect([recordsIn(deps, 'fix.failed').length, decisionOf(deps, RULE)]).toEqual([4, 'report failing']);
    deps.arm.onWrite = null;
    deps.clock.advance(HOUR);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toEqual([`fix.applied ${RULE}`]);
  });

  test('one day later an event tries again', async () => {
    const { deps, host } = await failedThrice();
    deps.arm.onWrite = null;
    deps.clock.advance(24 * HOUR);
    await deliverAndSettle(host, 'event-4', SHOP);
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('throttled, busy and transient answers do not count', async () => {
    const { deps, host } = scene(OLD_TLS);
    const answers = (['throttled', 'busy', 'transient', 'throttled', 'busy'] as const).map((kind) =>
      refused(kind, kind, 1),
    );
    deps.arm.onWrite = () => answers.shift();
    await deliverAndSettle(host, 'e', SHOP);
    expect(recordsIn(deps)).toEqual([`fix.intended ${RULE}`, `fix.applied ${RULE}`]);
  });
});

describe('guarantee 6: a fix that moved another value', () => {
  test('is recorded, and the rule on that app needs an approval from then on', async () => {
    const { deps, host } = scene(OLD_TLS);
    deps.arm.onWrite = (_, take) => {
      take();
      deps.arm.change(SHOP, 'resource', '/properties/state', 'Stopped');
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      alsoMoved: [{ path: '/properties/state', to: 'Stopped' }],
    });
    deps.arm.onWrite = null;
    deps.clock.advance(300 * 24 * HOUR);
    deps.arm.change(SHOP, 'config/web', TLS, '1.0');
    await deliverAndSettle(host, 'second', SHOP);
    expect(decisionOf(deps, RULE)).toBe('queue also-moved-before');
    expect(deps.arm.writes).toHaveLength(1);
  });

  test('a rolled-back fix is no failed fix, and can be rolled back', async () => {
    const { deps, host } = scene(OLD_TLS);
    await deliverAndSettle(host, 'first', SHOP);
    const resourceState = deps.stored.resourceStates.get(SHOP.toLowerCase());
    if (!resourceState) throw new Error('the shop was reconciled');
    const failedAt = [1, 2, 3].map(() => deps.clock.now().toISOString());
    deps.stored.resourceStates.set(SHOP.toLowerCase(), {
      ...resourceState,
      history: { [RULE]: { fixedAt: [], failedAt, alsoMovedAt: null } },
    });
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'config/web', TLS)).toBe('1.0');
  });
});

test('guarantee 9: a history that cannot be read stops every write', async () => {
  const { deps, host } = scene({
    ...OLD_TLS,
    ports: (inner) => ({
      ...inner,
      resources: { ...inner.resources, load: () => Promise.reject(new Error('the table does not answer')) },
    }),
  });
  await host.deliver(gridEvent('e', SHOP, { by: ADA }));
  await host.settle();
  expect(deps.arm.requests).toEqual([]);
  expect(deps.stored.deadLetters.size).toBe(1);
});
