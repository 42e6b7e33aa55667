// The traffic of an app by minute: a function of the seed, the app and the minute, and of its illness.
import type { StoredResource } from '../estate/stored-resource.ts';
import { hashOf } from '../kusto/hash.ts';
import { illnessAt, isQuiet } from './outages.ts';

export const MINUTE = 60_000;

export interface Traffic {
  requests: number;
  /** By class of the answer; the classes add up to the requests. */
  byClass: Readonly<Record<StatusClass, number>>;
  /** The mean time of an answer in seconds; null without requests. */
  seconds: number | null;
}

export const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof statusClasses)[number];

/** How a minute is shown: late ones come as 0, as a point without a value, or not at all; some stay gaps. */
export type Shown = 'value' | 'zero' | 'empty' | 'missing';

const GAP = 0.02;

/** `at`: the beginning of the minute (ms). */
export function trafficAt(resource: StoredResource, at: number, seed: number): Traffic {
  const id = resource.id.toLowerCase();
  const chance = (what: string) => fraction(`${seed} ${id} ${what}`);
  const perMinute = isQuiet(resource) ? 2 : 30 + 30 * chance('traffic');
  const requests = Math.round(perMinute * (0.8 + 0.4 * chance(`requests ${at}`)));
  const illness = illnessAt(resource, at + MINUTE - 1);
  const share = (illness?.failedShare ?? 0) + (chance(`fails ${at}`) < 0.05 ? 0.02 : 0);
  const failed = Math.min(requests, Math.round(share * requests));
  const refused = Math.round(0.02 * (requests - failed));
  const redirected = Math.round(0.05 * (requests - failed));
  return {
    requests,
    byClass: { '2xx': requests - failed - refused - redirected, '3xx': redirected, '4xx': refused, '5xx': failed },
    seconds: requests === 0 ? null : (illness ? 1.5 : 0.1) * (0.8 + 0.4 * chance(`seconds ${at}`)),
  };
}

/**
 * How a minute of a metric is shown at `now`. It is late by one to three minutes after its end. Which of the three forms a late
 * minute has, and how often there are gaps, is unverified.
 */
export function shownAt(resource: StoredResource, metric: string, at: number, now: number, seed: number): Shown {
  const chance = (what: string) => fraction(`${seed} ${resource.id.toLowerCase()} ${metric} ${what} ${at}`);
  const arrives = at + MINUTE + (1 + 2 * chance('lag')) * MINUTE;
  if (now < arrives) return (['zero', 'empty', 'missing'] as const)[Math.floor(3 * chance('late'))] ?? 'missing';
  return chance('gap') < GAP ? 'empty' : 'value';
}

function fraction(text: string): number {
  return Number(BigInt.asUintN(32, hashOf(text))) / 2 ** 32;
}
