/** How long an event waits before anybody looks, and which events a look covers. */

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
    ['alone, it waits the whole delay', [], 0, 30],
    ['alone, what is left of it', [], 12, 18],
    ['alone, no longer than that', [], 45, 0],
    ['a further event of the same deployment starts the wait again', [received(20)], 25, 25],
    ['a further event of the same person does, too', [received(20, { correlation: 'other' })], 25, 25],
    ['of the same deployment by somebody else, too', [received(20, { by: 'ada' })], 25, 25],
    ['an unrelated event does not', [received(20, { by: 'ada', correlation: 'other' })], 25, 5],
    ['nothing in common is nothing: no correlation, no person', [received(20, { by: null, correlation: null })], 25, 5],
    ['the last of several counts', [received(10), received(28), received(20)], 30, 28],
    ['ten minutes after the first at most', [received(300), received(590)], 595, 5],
    ['ten minutes after the first it is over', [received(300), received(599)], 600, 0],
  ])('%s', (_, others, at, expected) => {
    expect(remaining(received(0), others, at)).toBe(expected);
  });

  test('events without correlation and person are not related to each other', () => {
    const nobody = { by: null, correlation: null };
    expect(remaining(received(0, nobody), [received(20, nobody)], 30)).toBe(0);
  });

  test('one that comes after the ten minutes is not kept waiting by the first', () => {
    expect(remaining(received(700), [received(0)], 700)).toBe(0);
  });

  test('one that a clock five hours ahead has timed waits for no clock: it is looked at', () => {
    expect(remaining(received(5 * 3600), [], 0)).toBe(0);
    expect(remaining(received(0), [received(5 * 3600)], 0)).toBe(600);
  });
});

describe('guarantee 2: an event is covered when it was received well before the first read', () => {
  test.each([
    ['a long settle delay: five seconds', 30, '2026-03-01T11:59:55.000Z'],
    ['a delay of ten: five seconds', 10, '2026-03-01T11:59:55.000Z'],
    ['a short one: half of it', 4, '2026-03-01T11:59:58.000Z'],
    ['none: no margin', 0, '2026-03-01T12:00:00.000Z'],
  ])('%s', (_, settleSeconds, expected) => {
    expect(coveredBefore(new Date(NOON), settleSeconds)).toBe(expected);
  });
});
