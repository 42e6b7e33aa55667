/** What is counted, counted where it happens: held against the log and the events of all walked ways, whatever the log says. */
import { describe, expect, it, test } from 'vitest';
import { AUDIT_KINDS, type AuditRecord } from '../../../src/domain/audit/audit.ts';
import {
  addCounters,
  COUNTERS,
  type Counters,
  fixOf,
  NO_COUNTERS,
  remainingRequests,
  samplesOf,
} from '../../../src/domain/audit/counters.ts';
import { logRecord } from '../../../src/workflows/state/log-lines.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { scenarioCalled } from '../../fakes/scenarios/log-lines.ts';
import { SCENARIOS, type Scenario } from '../../fakes/scenarios/scenarios.ts';

const NOW = '2026-03-01T12:00:00.000Z';
const LATER = '2026-03-01T12:00:01.000Z';
const SUBSCRIPTION = '0B1F6471-1BF0-4DDA-AEC3-CB9272F09590';

/**
 * Counted where no scenario is: by sweeps (test/workflows/sweep), and where a request is sent
 * (test/azure/activity-changes.test.ts).
 */
const COUNTED_ELSEWHERE = ['distrustedListings', 'comparedLeaves', 'activityLogRequests'];

const RECORD: AuditRecord = {
  ...{ id: 'r', at: NOW, kind: 'fix.applied', resource: null, rule: 'webapp-min-tls', mode: 'autofix' },
  ...{ operationId: null, approvalId: null, actor: { type: 'service' }, trigger: null },
  ...{ changes: [], alsoMoved: [], reasons: [], arm: null, message: 'Any words.' },
};

/** Runs a way to its end. The log may say something else, or nothing. */
async function walk(way: Scenario, log?: FakeDeps['log']): Promise<FakeDeps> {
  const deps: FakeDeps = log ? Object.assign(fakeDeps(), { log }) : fakeDeps();
  const host = createHost(deps);
  await way.run(host, deps);
  await host.settle();
  return deps;
}

async function countsOn(title: string): Promise<Counters['counts']> {
  return (await walk(scenarioCalled(title))).stored.counters.counts;
}

/** Each way is walked once, by the first test that asks for it. */
const walks = new Map<Scenario, Promise<FakeDeps>>();
function walked(way: Scenario): Promise<FakeDeps> {
  const walking = walks.get(way) ?? walk(way);
  walks.set(way, walking);
  return walking;
}
const WAYS = SCENARIOS.map((way) => [way.title, way] as const);

describe('the counters', () => {
  it('of a fix: its event, the evaluation, each record and its duration', async () => {
    const counts = await countsOn('a fix of two documents');
    expect(counts).toEqual({
      'events received': 1,
      'events evaluated': 1,
      evaluations: 1,
      'fixes fix applied': counts['timeToFix count'],
      'healthGates unknown': 1,
      'timeToFix count': expect.any(Number),
      'timeToFix sum': 30 * (counts['timeToFix count'] ?? 0),
    });
    expect(counts['timeToFix count']).toBeGreaterThan(1);
  });

  test.each([
    ['a resource that is gone', { 'events gone': 1 }],
    ['a dead letter that is released', { 'events dead': 1, 'events evaluated': 1 }],
    ['a fix that Azure throttles at first', { throttled: 1, 'fixes fix applied': expect.any(Number) }],
    ['a rollback', { 'fixes fix applied': expect.any(Number), 'fixes rollback applied': 1 }],
  ])('of the scenario: %s', async (title, counts) => {
    expect(await countsOn(title)).toMatchObject(counts);
  });

  it('events that one look covers', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    seedWebApp(deps.arm, {});
    for (const id of ['one', 'two', 'three']) await host.deliver(gridEvent(id, SHOP));
    deps.clock.advance(60);
    await host.settle();
    const outcomes = deps.stored.events.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'covered').length).toBeGreaterThan(0);
    expect(deps.stored.counters.counts).toMatchObject({
      'events received': 3,
      'events covered': outcomes.filter((outcome) => outcome === 'covered').length,
      'events evaluated': outcomes.filter((outcome) => outcome === 'evaluated').length,
    });
  });

  it('each outcome of a change by its own labels, whatever its record says, and nothing for other records', () => {
    for (const kind of AUDIT_KINDS) {
      const deps = fakeDeps();
      logRecord(deps, { ...RECORD, kind });
      const isOutcome = /^(fix|rollback)\.(applied|failed|blocked|unknown)$/.test(kind);
      expect(deps.stored.counters.counts).toEqual(isOutcome ? { [`fixes ${kind.replace('.', ' ')}`]: 1 } : {});
    }
  });

  it.each([
    ['a fix that nobody decided', { kind: 'fix.applied', approvalId: null }, 12, 1],
    ['a fix that somebody decided', { kind: 'fix.applied', approvalId: 'a' }, 12, 0],
    ['a fix that failed', { kind: 'fix.failed', approvalId: null }, 12, 0],
    ['a fix whose event is not known', { kind: 'fix.applied', approvalId: null }, null, 0],
  ] as const)('how long it took: %s', (_, differs, seconds, times) => {
    const deps = fakeDeps();
    const receivedAt = seconds === null ? undefined : new Date(Date.parse(NOW) - seconds * 1000).toISOString();
    logRecord(deps, { ...RECORD, ...differs }, receivedAt);
    const { counts } = deps.stored.counters;
    expect([counts['timeToFix count'] ?? 0, counts['timeToFix sum'] ?? 0]).toEqual([times, times * 12]);
  });

  test.each(WAYS)('what every entry says became of a write, and every event: %s', async (_, way) => {
    const { stored } = await walked(way);
    const { counts } = stored.counters;
    for (const kind of ['fix.applied', 'fix.failed', 'fix.blocked', 'rollback.applied']) {
      const entries = stored.entries.filter((entry) => entry.kind === kind).length;
      expect(counts[`fixes ${kind.replace('.', ' ')}`] ?? 0, kind).toBe(entries);
    }
    const outcomes = stored.events.filter(({ outcome }) => outcome !== null).length;
    const told = ['evaluated', 'covered', 'gone', 'ignored'].map((outcome) => counts[`events ${outcome}`] ?? 0);
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(outcomes);
    const looks = stored.logged.filter(({ message }) => message === 'evaluated').length;
    expect(counts.evaluations ?? 0).toBe(looks);
  });

  test.each(WAYS)('the same when the log says everything in other words: %s', async (_, way) => {
    const { counters } = (await walked(way)).stored;
    const said: string[] = [];
    const say = () => void said.push('Something happened.');
    const deps = await walk(way, { debug: say, info: say, warn: say, error: say });
    expect(said.length).toBeGreaterThan(0);
    expect(deps.stored.logged).toEqual([]);
    expect(deps.stored.counters).toEqual(counters);
  });

  it('only names and labels that are in the table, and every counter of it', async () => {
    const all = (await Promise.all(SCENARIOS.map(walked)))
      .map(({ stored }) => stored.counters)
      .reduce(addCounters, NO_COUNTERS);
    const known = Object.entries(COUNTERS).flatMap(([name, labels]) => {
      const values: (readonly string[])[] = Object.values(labels);
      return values.reduce<string[]>((keys, more) => keys.flatMap((key) => more.map((one) => `${key} ${one}`)), [name]);
    });
    const durations = ['timeToFix sum', 'timeToFix count'];
    expect(Object.keys(all.counts).filter((key) => ![...known, ...durations].includes(key))).toEqual([]);
    const moved = new Set(Object.keys(all.counts).map((key) => key.split(' ')[0]));
    expect([...Object.keys(COUNTERS), 'timeToFix'].filter((name) => !moved.has(name))).toEqual(COUNTED_ELSEWHERE);
  });
});

describe('what became of a change, by the kind of its record', () => {
  it.each([
    ['fix.applied', { purpose: 'fix', outcome: 'applied' }],
    ['fix.unknown', { purpose: 'fix', outcome: 'unknown' }],
    ['rollback.failed', { purpose: 'rollback', outcome: 'failed' }],
    ['rollback.blocked', { purpose: 'rollback', outcome: 'blocked' }],
  ] as const)('%s', (kind, labels) => {
    expect(fixOf(kind)).toEqual(labels);
  });

  it('is nothing for an intent, and for all that is no change', () => {
    const others = AUDIT_KINDS.filter((kind) => !/^(fix|rollback)\.(?!intended)/.test(kind));
    expect(others.length).toBeGreaterThan(5);
    expect(others.flatMap((kind) => fixOf(kind) ?? [])).toEqual([]);
    expect(AUDIT_KINDS.filter((kind) => fixOf(kind) !== null)).toHaveLength(8);
  });
});

it('the samples of a name are its own, sorted, each with the values of its labels in order', () => {
  const counts = { 'fixes rollback failed': 1, evaluations: 5, 'events covered': 3, 'fixes fix applied': 2 };
  const counters = { counts, remaining: {} };
  expect(samplesOf(counters, 'fixes')).toEqual([
    [2, 'fix', 'applied'],
    [1, 'rollback', 'failed'],
  ]);
  expect([samplesOf(counters, 'evaluations'), samplesOf(counters, 'throttled')]).toEqual([[[5]], []]);
});

describe('requests left before throttling', () => {
  it('are named by the lower-case subscription and the limit', () => {
    expect(remainingRequests(SUBSCRIPTION, 'subscription-reads', { requests: 249, at: NOW }).remaining).toEqual({
      [`${SUBSCRIPTION.toLowerCase()} subscription-reads`]: { requests: 249, at: NOW },
    });
  });

  it('the latest counts, whichever instance met it', () => {
    const early = remainingRequests('s', 'subscription-writes', { requests: 198, at: NOW });
    const late = remainingRequests('s', 'subscription-writes', { requests: 12, at: LATER });
    for (const [one, other] of [
      [early, late],
      [late, early],
    ] as const) {
      expect(Object.values(addCounters(one, other).remaining)).toEqual([{ requests: 12, at: LATER }]);
    }
  });

  it('are kept for the latest two hundred limits: events can name any subscription', () => {
    const at = (n: number) => new Date(Date.parse(NOW) + n * 1000).toISOString();
    const many = Array.from({ length: 230 }, (_, n) => remainingRequests(`s${n}`, 'reads', { requests: n, at: at(n) }));
    const { remaining } = many.reduce(addCounters, NO_COUNTERS);
    expect([Object.keys(remaining).length, remaining['s29 reads'], remaining['s30 reads']?.requests]).toEqual([
      200,
      undefined,
      30,
    ]);
  });
});
