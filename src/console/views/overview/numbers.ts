/** What the overview shows, from the answers of the API. */
import type { FindingGroup, History } from '../../api/types.ts';
import type { Series } from '../../ui/charts/chart.tsx';
import type { Column } from '../../ui/charts/columns.tsx';

export const SEVERITY_SERIES: readonly Series[] = [
  { name: 'critical', title: 'Critical', tone: 'critical' },
  { name: 'high', title: 'High', tone: 'high' },
  { name: 'medium', title: 'Medium', tone: 'medium' },
  { name: 'low', title: 'Low', tone: 'low' },
  { name: 'info', title: 'Info', tone: 'info' },
];
export const RESULT_SERIES: readonly Series[] = [
  { name: 'pass', title: 'Pass', tone: 'good' },
  { name: 'fail', title: 'Fail', tone: 'bad' },
  { name: 'exempt', title: 'Exempt', tone: 'held' },
  { name: 'unknown', title: 'Unknown', tone: 'muted' },
];
export const OUTCOME_SERIES: readonly Series[] = [
  { name: 'applied', title: 'Applied', tone: 'good' },
  { name: 'failed', title: 'Failed', tone: 'bad' },
  { name: 'blocked', title: 'Blocked', tone: 'held' },
  { name: 'rolledBack', title: 'Rolled back', tone: 'muted' },
];
export const AGE_SERIES: readonly Series[] = [
  { name: 'upTo1Day', title: 'Up to 1 day', tone: 'low' },
  { name: 'upTo7Days', title: 'Up to 7 days', tone: 'medium' },
  { name: 'upTo30Days', title: 'Up to 30 days', tone: 'high' },
  { name: 'over30Days', title: 'Over 30 days', tone: 'critical' },
];

type Point = History['points'][number];

/** A column for each of these days. A day without a point has no values: the service did not run. */
export function columnsOf(days: readonly string[], history: History, series: readonly Series[]): readonly Column[] {
  const byDay = new Map(history.points.map((point) => [point.at.slice(0, 10), point]));
  return days.map((day) => {
    const point = byDay.get(day);
    return { day, values: point ? series.map(({ name }) => numberOf(point, name) ?? 0) : null };
  });
}

/** A number of a point by its name; null when it has none. */
export function numberOf(point: Point, name: string): number | null {
  const value: unknown = Reflect.get(point, name);
  return typeof value === 'number' ? value : null;
}

/** The sum of a number over all points. */
export function total(history: History, name: string): number {
  return history.points.reduce((sum, point) => sum + (numberOf(point, name) ?? 0), 0);
}

/** The median of the medians of the days, in seconds: it says what was usual. null when there was none. */
export function usualSeconds(history: History): number | null {
  const medians = history.points.flatMap((point) => numberOf(point, 'medianSeconds') ?? []).sort((a, b) => a - b);
  return medians[medians.length >> 1] ?? null;
}

export interface Posture {
  readonly failing: number;
  readonly severe: number;
  readonly exempt: number;
  /** Of the findings that pass or fail, in percent; null when there are none. */
  readonly passing: number | null;
}

/** How many checks fail in a group. */
export function failingIn({ byVerdict }: FindingGroup): number {
  return byVerdict.violation ?? 0;
}

/** The posture of all groups together. */
export function postureOf(groups: readonly FindingGroup[]): Posture {
  const sum = (of: (group: FindingGroup) => number) => groups.reduce((all, one) => all + of(one), 0);
  const failing = sum(failingIn);
  const passed = sum(({ byVerdict }) => byVerdict.compliant ?? 0);
  return {
    failing,
    severe: sum(({ bySeverity }) => (bySeverity.critical ?? 0) + (bySeverity.high ?? 0)),
    exempt: sum(({ exempt }) => exempt),
    passing: failing + passed === 0 ? null : floorPercent(passed / (failing + passed)),
  };
}

/** With one decimal, rounded down: 100 means all. */
function floorPercent(share: number): number {
  return Math.floor(share * 1000) / 10;
}

/** `42 s`, `3 min`, `2.5 h`, `4 d`. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 8640) / 10} d`;
}
