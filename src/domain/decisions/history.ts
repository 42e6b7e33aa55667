/** The history of the estate in numbers: what is measured, in which steps, and how long it is kept. */
import * as z from 'zod';
import { DAY_MS, HOUR_MS } from '../resources/durations.ts';
import { type Infer, time } from '../resources/schema.ts';
import { benchmarkOf } from '../rules/benchmark.ts';
import type { AnyRule } from '../rules/rule.ts';
import type { FindingLabel } from './finding-briefs.ts';

/** Levels are as they were at a time; flows are what happened in a step. */
export const LEVELS = ['approvals', 'compliance', 'failing'] as const;
export const FLOWS = ['fixes', 'timeToDecision', 'timeToFix'] as const;
export const HISTORY_METRICS = [...LEVELS, ...FLOWS] as const;
export type Level = (typeof LEVELS)[number];
export type HistoryMetric = (typeof HISTORY_METRICS)[number];

export const STEPS = ['hour', 'day'] as const;
export type HistoryStep = (typeof STEPS)[number];

export const STEP_MS: Readonly<Record<HistoryStep, number>> = { hour: HOUR_MS, day: DAY_MS };
/** Two years have a leap day at most. */
export const KEPT_MS: Readonly<Record<HistoryStep, number>> = { hour: 90 * DAY_MS, day: 731 * DAY_MS };
/** Of one answer. */
export const MAX_POINTS = 1000;

/** The outcomes of fixes, and the decisions, whose times are kept. */
export const OUTCOMES = ['applied', 'failed', 'blocked', 'rolledBack', 'decided'] as const;
export type KeptOutcome = (typeof OUTCOMES)[number];

/** Something that happened, with the seconds since its event or its request; null when they are not known. */
export interface Happened {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: KeptOutcome;
  readonly seconds: number | null;
}

/** By name; no number is 0. */
export type Numbers = Readonly<Record<string, number>>;

export function stepStart(at: number, step: HistoryStep): number {
  return at - (at % STEP_MS[step]);
}

/** The number of steps from one time to another, the first of them rounded down. */
export function stepCount(from: number, to: number, step: HistoryStep): number {
  return Math.max(0, Math.ceil((to - stepStart(from, step)) / STEP_MS[step]));
}

/** What a finding with this label counts as, for example `failing high` and `compliance pass MCSB v2`. */
export function levelNames(
  { rule, verdict, severity, action }: Pick<FindingLabel, 'rule' | 'verdict' | 'severity' | 'action'>,
  benchmarks: ReadonlyMap<string, readonly string[]>,
): string[] {
  const failing = verdict === 'violation' ? [`failing ${severity}`] : [];
  const state = COMPLIANCE[action === 'exempt' ? action : verdict];
  return [
    ...failing,
    ...(state === undefined ? [] : (benchmarks.get(rule) ?? []).map((one) => `compliance ${state} ${one}`)),
  ];
}

const COMPLIANCE: Readonly<Record<string, string>> = {
  ...{ compliant: 'pass', violation: 'fail', exempt: 'exempt', unknown: 'unknown' },
};

/** By rule, the benchmarks that it refers to, each once. */
export function benchmarksByRule(rules: readonly Pick<AnyRule, 'id' | 'references'>[]): Map<string, readonly string[]> {
  return new Map(rules.map(({ id, references }) => [id, [...new Set(references.map(benchmarkOf))]]));
}

/** How old an approval is, as the name of a number. */
export function ageName(requestedAt: string, now: Date): string {
  const age = now.getTime() - Date.parse(requestedAt);
  return (AGES.find(([, most]) => age <= most) ?? OLDEST)[0];
}

const AGES = [
  ['upTo1Day', DAY_MS],
  ['upTo7Days', 7 * DAY_MS],
  ['upTo30Days', 30 * DAY_MS],
] as const;
const OLDEST = ['over30Days'] as const;

/** The numbers of a level, from all numbers: those whose names begin with its name, without it. */
export function numbersOf(level: Level, all: Numbers): Numbers {
  const prefix = `${level} `;
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, count]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), count] as const] : [],
    ),
  );
}

export function addNumbers(one: Numbers, other: Numbers): Numbers {
  const sum: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const count = z.int().nonnegative();
const share = z.strictObject({ benchmark: z.string(), pass: count, fail: count, exempt: count, unknown: count });
const duration = z.number().nullable().describe('null when there was none');

export const durations = z.strictObject({ count, medianSeconds: duration, p95Seconds: duration });
export const outcomeCounts = z.strictObject({ applied: count, failed: count, blocked: count, rolledBack: count });

export const historyPoint = z.union([
  z.strictObject({ at: time, critical: count, high: count, medium: count, low: count, info: count }),
  z.strictObject({ at: time, benchmarks: z.array(share) }),
  z.strictObject({ at: time, pending: count, upTo1Day: count, upTo7Days: count, upTo30Days: count, over30Days: count }),
  z.strictObject({ at: time, ...outcomeCounts.shape }),
  z.strictObject({ at: time, ...durations.shape }),
]);
export type HistoryPoint = Infer<typeof historyPoint>;

/** A point of a level. */
export function levelPoint(level: Level, at: string, numbers: Numbers): HistoryPoint {
  const of = (name: string) => numbers[name] ?? 0;
  if (level === 'failing') {
    const [critical, high, medium] = [of('critical'), of('high'), of('medium')];
    return { at, critical, high, medium, low: of('low'), info: of('info') };
  }
  if (level === 'approvals') {
    const ages = {
      ...{ upTo1Day: of('upTo1Day'), upTo7Days: of('upTo7Days') },
      ...{ upTo30Days: of('upTo30Days'), over30Days: of('over30Days') },
    };
    return { at, pending: Object.values(ages).reduce((sum, one) => sum + one, 0), ...ages };
  }
  const names = new Set(Object.keys(numbers).map((name) => name.slice(name.indexOf(' ') + 1)));
  const benchmarks = [...names].sort().map((benchmark) => ({
    benchmark,
    pass: of(`pass ${benchmark}`),
    fail: of(`fail ${benchmark}`),
    exempt: of(`exempt ${benchmark}`),
    unknown: of(`unknown ${benchmark}`),
  }));
  return { at, benchmarks };
}

/** The value at each of these times: the last one at or before it. Both are in the order of time. */
export function lastBefore<T extends { readonly at: string }>(
  times: readonly string[],
  values: readonly T[],
): Map<string, T> {
  const found = new Map<string, T>();
  let next = 0;
  for (const at of times) {
    for (let value = values[next]; value && value.at <= at; value = values[next]) next += 1;
    const last = values[next - 1];
    if (last) found.set(at, last);
  }
  return found;
}

/** The flows of a step, or of several together. */
export const flowTotals = z.strictObject({ fixes: outcomeCounts, timeToFix: durations, timeToDecision: durations });
export type FlowTotals = Infer<typeof flowTotals>;

export function flowTotalsOf(happened: readonly Happened[]): FlowTotals {
  const counted = (outcome: KeptOutcome) => happened.filter((one) => one.outcome === outcome);
  const times = (outcome: KeptOutcome) => durationsOf(counted(outcome).flatMap(({ seconds }) => seconds ?? []));
  return {
    fixes: {
      applied: counted('applied').length,
      failed: counted('failed').length,
      blocked: counted('blocked').length,
      rolledBack: counted('rolledBack').length,
    },
    timeToFix: times('applied'),
    timeToDecision: times('decided'),
  };
}

/** By the start of each step in which something happened. */
export function flowsByStep(happened: readonly Happened[], step: HistoryStep): Map<string, FlowTotals> {
  const steps = new Map<string, Happened[]>();
  for (const one of happened) {
    const at = new Date(stepStart(one.at, step)).toISOString();
    const found = steps.get(at);
    if (found) found.push(one);
    else steps.set(at, [one]);
  }
  return new Map([...steps].map(([at, found]) => [at, flowTotalsOf(found)]));
}

export function flowPoint(metric: (typeof FLOWS)[number], at: string, totals: FlowTotals): HistoryPoint {
  return { at, ...totals[metric] };
}

function durationsOf(seconds: readonly number[]): Infer<typeof durations> {
  const sorted = [...seconds].sort((a, b) => a - b);
  return { count: sorted.length, medianSeconds: quantile(sorted, 0.5), p95Seconds: quantile(sorted, 0.95) };
}

/** Between the two nearest values, as most statistics programs do; null for no values. `sorted`: ascending. */
export function quantile(sorted: readonly number[], share: number): number | null {
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (low === undefined || high === undefined) return null;
  return low + (high - low) * (place - Math.floor(place));
}
