/** What a health check says of an app after a write. */
import { describe, expect, test } from 'vitest';
import { judgeHealthCheck } from '../../../src/domain/health/health-check.ts';

const STARTED = new Date('2026-03-01T12:02:20.000Z');
const minute = (number: number) => new Date(Date.parse('2026-03-01T12:00:00.000Z') + number * 60_000);

/** The points by the minute that they begin with; read so many minutes after noon. */
const judged = (points: Readonly<Record<number, number>>, readMinute = 24) =>
  judgeHealthCheck(
    Object.entries(points).map(([at, status]) => ({ at: minute(Number(at)).toISOString(), status })),
    { startedAt: STARTED, readAt: minute(readMinute) },
  )?.kind ?? null;

describe('the health check', () => {
  test.each<[string, Readonly<Record<number, number>>, string | null]>([
    ['that stays is no reason', { [-10]: 100, [-5]: 100, 5: 100, 10: 100, 15: 100 }, 'steady'],
    ['that falls twice in a row makes an app worse', { [-5]: 100, 5: 100, 10: 0, 15: 0 }, 'worse'],
    ['is compared with itself, whatever its range', { [-5]: 1, 10: 0.4, 15: 0.4 }, 'worse'],
    ['of half of the instances is told by nobody', { [-5]: 1, 10: 0.5, 15: 0.5 }, 'steady'],
    ['that has fallen in the last point is told', { [-5]: 100, 10: 100, 15: 0 }, 'told'],
    ['with a gap between two low points is told', { [-5]: 100, 5: 0, 15: 0 }, 'told'],
    ['that came back is no reason', { [-5]: 100, 5: 0, 10: 0, 15: 100 }, 'steady'],
    ['that was low before is never blamed', { [-10]: 0, [-5]: 100, 10: 0, 15: 0 }, null],
    ['without a point before says nothing', { 10: 0, 15: 0 }, null],
    ['of the time of the write does not count', { [-5]: 100, 0: 0, 5: 0 }, 'told'],
    ['that is younger than four minutes does not count', { [-5]: 100, 15: 100, 20: 0 }, 'steady'],
  ])('%s', (_, points, kind) => {
    expect(judged(points)).toBe(kind);
  });

  test('of a gate of ten minutes has one point at its last reading: it is told, never rolled back', () => {
    expect(judged({ [-5]: 100, 5: 0, 10: 0 }, 17)).toBe('told');
  });
});
