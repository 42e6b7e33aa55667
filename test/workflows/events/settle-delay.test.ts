/** How long an event waits before its resource is reconciled, and which events a reconcile covers. */

import { describe, expect, test } from 'vitest';
import { coveredBefore, remainingDelay } from '../../../src/workflows/events/settle-delay.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';

const NOON = Date.parse('2026-03-01T12:00:00.000Z');

/** An event received so many seconds after noon. */
function received(seconds: number, differs: { correlation?: string | null; by?: string | null } = {}): StoredEvent {
  const by = differs.by === undefined ? 'bob' : differs.by;
  return {
    event: {
      id: `at-${seconds}-${by}-${differs.correlation}`,
      operation: 'Microsoft.Web/sites/write',
      eventTime: null,
      correlationId: differs.correlation === undefined ? 'deployment' : differs.correlation,
      changedBy: by === null ? null : { objectId: by, type: 'user' },
      appId: null,
    },
    resource: 'shop',
    receivedAt: new Date(NOON + seconds * 1000).toISOString(),
    outcome: null,
    auditIds: [],
    reasons: [],
  };
}

function remaining(event: StoredEvent, others: StoredEvent[], at: number, settle = 30): number {
  return remainingDelay(event, [event, ...others], settle, new Date(NOON + at * 1000));
}

describe('the settle delay lets a deployment finish', () => {
  test.each([
    ['alone, the whole delay', [], 0, 30],
    ['alone, the rest of the delay', [], 12, 18],
    ['alone, after the delay', [], 45, 0],
    ['another event of the same deployment starts the delay again', [received(20)], 25, 25],
    ['another event of the same user starts the delay again', [received(20, { correlation: 'other' })], 25, 25],
    [
      'another event of the same deployment by another user starts the delay again',
      [received(20, { by: 'ada' })],
      25,
      25,
    ],
    ['an unrelated event does not start the delay again', [received(20, { by: 'ada', correlation: 'other' })], 25, 5],
    [
      'events without correlation and user do not start the delay again',
      [received(20, { by: null, correlation: null })],
      25,
      5,
    ],
    ['the last of several events counts', [received(10), received(28), received(20)], 30, 28],
    ['at most ten minutes after the first event', [received(300), received(590)], 595, 5],
    ['ten minutes after the first event the delay is over', [received(300), received(599)], 600, 0],
  ])('%s', (_, others, at, expected) => {
    expect(remaining(received(0), others, at)).toBe(expected);
  });

  test('events without correlation and user are not related to each other', () => {
    const nobody = { by: null, correlation: null };
    expect(remaining(received(0, nobody), [received(20, nobody)], 30)).toBe(0);
  });

  test('an event after the ten minutes does not wait because of the first', () => {
    expect(remaining(received(700), [received(0)], 700)).toBe(0);
  });

  test('an event with a time five hours ahead is not waited for', () => {
    expect(remaining(received(5 * 3600), [], 0)).toBe(0);
    expect(remaining(received(0), [received(5 * 3600)], 0)).toBe(600);
  });
});

describe('guarantee 2: an event is covered when it was received well before the first read', () => {
  test.each([
    ['a long settle delay: five seconds', 30, '2026-03-01T11:59:55.000Z'],
    ['a delay of ten seconds: five seconds', 10, '2026-03-01T11:59:55.000Z'],
    ['a short delay: half of it', 4, '2026-03-01T11:59:58.000Z'],
    ['no delay: no margin', 0, '2026-03-01T12:00:00.000Z'],
  ])('%s', (_, settleSeconds, expected) => {
    expect(coveredBefore(new Date(NOON), settleSeconds)).toBe(expected);
  });
});
