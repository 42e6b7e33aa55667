/** Counts are stored seldom, lose nothing to trouble, and never stand in the way of the work. */
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/app/metrics.ts';
import type { Counters } from '../../src/domain/audit/counters.ts';
import type { Log } from '../../src/workflows/ports/runtime.ts';
import { settableClock } from '../fakes/settable-clock.ts';

function scene() {
  const clock = settableClock('2026-03-01T12:00:00.000Z');
  const stored: Counters['counts'][] = [];
  const told: string[] = [];
  const trouble = { now: false };
  const waiting: { at: number; work: () => void }[] = [];
  const tell = (level: string) => (_: unknown, message: string) => void told.push(`${level} ${message}`);
  const log: Log = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
  const tallies = {
    add: async ({ counts }: Counters) => {
      if (trouble.now) throw new Error('down');
      stored.push(counts);
    },
  };
  const after = (milliseconds: number, work: () => void) =>
    void waiting.push({ at: clock.now().getTime() + milliseconds, work });
  /** A second passes, and what waited for it is done. */
  const second = async () => {
    clock.advance(1);
    const due = waiting.filter(({ at }) => at <= clock.now().getTime());
    for (const one of due) waiting.splice(waiting.indexOf(one), 1)[0]?.work();
    await Promise.resolve();
  };
  const counting = createMetrics(log, tallies, { now: clock.now, after, everySeconds: 15 });
  return { ...counting, clock, stored, told, trouble, waiting, second };
}

it('every line goes on as it was', () => {
  const { log, told } = scene();
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({}, 'evaluated');
  expect(told).toEqual(['debug evaluated', 'info evaluated', 'warn evaluated', 'error evaluated']);
});

it('the first count is stored at once, then one request in 15 s carries all', async () => {
  const { log, flush, clock, stored } = scene();
  for (let second = 0; second < 40; second += 1) {
    log.info({}, 'evaluated');
    await flush();
    clock.advance(1);
  }
  expect(stored).toEqual([{ evaluations: 1 }, { evaluations: 15 }, { evaluations: 15 }]);
});

it('what comes soon after is stored in the end, also when nothing comes any more', async () => {
  const { log, flush, second, stored, waiting } = scene();
  for (let n = 0; n < 4; n += 1) {
    log.info({}, 'evaluated');
    await flush();
    await second();
  }
  expect(waiting).toHaveLength(1);
  expect(stored).toEqual([{ evaluations: 1 }]);
  for (let n = 0; n < 15; n += 1) await second();
  expect(stored).toEqual([{ evaluations: 1 }, { evaluations: 3 }]);
  expect(waiting).toEqual([]);
});

it('nothing counted, nothing stored', async () => {
  const { log, flush, stored } = scene();
  log.info({}, 'decided');
  await flush();
  expect(stored).toEqual([]);
});

it('what could not be stored is kept, and the work hears nothing of it', async () => {
  const { log, flush, clock, stored, told, trouble } = scene();
  trouble.now = true;
  log.info({}, 'evaluated');
  await flush();
  expect(told).toContain('warn could not store the counters; they are kept for later');
  trouble.now = false;
  log.info({}, 'evaluated');
  clock.advance(15);
  await flush();
  expect(stored).toEqual([{ evaluations: 2 }]);
});
