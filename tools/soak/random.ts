/** Reproducible random numbers: the same seed gives the same ones. The result of a run also depends on timing. */

export interface Random {
  /** From 0 (inclusive) to 1. */
  next(): number;
  pick<T>(from: readonly T[]): T;
}

/** `stream` keeps the users of one seed apart, so that the draws of one do not change those of another. */
export function seededRandom(seed: number, stream: string): Random {
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
