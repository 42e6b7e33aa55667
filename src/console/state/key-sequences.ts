/** Which shortcut a pressed key completes. Shortcuts are named as `?`, `g a`, `Escape` or `Shift+ArrowDown`. */

export interface Pressed {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The name of a pressed key; null with a modifier that belongs to the browser or the system. */
export function nameOfKey({ key, shiftKey, ctrlKey, metaKey, altKey }: Pressed): string | null {
  if (ctrlKey || metaKey || altKey) return null;
  // Shift is part of a character already.
  return shiftKey && key.length > 1 ? `Shift+${key}` : key;
}

export type Match =
  | { readonly kind: 'none' }
  /** The name is the beginning of a shortcut. */
  | { readonly kind: 'begun'; readonly pending: string }
  | { readonly kind: 'complete'; readonly shortcut: string };

/** What a key means after `pending`, the begun shortcut or ''. A key that continues no shortcut may begin one. */
export function matchKey(shortcuts: Iterable<string>, pending: string, name: string): Match {
  const known = [...shortcuts];
  for (const wanted of pending === '' ? [name] : [`${pending} ${name}`, name]) {
    if (known.includes(wanted)) return { kind: 'complete', shortcut: wanted };
    if (known.some((one) => one.startsWith(`${wanted} `))) return { kind: 'begun', pending: wanted };
  }
  return { kind: 'none' };
}

/** Whether a shortcut begins with a character, so that a speech or input program may press it by accident (WCAG 2.1.4). */
export function isCharacterShortcut(shortcut: string): boolean {
  return [...(shortcut.split(' ')[0] ?? '')].length === 1;
}
