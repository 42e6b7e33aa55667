import { describe, expect, it } from 'vitest';
import { getHistory, historyAnswer } from '../../../src/api/endpoints/history.ts';
import type { Level } from '../../../src/domain/decisions/history.ts';
import { DAY_MS, timeAfter } from '../../../src/domain/resources/durations.ts';
import type { HistoryRange } from '../../../src/workflows/ports/history.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';

const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001';

/** A service whose history has one point; and what it was asked for. */
function recorded() {
  const asked: HistoryRange[] = [];
  const deps = apiDeps();
  const history = {
    ...deps.history,
    readRan: async () => [NOW],
    readLevels: async (level: Level, range: HistoryRange) => {
      asked.push(range);
      return [
        { at: NOW, numbers: { failing: { high: 3 }, compliance: { 'pass A': 2 }, approvals: { upTo1Day: 1 } }[level] },
      ];
    },
  };
  return { service: serviceOf({ ...deps, history }), asked };
}

const ago = (days: number) => timeAfter(NOW, -days * DAY_MS).toISOString();

describe('GET /history', () => {
  it.each([
    ['failing', { critical: 0, high: 3, medium: 0, low: 0, info: 0 }],
    ['compliance', { benchmarks: [{ benchmark: 'A', pass: 2, fail: 0, exempt: 0, unknown: 0 }] }],
    ['approvals', { pending: 1, upTo1Day: 1, upTo7Days: 0, upTo30Days: 0, over30Days: 0 }],
    ['fixes', { applied: 0, failed: 0, blocked: 0, rolledBack: 0 }],
    ['timeToFix', { count: 0, medianSeconds: null, p95Seconds: null }],
    ['timeToDecision', { count: 0, medianSeconds: null, p95Seconds: null }],
  ])('answers %s in points', async (metric, numbers) => {
    const { service } = recorded();
    const { body } = await ask(getHistory, service, { query: `?metric=${metric}`, as: principal(['Reader']) });
    expect(historyAnswer.parse(body)).toEqual({ points: [{ at: NOW, ...numbers }] });
  });

  it('takes the last 90 days or the last week of hours unless times are given, rounded down to a step', async () => {
    const { service, asked } = recorded();
    for (const query of ['', '&step=hour', '&from=2026-02-03T04:05:06Z&to=2026-02-04', `&scope=${SUBSCRIPTION}`]) {
      await ask(getHistory, service, { query: `?metric=failing${query}` });
    }
    expect(asked.map(({ scope, step, from, to }) => [scope, step, from.toISOString(), to.toISOString()])).toEqual([
      [null, 'day', `${ago(90).slice(0, 10)}T00:00:00.000Z`, NOW],
      [null, 'hour', ago(7), NOW],
      [null, 'day', '2026-02-03T00:00:00.000Z', '2026-02-04T00:00:00.000Z'],
      [SUBSCRIPTION, 'day', `${ago(90).slice(0, 10)}T00:00:00.000Z`, NOW],
    ]);
  });

  it.each([
    ['no metric', '', 'metric'],
    ['an unknown metric', '?metric=cost', 'metric'],
    ['an unknown step', '?metric=failing&step=week', 'step'],
    ['a resource', `?metric=failing&scope=${SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Web/sites/a`, 'scope'],
    ['hours that are no longer kept', `?metric=fixes&step=hour&from=${ago(91)}&to=${ago(89)}`, 'from'],
    ['days that are no longer kept', `?metric=fixes&from=${ago(732)}&to=${ago(1)}`, 'from'],
    ['more points than an answer has', `?metric=fixes&step=hour&from=${ago(60)}`, 'from'],
    ['a range of no length', `?metric=fixes&from=${ago(1)}&to=${ago(1)}`, 'from'],
    ['an unknown parameter', '?metric=failing&group=rule', 'group'],
  ])('refuses %s, with the reason', async (_, query, parameter) => {
    const answer = await ask(getHistory, recorded().service, { query });
    expect(statusAndCode(answer)).toBe('400 invalid');
    expect(answer.body).toMatchObject({ errors: [{ parameter, detail: expect.stringMatching(/\w{3}/) }] });
  });

  it('takes exactly the hours and days that are kept', async () => {
    for (const query of [`&step=hour&from=${ago(90)}&to=${ago(80)}`, `&from=${ago(731)}`]) {
      expect((await ask(getHistory, recorded().service, { query: `?metric=failing${query}` })).status).toBe(200);
    }
  });
});
