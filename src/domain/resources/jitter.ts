/**
 * Random delays, so that calls that failed together are not retried together. Own delays only get shorter, which keeps
 * their bounds. Delays that Azure requested only get longer.
 */

/** A number from 0 to 1, 1 excluded. */
interface RandomSource {
  random(): number;
}

/** Seconds of an own delay: between half of it and all of it. */
export function jitterDown({ random }: RandomSource, seconds: number): number {
  return seconds * (1 - random() / 2);
}

/** Seconds of a delay that Azure requested, plus up to half of it, at most a minute. */
export function jitterUp({ random }: RandomSource, seconds: number): number {
  return seconds + random() * Math.min(60, seconds / 2);
}
