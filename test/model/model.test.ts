/**
 * The running workflows against a simple model of what should be, with random people, pipelines, approvers, operators and
 * faults. Everybody walks the same random days; PLUMBLINE_SEED chooses others or repeats them, PLUMBLINE_RUNS makes them more.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runHousekeeping } from '../../src/workflows/housekeeping/housekeeping.ts';
import { startSweep } from '../../src/workflows/sweep/sweep.ts';
import { gridEvent } from '../fakes/azure/event-grid.ts';
import { commands, deliver, releaseAll } from './commands.ts';
import { APPS, SUBSCRIPTIONS } from './estate.ts';
import { expectAlways, expectPredicted, expectRest } from './invariants.ts';
import { Model } from './model.ts';
import { createStage, type Stage } from './stage.ts';

/** Milliseconds, for a machine that is busy. */
const PATIENCE = 300_000;

const seed = Number(process.env.PLUMBLINE_SEED ?? 12);
const runs = Number(process.env.PLUMBLINE_RUNS ?? 150);
beforeAll(() => console.info(`PLUMBLINE_SEED=${seed} PLUMBLINE_RUNS=${runs}`));

describe('whatever people, pipelines, approvers, operators and faults do', () => {
  test(
    'guarantees 1, 2, 4, 7 to 9, 11 and 14: nothing is written that the model objects to, and all ends as it predicts',
    async () => {
      let requests = 0;
      const everything = fc.asyncProperty(commands(80), async (happens) => {
        const model = new Model();
        const stage = createStage(model, { fixesPerHour: 100_000, flapCount: 1000 });
        await stage.choose({});
        await fc.asyncModelRun(() => ({ model, real: stage }), happens);
        await comeToRest(model, stage);
        await expectRest(model, stage);
        expectPredicted(model, stage);
        requests += stage.world.arm.requests.length;
      });
      await fc.assert(everything, { seed, numRuns: runs });
      expect(requests, 'so few requests prove nothing').toBeGreaterThan(runs);
    },
    PATIENCE,
  );

  test(
    'with the limits that nobody has raised: nothing objectionable, and every event has its outcome',
    async () => {
      const everything = fc.asyncProperty(commands(80), async (happens) => {
        const model = new Model();
        const stage = createStage(model, {});
        await stage.choose({});
        await fc.asyncModelRun(() => ({ model, real: stage }), happens);
        await comeToRest(model, stage);
        await expectRest(model, stage);
      });
      await fc.assert(everything, { seed, numRuns: Math.ceil(runs / 4) });
    },
    PATIENCE,
  );
});

/** Faults end, the mode is autofix, a day goes by, the sweep comes, what was given up is released; the last word is somebody's. */
async function comeToRest(model: Model, stage: Stage): Promise<void> {
  const { faults, host, world, events } = stage;
  Object.assign(faults, { writes: [], unread: 0, storage: [], death: null });
  await stage.choose({});
  [model.mode, model.stopped] = ['autofix', false];
  for (const hours of [1, 25]) {
    world.clock.advance(hours * 3600);
    await host.ask(runHousekeeping);
    await releaseAll(stage);
    await host.ask((baseDeps) => startSweep(baseDeps, SUBSCRIPTIONS));
    await host.settle();
    expectAlways(model, stage);
  }
  for (const app of APPS)
    events.push({ event: gridEvent(`last ${app}`, app, { by: { objectId: 'zoe' } }), app, by: 'zoe', known: false });
  for (let at = events.length - APPS.length; at < events.length; at += 1) await deliver(model, stage, at);
  for (let minute = 0; minute < 12; minute += 1) {
    world.clock.advance(60);
    await host.ask(runHousekeeping);
    await host.settle();
  }
  expectAlways(model, stage);
}
