/** The history on real tables: what is recorded, what it costs, and that a time without the service has no points. */
import { beforeAll, expect, test } from 'vitest';
import type { HistoryMetric } from '../../../src/domain/decisions/history.ts';
import { DAY_MS, HOUR_MS, timeAfter } from '../../../src/domain/resources/durations.ts';
import type { Severity } from '../../../src/domain/rules/rule.ts';
import type { Storage } from '../../../src/storage/open-storage.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { readHistory } from '../../../src/workflows/housekeeping/read-history.ts';
import { recordHistory } from '../../../src/workflows/housekeeping/record-history.ts';
import type { HistoryRange } from '../../../src/workflows/ports/history.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { useAccount } from '../azurite.ts';
import { app, approval, finding, record, SUBSCRIPTION } from '../samples.ts';

const account = useAccount();
const START = new Date('2026-03-10T00:00:00.000Z');
const GROUP = `${SUBSCRIPTION}/resourceGroups/Shop`;
let now = START;

/** A process; `at` is so many hours after the start. */
function processAt(hours: number) {
  now = timeAfter(START, hours * HOUR_MS);
  const fake = fakeDeps();
  return { ...fake, ...account.openWith({ now: () => now }), clock: { ...fake.clock, now: () => now } };
}

async function recordAt(hours: number) {
  const deps = processAt(hours);
  await recordHistory(deps);
  return deps;
}

async function points(metric: HistoryMetric, asked: Partial<HistoryRange> = {}) {
  const found = await readHistory(processAt(60), {
    ...{ metric, scope: null, step: 'hour', from: START, to: timeAfter(START, 60 * HOUR_MS) },
    ...asked,
  });
  return found.map(({ at, ...numbers }) => [(Date.parse(at) - START.getTime()) / HOUR_MS, numbers] as const);
}

function violations(storage: Pick<Storage, 'findings'>, of: ReturnType<typeof app>, severities: readonly Severity[]) {
  return storage.findings.replace(
    of,
    severities.map((severity, n) => finding(of, n === 0 ? 'webapp-min-tls' : `rule-${n}`, { severity })),
  );
}

beforeAll(async () => {
  const storage = processAt(0);
  await storage.counts.repair(now);
  await violations(storage, app('one'), ['high', 'low']);
  await violations(storage, app('two', 'Bar'), ['critical']);
  await recordAt(0);
  await recordAt(1);
  // The service is off at 2 and 3.
  await violations(storage, app('one'), []);
  await storage.approvals.save(
    approval(storage.approvals.newId(now), app('one'), { requestedAt: timeAfter(START, -2 * DAY_MS).toISOString() }),
    null,
  );
  await recordAt(4);
  await recordAt(5);
  // A resource group loses its last app.
  await violations(processAt(26), app('two', 'Bar'), []);
  await recordAt(26);
}, 60_000);

test('levels of everything, of a subscription and of a resource group, without points while the service was off', async () => {
  const severities = async (scope: string | null) =>
    (await points('failing', { scope })).map(([hour, numbers]) => [
      hour,
      'high' in numbers && [numbers.critical, numbers.high, numbers.low],
    ]);
  const all = [...[0, 1].map((hour) => [hour, [1, 1, 1]]), ...[4, 5].map((hour) => [hour, [1, 0, 0]]), [26, [0, 0, 0]]];
  expect(await severities(null)).toEqual(all);
  expect(await severities(SUBSCRIPTION.toUpperCase())).toEqual(all);
  expect(await severities(GROUP)).toEqual([
    ...[0, 1].map((hour) => [hour, [0, 1, 1]]),
    ...[4, 5, 26].map((hour) => [hour, [0, 0, 0]]),
  ]);
  const ofBar = await severities(GROUP.replace('Shop', 'BAR'));
  expect(ofBar.slice(-2)).toEqual([
    [5, [1, 0, 0]],
    [26, [0, 0, 0]],
  ]);
  expect(await severities(`${SUBSCRIPTION}-other`)).toEqual([]);
});

test('a group that did not change before the range has its numbers in it', async () => {
  expect(await points('failing', { scope: GROUP, from: timeAfter(START, 5 * HOUR_MS) })).toMatchObject([
    [5, { high: 0 }],
    [26, { high: 0 }],
  ]);
  const early = { scope: GROUP, from: timeAfter(START, HOUR_MS), to: timeAfter(START, 2 * HOUR_MS) };
  expect(await points('failing', early)).toMatchObject([[1, { high: 1, low: 1 }]]);
});

test('compliance by benchmark, approvals by age, and days, which are as their last hour', async () => {
  const compliance = await points('compliance', { step: 'day' });
  expect(compliance.map(([hour]) => hour)).toEqual([0, 24]);
  const [[, first] = []] = await points('compliance');
  expect(first && 'benchmarks' in first && first.benchmarks.some(({ fail }) => fail > 0)).toBe(true);
  expect(await points('approvals', { scope: GROUP })).toEqual([
    ...[0, 1].map((hour) => [hour, { pending: 0, upTo1Day: 0, upTo7Days: 0, upTo30Days: 0, over30Days: 0 }]),
    ...[4, 5, 26].map((hour) => [hour, { pending: 1, upTo1Day: 0, upTo7Days: 1, upTo30Days: 0, over30Days: 0 }]),
  ]);
  expect(
    (await points('failing', { step: 'day' })).map(([, numbers]) => 'critical' in numbers && numbers.critical),
  ).toEqual([1, 0]);
});

test('an hour is recorded once, by few requests, and only groups that changed are written', async () => {
  const deps = await recordAt(27);
  account.requests();
  await recordHistory(deps);
  expect(account.requests().table).toBe(0);
  now = timeAfter(START, 28 * HOUR_MS);
  await recordHistory(deps);
  // Whether it is recorded; counters, approvals; subscriptions, a subscription: read, written and noted; what is rolled up; all.
  expect(account.requests().table).toBeLessThanOrEqual(11);
  now = timeAfter(START, 28.5 * HOUR_MS);
  const other = processAt(28.5);
  account.requests();
  await recordHistory(other);
  expect(account.requests().table).toBe(1);
  const rows = account.table('PlumblineHistory').listEntities({
    queryOptions: { filter: "Step eq 'hour' and RowKey ge 'failing-' and RowKey lt 'failing.'" },
  });
  const places: string[] = [];
  for await (const { rowKey = '' } of rows) places.push(rowKey.split('-')[2] ?? '');
  // Both groups at the start, one of them at 4, and the other at 26.
  expect(places.filter((place) => place !== 'whole')).toHaveLength(4);
});

test('what happened is counted by hour and by day, also of a resource group, before and after it is rolled up', async () => {
  const storage = processAt(31);
  const at = (seconds: number) => timeAfter(START, 30 * HOUR_MS + 1000 * seconds).toISOString();
  const made = (group: string, n: number, more: Parameters<typeof record>[2]) =>
    record(app(`flow-${n}`, group), `flow ${n}`, { at: at(n), ...more });
  await storage.audit.append(
    [
      made('Shop', 1, {}),
      made('Shop', 3, { trigger: { type: 'event', eventId: 'e2' } }),
      made('Bar', 4, { kind: 'fix.failed' }),
      made('Bar', 5, { kind: 'fix.blocked' }),
      made('Shop', 6, { kind: 'rollback.applied' }),
      made('Shop', 60, { kind: 'approval.approved', approvalId: 'a1' }),
      made('Bar', 90, { kind: 'approval.rejected', approvalId: 'a2' }),
      made('Shop', 91, { kind: 'approval.requested' }),
    ],
    new Map([
      ['e1', at(0)],
      ['e2', at(0)],
      ['a1', at(0)],
      ['a2', at(0)],
    ]),
  );
  const expected = {
    fixes: [{ applied: 2, failed: 1, blocked: 1, rolledBack: 1 }],
    timeToFix: [{ count: 2, medianSeconds: 2, p95Seconds: 2.9 }],
    timeToDecision: [{ count: 2, medianSeconds: 75, p95Seconds: 88.5 }],
  };
  const last = async (metric: keyof typeof expected, asked: Partial<HistoryRange> = {}) =>
    (await points(metric, asked))
      .filter(([hour]) => hour === (asked.step === 'day' ? 24 : 30))
      .map(([, numbers]) => numbers);
  for (const step of ['hour', 'day'] as const) {
    for (const metric of ['fixes', 'timeToFix', 'timeToDecision'] as const) {
      expect(await last(metric, { step })).toEqual(expected[metric]);
    }
  }
  expect(await last('fixes', { scope: GROUP })).toEqual([{ applied: 2, failed: 0, blocked: 0, rolledBack: 1 }]);
  // Hours in which the service ran and nothing happened are zeros.
  expect((await points('fixes'))[0]).toEqual([0, { applied: 0, failed: 0, blocked: 0, rolledBack: 0 }]);
  await recordAt(24 * 4);
  const later = { ...processAt(24 * 4) };
  account.requests();
  for (const scope of [null, GROUP]) {
    const range = { scope, step: 'day' as const, from: START, to: timeAfter(now, 1) };
    const found = await readHistory(later, { metric: 'timeToDecision', ...range });
    expect(account.requests().table).toBeLessThanOrEqual(3);
    expect(found.map(({ at: day, ...numbers }) => [day.slice(0, 10), 'count' in numbers && numbers.count])).toEqual([
      ['2026-03-10', 0],
      ['2026-03-11', scope === null ? 2 : 1],
      ['2026-03-14', 0],
    ]);
  }
});

test('rows of an earlier version are read, and a recount adds what they lack', async () => {
  const storage = processAt(24 * 5);
  const of = app('earlier', 'earlier');
  const at = timeAfter(START, 24 * 5 * HOUR_MS - HOUR_MS).toISOString();
  const [entry] = await storage.audit.append([
    record(of, 'earlier', { at }),
    record(of, 'earlier failed', { at, kind: 'fix.failed' }),
  ]);
  const log = openTable(account.table('PlumblineAudit'), () => undefined);
  const key = { partitionKey: 'audit', rowKey: `t-${at.slice(0, 10)}-${entry?.chain}` };
  const json = JSON.stringify([[entry?.seq, Date.parse(at) % DAY_MS, 12]]);
  await log.upsert({ ...key, Json0: json });
  await log.remove({ partitionKey: 'audit', rowKey: 't-ready-outcomes' });
  await log.upsert({ partitionKey: 'audit', rowKey: 't-ready', Json0: '{}' });
  expect(await processAt(24 * 5).counts.readFixes(timeAfter(at, -1))).toEqual([{ at, seconds: 12 }]);
  const range = {
    metric: 'fixes' as const,
    scope: null,
    step: 'hour' as const,
    from: new Date(at),
    to: timeAfter(at, 1),
  };
  expect(await readHistory(processAt(24 * 5), range)).toMatchObject([{ applied: 1, failed: 0 }]);
  await processAt(24 * 5).counts.repair(now);
  const scope = of.id.replace(/\/providers.*/, '');
  expect(await readHistory(processAt(24 * 5), { ...range, scope })).toMatchObject([{ applied: 1, failed: 1 }]);
  expect(await processAt(24 * 5).counts.readFixes(timeAfter(at, -1))).toEqual([{ at, seconds: 12 }]);
});

test('rows that are older than they are kept are removed', async () => {
  const count = async () => {
    let rows = 0;
    for await (const { Step } of account.table('PlumblineHistory').listEntities()) rows += Number(Step === 'hour');
    return rows;
  };
  expect(await count()).toBeGreaterThan(20);
  await recordAt(24 * 200 + 3);
  // Those of that hour only.
  expect(await count()).toBeLessThanOrEqual(20);
  expect(await points('failing')).toEqual([]);
  expect((await points('failing', { step: 'day' })).length).toBeGreaterThan(0);
});
