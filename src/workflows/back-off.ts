/**
 * How long to wait before something is tried again. What failed together must not come back together, so there is chance
 * in every delay: in our own it only shortens, which keeps their bounds; in those that Azure asked for it only lengthens.
 */
import type { World } from './ports.ts';

type Chance = Pick<World, 'random'>;

/** Seconds of a delay of our own: from half of it to all of it. */
export function atMost({ random }: Chance, seconds: number): number {
  return seconds * (1 - random() / 2);
}

/** Seconds of a delay that Azure asked for: it, and up to half of it more, a minute at most. */
export function atLeast({ random }: Chance, seconds: number): number {
  return seconds + random() * Math.min(60, seconds / 2);
}
