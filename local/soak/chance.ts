/** Chance that can be had again: the same seed gives the same numbers. How a run comes out also depends on timing. */

export interface Chance {
  /** From 0 (inclusive) to 1. */
  next(): number;
  pick<T>(from: readonly T[]): T;
}

/** `stream` keeps the users of one seed apart, so that the draws of one do not move those of another. */
export function chanceFrom(seed: number, stream: string): Chance {
  let state = seed >>> 0;
  for (const character of stream) state = Math.imul(state ^ character.charCodeAt(0), 0x9e3779b1) >>> 0;
  const next = () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    pick<T>(from: readonly T[]): T {
      const found = from[Math.floor(next() * from.length)];
      if (found === undefined) throw new Error('there is nothing to pick from');
      return found;
    },
  };
}
