/** What is counted comes from the lines that the service logs: the table is held against the lines of all walked ways. */
import { describe, expect, it, test } from 'vitest';
import { addCounters, type Counters, countersOf, NO_COUNTERS } from '../../../src/domain/audit/counters.ts';
import { logOf, scenarioCalled } from '../../fakes/scenarios/log-lines.ts';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const LATER = new Date('2026-03-01T12:00:01.000Z');
const SUBSCRIPTION = '0B1F6471-1BF0-4DDA-AEC3-CB9272F09590';
const asked = (path: string, left: Record<string, unknown>, at = NOW) =>
  countersOf({ path, ...left }, 'asked Azure', at);

async function countsOn(title: string): Promise<Counters['counts']> {
  const { lines } = await logOf(scenarioCalled(title));
  return lines
    .map(({ fields, message }) => countersOf(fields, message, NOW) ?? NO_COUNTERS)
    .reduce(addCounters, NO_COUNTERS).counts;
}

describe('what is counted', () => {
  it('a fix: its event, the look at the app, each fact and how long it took', async () => {
    const counts = await countsOn('a fix of two documents');
    expect(counts).toEqual({
      'events received': 1,
      'events evaluated': 1,
      evaluations: 1,
      'fixes fix applied': counts['timed fixes'],
      'timed fixes': expect.any(Number),
      'fix seconds': 30 * (counts['timed fixes'] ?? 0),
    });
    expect(counts['timed fixes']).toBeGreaterThan(1);
  });

  test.each([
    ['a resource that is gone', { 'events gone': 1 }],
    ['a dead letter that is released', { 'events dead': 1, 'events evaluated': 1 }],
  ])('%s', async (title, counts) => {
    expect(await countsOn(title)).toMatchObject(counts);
  });

  it('what every entry of the log says became of a write, on all ways', async () => {
    for (const way of SCENARIOS) {
      const { lines, world } = await logOf(way);
      const counted = lines.map(({ fields, message }) => countersOf(fields, message, NOW) ?? NO_COUNTERS);
      const { counts } = counted.reduce(addCounters, NO_COUNTERS);
      for (const kind of ['fix.applied', 'fix.failed', 'fix.blocked', 'rollback.applied']) {
        const [purpose, outcome] = kind.split('.');
        const entries = world.stored.entries.filter((entry) => entry.kind === kind).length;
        expect(counts[`fixes ${purpose} ${outcome}`] ?? 0, `${way.title}: ${kind}`).toBe(entries);
      }
      const outcomes = world.stored.events.filter(({ outcome }) => outcome !== null).length;
      const told = ['evaluated', 'covered', 'gone', 'ignored'].map((outcome) => counts[`events ${outcome}`] ?? 0);
      expect(
        told.reduce((sum, count) => sum + count, 0),
        way.title,
      ).toBe(outcomes);
    }
  });

  it('no event twice by its name: only facts have a kind that counts', () => {
    expect(countersOf({ kind: 'fix.applied' }, 'whatever', NOW)).toBeNull();
    expect(countersOf({ auditId: 'a', kind: 'fix.intended' }, 'whatever', NOW)).toBeNull();
    expect(countersOf({}, 'decided', NOW)).toBeNull();
    expect(countersOf({ eventId: 'e' }, 'event ignored', NOW)?.counts).toEqual({ 'events ignored': 1 });
    expect(countersOf({}, 'Azure throttles; the subscription slows down', NOW)?.counts).toEqual({ throttled: 1 });
  });
});

describe('requests left before throttling', () => {
  it('by subscription and limit, as Azure says in the headers of any answer', () => {
    const headers = {
      'x-ms-ratelimit-remaining-subscription-reads': '249',
      'x-ms-ratelimit-remaining-subscription-global-reads': '3749',
      status: 200,
    };
    expect(asked(`/subscriptions/${SUBSCRIPTION}/resourceGroups/shop`, headers)?.remaining).toEqual({
      [`${SUBSCRIPTION.toLowerCase()} subscription-reads`]: { requests: 249, at: NOW.toISOString() },
      [`${SUBSCRIPTION.toLowerCase()} subscription-global-reads`]: { requests: 3749, at: NOW.toISOString() },
    });
  });

  it('also of an answer that refuses', () => {
    const fields = { path: `/subscriptions/${SUBSCRIPTION}/x`, 'x-ms-ratelimit-remaining-subscription-reads': '0' };
    expect(Object.values(countersOf(fields, 'Azure refused a request', NOW)?.remaining ?? {})).toEqual([
      { requests: 0, at: NOW.toISOString() },
    ]);
  });

  it.each([
    ['/providers/Microsoft.ResourceGraph/resources', { 'x-ms-ratelimit-remaining-tenant-reads': '9' }],
    [`/subscriptions/${SUBSCRIPTION}/x`, { 'x-ms-ratelimit-remaining-subscription-reads': 'many' }],
    [`/subscriptions/${SUBSCRIPTION}/x`, { status: 200, milliseconds: 4 }],
  ])('an answer to %s with %j tells nothing', (path, fields) => {
    expect(asked(path, fields)).toBeNull();
  });

  it('the latest counts, whichever instance met it', () => {
    const path = `/subscriptions/${SUBSCRIPTION}/x`;
    const early = asked(path, { 'x-ms-ratelimit-remaining-subscription-writes': '198' });
    const late = asked(path, { 'x-ms-ratelimit-remaining-subscription-writes': '12' }, LATER);
    for (const [one, other] of [
      [early, late],
      [late, early],
    ] as const) {
      const sum = addCounters(one ?? NO_COUNTERS, other ?? NO_COUNTERS);
      expect(Object.values(sum.remaining)).toEqual([{ requests: 12, at: LATER.toISOString() }]);
    }
  });
});
