import { describe, expect, it } from 'vitest';
import { timesOf } from '../../../../src/console/views/approvals/times.ts';

const now = Date.parse('2026-11-29T12:34:56Z');
const of = (query: string) => timesOf(new URLSearchParams(query), now);
const local = (...parts: [number, number, number]) => new Date(...parts).toISOString();

describe('the times of an address of approvals', () => {
  it('are whole days of the request', () => {
    expect(of('from=2026-11-01&to=2026-11-01')).toEqual({
      requestedFrom: local(2026, 10, 1),
      requestedTo: local(2026, 10, 2),
    });
  });

  it('are the end of the hour in which the time to expire is over', () => {
    expect(of('expires=24h')).toEqual({ expiresBefore: '2026-11-30T13:00:00.000Z' });
    expect(of('expires=3d')).toEqual({ expiresBefore: '2026-12-02T13:00:00.000Z' });
  });

  it('are none where the address says nothing that can be read', () => {
    expect(of('from=soon&to=2026-02-30&expires=1h')).toEqual({});
  });
});
