/** Values that a process remembers for some seconds, so that many messages in a row read them once. */

export interface Memory<T> {
  /** The remembered value; loads it when there is none. A failed load is not remembered. */
  recall(key: string, load: () => Promise<T>): Promise<T>;
  /** Loads the value in any case, and remembers it. */
  refresh(key: string, load: () => Promise<T>): Promise<T>;
  /** Called after each write, so that a value that was loaded meanwhile is forgotten, too. */
  forget(): void;
}

export interface MemoryOptions {
  /** 0: nothing is remembered. */
  readonly seconds: number;
  readonly now: () => Date;
}

/** Bounded, because messages can name any subscription. */
const MAX_REMEMBERED = 1000;

export function createMemory<T>({ seconds, now }: MemoryOptions): Memory<T> {
  const remembered = new Map<string, { readonly value: Promise<T>; readonly at: number }>();

  function refresh(key: string, load: () => Promise<T>): Promise<T> {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    // The value is as old as the beginning of its request.
    const loaded = { value: load(), at: now().getTime() };
    remembered.set(key, loaded);
    loaded.value.catch(() => {
      if (remembered.get(key) === loaded) remembered.delete(key);
    });
    return loaded.value;
  }

  return {
    recall(key, load) {
      const known = remembered.get(key);
      // A clock that was set back or forward says nothing about the age.
      const isRecent = known && Math.abs(now().getTime() - known.at) < seconds * 1000;
      return isRecent ? known.value : refresh(key, load);
    },
    refresh,
    forget: () => remembered.clear(),
  };
}

/** Does work that changes a remembered value. Whether it fails or not, the value is forgotten. */
export async function forgetting<T>({ forget }: Pick<Memory<unknown>, 'forget'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    forget();
  }
}
