// A list of what was told to happen, of which each entry may happen a number of times.

export interface Entry<T> {
  readonly told: T;
  /** How often it could have happened, and how often it did. */
  passed: number;
  struck: number;
}

export interface Book<T> {
  /** In the order in which they were added. */
  readonly entries: readonly Entry<T>[];
  /** Returns what takes the entry away again. */
  add(told: T): () => void;
  clear(): void;
  list(): T[];
}

/** An empty book. */
export function book<T>(): Book<T> {
  const entries: Entry<T>[] = [];
  return {
    entries,
    add(told) {
      const entry = { told, passed: 0, struck: 0 };
      entries.push(entry);
      return () => {
        const at = entries.indexOf(entry);
        if (at >= 0) entries.splice(at, 1);
      };
    },
    clear: () => void entries.splice(0),
    list: () => entries.map(({ told }) => told),
  };
}

/** Whether an entry has happened as often as it may: `times`, or always when that is absent. */
export function isUsedUp({ told, struck }: Entry<{ times?: number }>): boolean {
  return struck >= (told.times ?? Number.POSITIVE_INFINITY);
}
