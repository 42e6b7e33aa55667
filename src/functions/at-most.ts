/** Bounds what is in work at once, and with it the memory that the work holds. */

/** Runs the work when fewer than `limit` others run; until then it waits in the order of the calls. */
export function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next one that waits.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
