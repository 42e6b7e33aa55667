import { describe, expect, it } from 'vitest';
import { nameOfPeriod, periodOf } from '../../../../src/console/views/audit/period.ts';

const now = new Date('2026-11-29T12:34:56Z');
const of = (query: string) => periodOf(new URLSearchParams(query), now);
const local = (...parts: [number, number, number]) => new Date(...parts).toISOString();

describe('the period of an address', () => {
  it('is the last 7 days unless it says otherwise, from a whole hour', () => {
    expect(of('')).toEqual({ from: '2026-11-22T12:00:00.000Z' });
    expect(of('period=30').from).toBe('2026-10-30T12:00:00.000Z');
    for (const query of [
      'period=8',
      'period=x',
      'from=tomorrow',
      'from=2026-02-30',
      'from=2026-13-01',
      'from=2026-11-20&to=2026-11-19',
    ]) {
      expect(of(query), query).toEqual(of(''));
    }
  });

  it('has both days', () => {
    expect(of('from=2026-11-01&to=2026-11-01')).toEqual({ from: local(2026, 10, 1), to: local(2026, 10, 2) });
    expect(of('from=2026-11-01')).toEqual({ from: local(2026, 10, 1) });
  });

  it('has a name', () => {
    expect(nameOfPeriod(of(''), now)).toBe('the last 7 days');
    expect(nameOfPeriod(of('from=2026-11-01&to=2026-11-30'), now)).toBe('1 Nov 2026 to 30 Nov 2026');
    expect(nameOfPeriod(of('from=2026-11-01'), now)).toBe('since 1 Nov 2026');
  });
});
