// A list of what is to happen on demand. Each entry may be used a number of times.

export interface RegistryEntry<T> {
  readonly item: T;
  /** How many matching requests it let pass first, and how often it was used. */
  skipped: number;
  uses: number;
}

export interface Registry<T> {
  /** In the order in which they were added. */
  readonly entries: readonly RegistryEntry<T>[];
  /** Returns what takes the entry away again. */
  add(item: T): () => void;
  clear(): void;
  list(): T[];
}

/** An empty registry. */
export function createRegistry<T>(): Registry<T> {
  const entries: RegistryEntry<T>[] = [];
  return {
    entries,
    add(item) {
      const entry = { item, skipped: 0, uses: 0 };
      entries.push(entry);
      return () => {
        const at = entries.indexOf(entry);
        if (at >= 0) entries.splice(at, 1);
      };
    },
    clear: () => void entries.splice(0),
    list: () => entries.map(({ item }) => item),
  };
}

/** Whether an entry was used as often as it may be: `times`; without it there is no limit. */
export function isExhausted({ item, uses }: RegistryEntry<{ times?: number }>): boolean {
  return uses >= (item.times ?? Number.POSITIVE_INFINITY);
}
