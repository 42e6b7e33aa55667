/** The keyboard shortcuts of everything that is shown, in one registry: `?` lists it, and one switch turns it off. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isCharacterShortcut, matchKey, nameOfKey } from './key-sequences.ts';
import { stored } from './stored.ts';

export interface Key {
  /** What it does, as the list of shortcuts says it. */
  readonly label: string;
  /** Without it the shortcut is only listed, because an element handles it itself. */
  readonly run?: (event: KeyboardEvent) => void;
}

/** By shortcut: `?`, `g a`, `Escape`, `Shift+ArrowDown`. */
export type Keys = Readonly<Record<string, Key>>;

interface Registered {
  readonly group: string;
  keys: Keys;
}

/** Whether shortcuts that begin with a character work. */
export const areKeysOn = stored<boolean>('keys', true, {
  isValid: (value): value is boolean => typeof value === 'boolean',
});

/** The latest registration is the first. */
const registered = signal<readonly Registered[]>([]);

/** Registers shortcuts while the component is shown. Of two with the same name, the one that was shown last works. */
export function useKeys(keys: Keys, group = 'Everywhere'): void {
  const entry = useRef<Registered>({ group, keys });
  entry.current.keys = keys;
  useEffect(() => {
    const own = entry.current;
    registered.value = [own, ...registered.peek()];
    return () => {
      registered.value = registered.peek().filter((one) => one !== own);
    };
  }, []);
}

/** All shortcuts by group, the groups in the order in which they were shown. */
export function listKeys(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  for (const { group, keys } of [...registered.value].reverse()) {
    const labels = groups.get(group) ?? new Map<string, string>();
    for (const [shortcut, { label }] of Object.entries(keys)) labels.set(shortcut, label);
    groups.set(group, labels);
  }
  return groups;
}

/** Of a shortcut of several keys: how long the next key may take. */
const SEQUENCE_MS = 1500;
let pending = '';
let timer: ReturnType<typeof setTimeout> | undefined;

/** Begins to listen. Called once. */
export function startKeys(): void {
  window.addEventListener('keydown', onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isTyping(event.target)) return;
  // A modal dialog is all there is while it is open.
  if (document.querySelector('dialog:modal')) return;
  const name = nameOfKey(event);
  if (name === null || name === 'Shift') return;
  const known = new Map(
    registered
      .peek()
      .flatMap(({ keys }) => runnable(keys))
      .reverse(),
  );
  const match = matchKey(known.keys(), pending, name);
  clearTimeout(timer);
  pending = match.kind === 'begun' ? match.pending : '';
  if (match.kind === 'none') return;
  if (match.kind === 'begun') {
    timer = setTimeout(() => {
      pending = '';
    }, SEQUENCE_MS);
    return;
  }
  event.preventDefault();
  known.get(match.shortcut)?.(event);
}

function runnable(keys: Keys): [string, (event: KeyboardEvent) => void][] {
  return Object.entries(keys).flatMap(([shortcut, { run }]) =>
    run && (areKeysOn.peek() || !isCharacterShortcut(shortcut)) ? [[shortcut, run]] : [],
  );
}

/** Whether a key goes to a field. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
