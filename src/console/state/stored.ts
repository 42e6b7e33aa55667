/** What the page remembers in this browser. A browser may refuse to store; then it is forgotten with the page. */
import { type Signal, signal } from '@preact/signals';

/** A signal whose value is kept in the browser, for this tab only with `tab`. `isValid` tells a value that this page wrote. */
export function stored<T>(
  name: string,
  initial: T,
  { isValid, tab = false }: { isValid: (value: unknown) => value is T; tab?: boolean },
): Signal<T> {
  const key = `plumbline.${name}`;
  const value = signal(read(key, isValid, tab) ?? initial);
  let isFirst = true;
  value.subscribe((next) => {
    if (!isFirst) write(key, next, tab);
    isFirst = false;
  });
  return value;
}

function read<T>(key: string, isValid: (value: unknown) => value is T, tab: boolean): T | null {
  try {
    const value: unknown = JSON.parse(storageOf(tab).getItem(key) ?? 'null');
    return isValid(value) ? value : null;
  } catch {
    return null;
  }
}

function write(key: string, value: unknown, tab: boolean): void {
  try {
    storageOf(tab).setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or switched off; the page works without it.
  }
}

function storageOf(tab: boolean): Storage {
  return tab ? window.sessionStorage : window.localStorage;
}
