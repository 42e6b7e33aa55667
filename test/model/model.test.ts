/**
 * The workflows against a simple model, with random users, pipelines, approvers, operators and faults. Every run has
 * the same random days; PLUMBLINE_SEED chooses others or repeats them, PLUMBLINE_RUNS sets their number.
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

/** Milliseconds, for a busy machine. */
const PATIENCE = 300_000;

const seed = Number(process.env.PLUMBLINE_SEED ?? 12);
const runs = Number(process.env.PLUMBLINE_RUNS ?? 150);
beforeAll(() => console.info(`PLUMBLINE_SEED=${seed} PLUMBLINE_RUNS=${runs}`));

describe('random users, pipelines, approvers, operators and faults', () => {
  test(
    'guarantees 1, 2, 4, 7 to 9, 11 and 14: no write violates the model, and the final state is that of the model',
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
        requests += stage.deps.arm.requests.length;
      });
      await fc.assert(everything, { seed, numRuns: runs });
      expect(requests, 'so few requests prove nothing').toBeGreaterThan(runs);
    },
    PATIENCE,
  );

  test(
    'with the default limits no write violates the model, and every event has its outcome',
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

/**
 * Faults end, the mode is autofix, one day passes, the sweep runs, dead letters are released, and somebody makes a
 * last change.
 */
async function comeToRest(model: Model, stage: Stage): Promise<void> {
  const { faults, host, deps, events } = stage;
  Object.assign(faults, { writes: [], unread: 0, storage: [], death: null });
  await stage.choose({});
  [model.mode, model.stopped] = ['autofix', false];
  for (const hours of [1, 25]) {
    deps.clock.advance(hours * 3600);
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
    deps.clock.advance(60);
    await host.ask(runHousekeeping);
    await host.settle();
  }
  expectAlways(model, stage);
}
