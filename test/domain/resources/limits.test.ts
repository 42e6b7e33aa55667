/** What is stored or shown is cut to a size, and says how much is missing. */
import { describe, expect, test } from 'vitest';
import { fitsSize, joinNames, truncateText } from '../../../src/domain/resources/limits.ts';

describe('names in a sentence', () => {
  test.each([
    [[], 2, ''],
    [['a'], 2, 'a'],
    [['a', 'b'], 2, 'a, b'],
    [['a', 'b', 'c', 'd'], 2, 'a, b, … and 2 more'],
  ])('%j, at most %d', (names, maximum, text) => {
    expect(joinNames(names, maximum)).toBe(text);
  });
});

describe('a text of a size', () => {
  test.each([
    ['a'.repeat(10), 10, true],
    ['a'.repeat(11), 10, false],
    // Six characters of JSON each.
    ['\u6f22', 6, true],
    ['\u6f22', 5, false],
    ['"', 1, false],
  ])('%j fits into %d: %s', (text, maximum, expected) => {
    expect(fitsSize(text, maximum)).toBe(expected);
  });

  test('is kept to the last character, quotes included, and cut beyond', () => {
    expect(truncateText('a'.repeat(98), 100)).toBe('a'.repeat(98));
    expect(truncateText('a'.repeat(99), 100)).toBe(`${'a'.repeat(58)}… and 41 more characters`);
  });
});
