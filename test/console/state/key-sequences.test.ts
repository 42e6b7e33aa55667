import { describe, expect, it } from 'vitest';
import { isCharacterShortcut, matchKey, nameOfKey } from '../../../src/console/state/key-sequences.ts';

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

describe('keyboard shortcuts', () => {
  it.each([
    ['a', {}, 'a'],
    ['?', { shiftKey: true }, '?'],
    ['ArrowDown', { shiftKey: true }, 'Shift+ArrowDown'],
    ['a', { ctrlKey: true }, null],
    ['a', { metaKey: true }, null],
    ['a', { altKey: true }, null],
  ])('the key %s with %j is %s', (key, modifiers, name) => {
    expect(nameOfKey({ ...plain, key, ...modifiers })).toBe(name);
  });

  const shortcuts = ['?', 'a', 'g a', 'g o'];

  it.each([
    ['', 'a', { kind: 'complete', shortcut: 'a' }],
    ['', 'g', { kind: 'begun', pending: 'g' }],
    ['g', 'a', { kind: 'complete', shortcut: 'g a' }],
    // The second key continues nothing, so it counts by itself.
    ['g', '?', { kind: 'complete', shortcut: '?' }],
    ['g', 'g', { kind: 'begun', pending: 'g' }],
    ['g', 'z', { kind: 'none' }],
    ['', 'o', { kind: 'none' }],
  ])('after %j, %s is %j', (pending, name, match) => {
    expect(matchKey(shortcuts, pending, name)).toEqual(match);
  });

  it('tells those that begin with a character, which the switch turns off', () => {
    expect(['?', 'g a', '*'].map(isCharacterShortcut)).toEqual([true, true, true]);
    expect(['Escape', 'Shift+ArrowDown'].map(isCharacterShortcut)).toEqual([false, false]);
  });
});
