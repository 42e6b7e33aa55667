/** What Azure Monitor says of an app, and whether it got worse after a write. Times are whole minutes. */
import { MINUTE_MS } from '../resources/durations.ts';

/** One minute of an app. Null: Azure has no value. */
export interface MetricPoint {
  /** Its beginning (ISO). */
  readonly at: string;
  readonly requests: number | null;
  /** Failed requests: 5xx. */
  readonly failed: number | null;
  /** Refused requests: 4xx. */
  readonly refused: number | null;
  /** The mean response time in seconds. */
  readonly seconds: number | null;
}

/** Younger minutes may be partial, 0 or missing, so they are never judged. */
export const LAG_MINUTES = 4;
/** The minutes before a write that the minutes after it are compared with. */
export const BEFORE_MINUTES = 15;
/** The first minutes after a write do not count: a restart refuses some requests. */
const IGNORED_MINUTES = 2;
const SAMPLE_MINUTES = 2;
/** Fewer requests say nothing: before, after, and in one sample. */
const FEWEST_REQUESTS = 100;
const FEWEST_IN_SAMPLE = 25;
/** What people are told about: an increase of the share of refused requests, slower answers, and a rest of the traffic. */
const TOLD_REFUSED = 0.2;
const TOLD_SLOWER = 3;
const TOLD_SECONDS = 1;
const TOLD_TRAFFIC = 0.2;

export type MetricsVerdict =
  | { readonly kind: 'worse' | 'recovered' | 'well' | 'ill-before'; readonly text: string }
  /** Nothing can be said. `later`: more minutes may say it. */
  | { readonly kind: 'unknown'; readonly later: boolean; readonly text: string };

export interface MetricsInput {
  readonly points: readonly MetricPoint[];
  /** Right before the write. */
  readonly startedAt: Date;
  /** When the points were read. */
  readonly readAt: Date;
  readonly maximumErrorShare: number;
}

/** What was asked for: minutes from well before the write to the last one that counts. */
export function windowOf(startedAt: Date, readAt: Date): { readonly from: Date; readonly to: Date } {
  return { from: new Date(floor(startedAt) - BEFORE_MINUTES * MINUTE_MS), to: new Date(lastClosed(readAt)) };
}

/**
 * Compares the failed requests before and after a write. Worse: their share is beyond the maximum and at least twice what it
 * was, in the two latest samples, with enough requests on both sides. What was ill before is never worse.
 */
export function judgeMetrics({ points, startedAt, readAt, maximumErrorShare }: MetricsInput): MetricsVerdict {
  const known = knownMinutes(points);
  const { from } = windowOf(startedAt, readAt);
  const before = sumOf(known.filter(({ at }) => at >= from.getTime() && at + MINUTE_MS <= startedAt.getTime()));
  const first = firstJudged(startedAt);
  const minutes = known.filter(({ at }) => at >= first && at + MINUTE_MS <= lastClosed(readAt));
  const after = sumOf(withoutLateZeros(minutes));
  if (before.requests < FEWEST_REQUESTS) {
    return unknown(
      false,
      `there were ${before.requests} requests in ${BEFORE_MINUTES} minutes before the write, too few to compare`,
    );
  }
  if (shareOf(before) > maximumErrorShare) {
    return { kind: 'ill-before', text: `${percent(before)} of the requests failed before the write, too` };
  }
  if (after.requests < FEWEST_REQUESTS) {
    return unknown(true, `there were ${after.requests} requests after the write, too few to compare`);
  }
  const limit = (sample: Sum) => shareOf(sample) > maximumErrorShare && shareOf(sample) >= 2 * shareOf(before);
  const samples = samplesOf(withoutLateZeros(minutes), first);
  const bad = samples.map(limit);
  const text = `${percent(after)} of ${after.requests} requests failed after the write, ${percent(before)} of ${before.requests} before it`;
  if (bad.at(-1) && bad.at(-2)) return { kind: 'worse', text };
  if (bad.some((one, index) => one && bad[index - 1])) {
    return { kind: 'recovered', text: `${text}, but none too many in the latest minutes` };
  }
  if (bad.at(-1)) return unknown(true, `${text}; too many only in the latest minutes`);
  if (samples.length === 0) return unknown(true, `too few requests in any ${SAMPLE_MINUTES} minutes after the write`);
  return { kind: 'well', text };
}

/** What people are told although nothing is rolled back: refused requests, slow answers, and traffic that stays away. */
export function metricsRemarks({ points, startedAt, readAt }: Omit<MetricsInput, 'maximumErrorShare'>): string[] {
  const known = knownMinutes(points);
  const before = known.filter(({ at }) => at + MINUTE_MS <= startedAt.getTime());
  const first = firstJudged(startedAt);
  // One minute more than elsewhere: a late minute must not look like traffic that stays away.
  const after = known.filter(({ at }) => at >= first && at + 2 * MINUTE_MS <= lastClosed(readAt));
  const [earlier, later] = [sumOf(before), sumOf(after)];
  if (earlier.requests < FEWEST_REQUESTS || after.length < SAMPLE_MINUTES) return [];
  const rates = { before: earlier.requests / before.length, after: later.requests / after.length };
  return [refusedRemark(earlier, later), slowRemark(earlier, later), absentRemark(rates)].filter((one) => one !== null);
}

function refusedRemark(before: Sum, after: Sum): string | null {
  const [shareBefore, shareAfter] = [refusedShare(before), refusedShare(after)];
  const isMore = shareAfter >= shareBefore + TOLD_REFUSED && shareAfter >= 2 * shareBefore;
  if (after.requests < FEWEST_IN_SAMPLE || !isMore) return null;
  return `${inPercent(shareAfter)} of the requests are refused (4xx), ${inPercent(shareBefore)} before the write`;
}

function slowRemark(before: Sum, after: Sum): string | null {
  const [secondsBefore, secondsAfter] = [meanSeconds(before), meanSeconds(after)];
  if (secondsBefore === null || secondsAfter === null || after.requests < FEWEST_IN_SAMPLE) return null;
  if (secondsAfter < TOLD_SLOWER * secondsBefore || secondsAfter < secondsBefore + TOLD_SECONDS) return null;
  return `an answer takes ${secondsAfter.toFixed(1)} seconds, ${secondsBefore.toFixed(1)} before the write`;
}

/** `rates`: requests a minute. */
function absentRemark({ before, after }: { readonly before: number; readonly after: number }): string | null {
  if (after >= TOLD_TRAFFIC * before) return null;
  return `there are ${after.toFixed(1)} requests a minute, ${before.toFixed(1)} before the write`;
}

interface Minute {
  /** Milliseconds. */
  readonly at: number;
  readonly requests: number;
  readonly failed: number;
  readonly refused: number;
  /** The requests whose response time is known, and the sum of those times in seconds. */
  readonly timed: number;
  readonly seconds: number;
}
type Sum = Omit<Minute, 'at'>;

/**
 * The minutes with values, in order. Where Azure says 0 for no failed request, a missing number is a gap; where it never does,
 * it means none.
 */
function knownMinutes(points: readonly MetricPoint[]): Minute[] {
  const fillsZeros = points.some(({ failed }) => failed === 0);
  return points
    .flatMap(({ at, requests, failed, refused, seconds }): Minute[] => {
      const failures = failed ?? (fillsZeros ? null : 0);
      if (requests === null || failures === null || !(requests >= 0)) return [];
      const counts = { requests, failed: Math.min(failures, requests), refused: refused ?? 0 };
      const times = seconds === null ? { timed: 0, seconds: 0 } : { timed: requests, seconds: seconds * requests };
      return [{ at: Date.parse(at), ...counts, ...times }];
    })
    .sort((a, b) => a.at - b.at);
}

/** A minute that is not there yet may come as 0. */
function withoutLateZeros(minutes: readonly Minute[]): readonly Minute[] {
  const last = minutes.findLastIndex(({ requests }) => requests > 0);
  return minutes.slice(0, last + 1);
}

/** Those with enough requests; a gap is no sample. */
function samplesOf(minutes: readonly Minute[], first: number): Sum[] {
  const binOf = ({ at }: Minute) => Math.floor((at - first) / (SAMPLE_MINUTES * MINUTE_MS));
  const bins = [...new Set(minutes.map(binOf))].map((bin) => minutes.filter((one) => binOf(one) === bin));
  return bins.map(sumOf).filter(({ requests }) => requests >= FEWEST_IN_SAMPLE);
}

function sumOf(minutes: readonly Sum[]): Sum {
  const total = (of: (minute: Sum) => number) => minutes.reduce((sum, one) => sum + of(one), 0);
  return {
    requests: total((one) => one.requests),
    failed: total((one) => one.failed),
    refused: total((one) => one.refused),
    timed: total((one) => one.timed),
    seconds: total((one) => one.seconds),
  };
}

function meanSeconds({ timed, seconds }: Sum): number | null {
  return timed === 0 ? null : seconds / timed;
}

function refusedShare({ refused, requests }: Sum): number {
  return refused / Math.max(1, requests);
}

function shareOf({ failed, requests }: Sum): number {
  return requests === 0 ? 0 : failed / requests;
}

function percent(sum: Sum): string {
  return inPercent(shareOf(sum));
}

function inPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function floor(at: Date): number {
  return Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
}

/** The first minute that counts after a write. */
function firstJudged(startedAt: Date): number {
  return (Math.ceil(startedAt.getTime() / MINUTE_MS) + IGNORED_MINUTES) * MINUTE_MS;
}

/** The end of the last minute that counts, in milliseconds. */
export function lastClosed(readAt: Date): number {
  return floor(readAt) - LAG_MINUTES * MINUTE_MS;
}

function unknown(later: boolean, text: string): MetricsVerdict {
  return { kind: 'unknown', later, text };
}
