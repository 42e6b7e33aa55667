import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addNumbers,
  ageName,
  flowsByStep,
  flowTotalsOf,
  type Happened,
  lastBefore,
  levelNames,
  levelPoint,
  type Numbers,
  numbersOf,
  OUTCOMES,
  quantile,
  STEP_MS,
  STEPS,
  stepCount,
  stepStart,
} from '../../../src/domain/decisions/history.ts';
import { DAY_MS, HOUR_MS } from '../../../src/domain/resources/durations.ts';
import { SEVERITIES, VERDICTS } from '../../../src/domain/rules/rule.ts';

const NOON = '2026-03-01T12:00:00.000Z';
const at = (text: string) => Date.parse(text);

describe('steps', () => {
  it.each([
    ['hour', '2026-03-01T12:59:59.999Z', '2026-03-01T12:00:00.000Z'],
    ['hour', '2026-03-01T13:00:00.000Z', '2026-03-01T13:00:00.000Z'],
    ['day', '2026-03-01T23:59:59.999Z', '2026-03-01T00:00:00.000Z'],
    ['day', '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
  ] as const)('the %s of %s starts at %s', (step, time, start) => {
    expect(new Date(stepStart(at(time), step)).toISOString()).toBe(start);
  });

  it.each([
    ['hour', NOON, '2026-03-01T13:00:00.000Z', 1],
    ['hour', '2026-03-01T12:30:00.000Z', '2026-03-01T13:00:00.001Z', 2],
    ['day', '2026-02-27T23:00:00.000Z', '2026-03-01T00:00:00.000Z', 2],
    ['day', NOON, NOON, 1],
    ['day', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', 0],
  ] as const)('%s from %s to %s: %i', (step, from, to, count) => {
    expect(stepCount(at(from), at(to), step)).toBe(count);
  });
});

describe('quantiles', () => {
  it.each([
    [[], null, null],
    [[7], 7, 7],
    [[1, 3], 2, 2.9],
    [[1, 2, 3, 4, 100], 3, 80.8],
  ])('of %j: median %j, 95th percentile %j', (values, median, p95) => {
    expect(quantile(values, 0.5)).toBe(median);
    const found = quantile(values, 0.95);
    if (p95 === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(p95);
  });
});

describe('levels', () => {
  const benchmarks = new Map([['tls', ['MCSB v2', 'CIS 3.0']]]);

  it.each([
    ['violation', null, ['failing high', 'compliance fail MCSB v2', 'compliance fail CIS 3.0']],
    ['violation', 'exempt', ['failing high', 'compliance exempt MCSB v2', 'compliance exempt CIS 3.0']],
    ['compliant', null, ['compliance pass MCSB v2', 'compliance pass CIS 3.0']],
    ['unknown', null, ['compliance unknown MCSB v2', 'compliance unknown CIS 3.0']],
    ['not-applicable', null, []],
  ] as const)('a finding that is %s (%s) counts as %j', (verdict, action, names) => {
    expect(levelNames({ rule: 'tls', verdict, severity: 'high', action }, benchmarks)).toEqual(names);
    expect(levelNames({ rule: 'other', verdict, severity: 'high', action }, benchmarks)).toEqual(
      verdict === 'violation' ? ['failing high'] : [],
    );
  });

  it('have all their numbers in a point', () => {
    const numbers = {
      'failing high': 2,
      'compliance pass MCSB v2': 3,
      'compliance fail A': 1,
      'approvals upTo7Days': 4,
    };
    expect(levelPoint('failing', NOON, numbersOf('failing', numbers))).toEqual({
      ...{ at: NOON, critical: 0, high: 2, medium: 0, low: 0, info: 0 },
    });
    expect(levelPoint('compliance', NOON, numbersOf('compliance', numbers))).toEqual({
      at: NOON,
      benchmarks: [
        { benchmark: 'A', pass: 0, fail: 1, exempt: 0, unknown: 0 },
        { benchmark: 'MCSB v2', pass: 3, fail: 0, exempt: 0, unknown: 0 },
      ],
    });
    expect(levelPoint('approvals', NOON, numbersOf('approvals', numbers))).toEqual({
      ...{ at: NOON, pending: 4, upTo1Day: 0, upTo7Days: 4, upTo30Days: 0, over30Days: 0 },
    });
    const all = levelPoint('failing', NOON, Object.fromEntries(SEVERITIES.map((one, n) => [one, n + 1])));
    expect(all).toEqual({ at: NOON, critical: 1, high: 2, medium: 3, low: 4, info: 5 });
  });

  it.each([
    [0, 'upTo1Day'],
    [DAY_MS, 'upTo1Day'],
    [DAY_MS + 1, 'upTo7Days'],
    [7 * DAY_MS + 1, 'upTo30Days'],
    [30 * DAY_MS + 1, 'over30Days'],
  ])('an approval of %i ms is %s', (age, name) => {
    expect(ageName(new Date(at(NOON) - age).toISOString(), new Date(NOON))).toBe(name);
  });
});

describe('against a naive model', () => {
  const happened: fc.Arbitrary<Happened> = fc.record({
    at: fc.integer({ min: 0, max: 3 * DAY_MS }).map((milliseconds) => at(NOON) + milliseconds),
    outcome: fc.constantFrom(...OUTCOMES),
    seconds: fc.option(fc.integer({ min: 0, max: 9 })),
  });

  it('what happened is counted in exactly its step', () => {
    fc.assert(
      fc.property(fc.array(happened), fc.constantFrom(...STEPS), (all, step) => {
        const totals = flowsByStep(all, step);
        for (let start = stepStart(at(NOON), step); start <= at(NOON) + 3 * DAY_MS; start += STEP_MS[step]) {
          const inStep = all.filter((one) => one.at >= start && one.at < start + STEP_MS[step]);
          const found = totals.get(new Date(start).toISOString());
          expect(found).toEqual(inStep.length === 0 ? undefined : flowTotalsOf(inStep));
          const timed = inStep.filter(({ outcome, seconds }) => outcome === 'applied' && seconds !== null);
          expect(found?.timeToFix.count ?? 0).toBe(timed.length);
          expect(found?.fixes.blocked ?? 0).toBe(inStep.filter(({ outcome }) => outcome === 'blocked').length);
        }
      }),
    );
  });

  it('a quantile is between values, so many of which are not larger', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = values.sort((a, b) => a - b);
          const found = quantile(sorted, share) ?? -1;
          const place = share * (sorted.length - 1);
          expect(sorted.filter((one) => one <= found + 1e-9).length).toBeGreaterThanOrEqual(Math.floor(place) + 1);
          expect(sorted.filter((one) => one >= found - 1e-9).length).toBeGreaterThanOrEqual(
            sorted.length - Math.ceil(place),
          );
        },
      ),
    );
  });

  it('a value holds until the next one', () => {
    const time = (hour: number) => new Date(at(NOON) + hour * HOUR_MS).toISOString();
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 30 })).map((all) => all.sort((a, b) => a - b).map(time));
    fc.assert(
      fc.property(hours, hours, (times, changes) => {
        const values = changes.map((changed) => ({ at: changed }));
        const found = lastBefore(times, values);
        for (const one of times) expect(found.get(one)).toEqual(values.filter((value) => value.at <= one).at(-1));
      }),
    );
  });

  it('numbers of levels add up to those of all findings', () => {
    const finding = fc.record({ verdict: fc.constantFrom(...VERDICTS), severity: fc.constantFrom(...SEVERITIES) });
    fc.assert(
      fc.property(fc.array(finding), (findings) => {
        const sum = findings
          .map((one) => levelNames({ rule: 'tls', action: null, ...one }, new Map([['tls', ['B']]])))
          .map((names): Numbers => Object.fromEntries(names.map((name) => [name, 1])))
          .reduce(addNumbers, {});
        const failing = numbersOf('failing', sum);
        for (const severity of SEVERITIES) {
          const violations = findings.filter((one) => one.verdict === 'violation' && one.severity === severity).length;
          expect(failing[severity] ?? 0).toBe(violations);
        }
      }),
    );
  });
});
