/** Counters are stored seldom, survive failures of the storage, and never delay the work. */
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/app/metrics.ts';
import type { Counters } from '../../src/domain/audit/counters.ts';
import type { Log } from '../../src/workflows/ports/runtime.ts';
import { settableClock } from '../fakes/settable-clock.ts';

function scene() {
  const clock = settableClock('2026-03-01T12:00:00.000Z');
  const stored: Counters['counts'][] = [];
  const all: Counters[] = [];
  const lines: string[] = [];
  const trouble = { now: false };
  const waiting: { at: number; work: () => void }[] = [];
  const tell = (level: string) => (_: unknown, message: string) => void lines.push(`${level} ${message}`);
  const log: Log = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
  const store = {
    add: async (counters: Counters) => {
      if (trouble.now) throw new Error('down');
      stored.push(counters.counts);
      all.push(counters);
    },
  };
  const after = (milliseconds: number, work: () => void) =>
    void waiting.push({ at: clock.now().getTime() + milliseconds, work });
  /** One second passes, and everything that waited for it runs. */
  const second = async () => {
    clock.advance(1);
    const due = waiting.filter(({ at }) => at <= clock.now().getTime());
    for (const one of due) waiting.splice(waiting.indexOf(one), 1)[0]?.work();
    await Promise.resolve();
  };
  const counting = createMetrics(log, store, { now: clock.now, after, everySeconds: 15 });
  return { ...counting, clock, stored, all, lines, trouble, waiting, second };
}

it('counting says nothing in the log, and sends nothing by itself', () => {
  const { metrics, lines, stored } = scene();
  metrics.count('evaluations');
  metrics.observe('timeToFix', 3);
  metrics.setRequestsLeft({ subscriptionId: 's', limit: 'reads' }, 9);
  expect([lines, stored]).toEqual([[], []]);
});

it('the first count is stored at once, then one request in 15 s has all', async () => {
  const { metrics, flush, clock, stored } = scene();
  for (let second = 0; second < 40; second += 1) {
    metrics.count('evaluations');
    await flush();
    clock.advance(1);
  }
  expect(stored).toEqual([{ evaluations: 1 }, { evaluations: 15 }, { evaluations: 15 }]);
});

it('later counts are stored after the pause, also when no other line follows', async () => {
  const { metrics, flush, second, stored, waiting } = scene();
  for (let n = 0; n < 4; n += 1) {
    metrics.count('evaluations');
    await flush();
    await second();
  }
  expect(waiting).toHaveLength(1);
  expect(stored).toEqual([{ evaluations: 1 }]);
  for (let n = 0; n < 15; n += 1) await second();
  expect(stored).toEqual([{ evaluations: 1 }, { evaluations: 3 }]);
  expect(waiting).toEqual([]);
});

it('without counts nothing is stored', async () => {
  const { flush, stored } = scene();
  await flush();
  expect(stored).toEqual([]);
});

it('counts that could not be stored are kept, and the work does not fail', async () => {
  const { metrics, flush, clock, stored, lines, trouble } = scene();
  trouble.now = true;
  metrics.count('evaluations');
  await flush();
  expect(lines).toContain('warn could not store the counters; they are kept for later');
  trouble.now = false;
  metrics.count('evaluations');
  clock.advance(15);
  await flush();
  expect(stored).toEqual([{ evaluations: 2 }]);
});

it('each name and its labels are one count, durations have a sum and a number, and of what is left the last counts', async () => {
  const { metrics, flush, all, clock } = scene();
  metrics.count('fixes', { purpose: 'fix', outcome: 'applied' });
  metrics.count('fixes', { outcome: 'applied', purpose: 'fix' });
  metrics.count('fixes', { purpose: 'rollback', outcome: 'failed' });
  metrics.count('events', { outcome: 'covered' });
  metrics.count('throttled');
  for (const seconds of [3, 4.5, -1]) metrics.observe('timeToFix', seconds);
  for (const requests of [9, 7]) metrics.setRequestsLeft({ subscriptionId: 'SUB', limit: 'reads' }, requests);
  await flush();
  expect(all).toEqual([
    {
      counts: {
        'fixes fix applied': 2,
        'fixes rollback failed': 1,
        'events covered': 1,
        throttled: 1,
        // A clock that was set back counts as no time.
        'timeToFix sum': 7.5,
        'timeToFix count': 3,
      },
      remaining: { 'sub reads': { requests: 7, at: clock.now().toISOString() } },
    },
  ]);
});
