/** `docs/guarantees.md` against the tests: each guarantee has tests that name it, and each named number exists. */

import { describe, expect, it } from 'vitest';
import {
  guaranteesIn,
  guaranteesNamedIn,
  guaranteesPage,
  readTestFiles,
} from '../../tools/generate/guarantees-page.ts';
import { page, ROOT } from './pages.ts';

const { text } = page('docs/guarantees.md');
const numbers = guaranteesIn(text);
const tests = readTestFiles(ROOT);

describe('docs/guarantees.md', () => {
  it('numbers the guarantees from 1 to 15', () => {
    expect(numbers).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  });

  it.each(numbers)('the guarantee with number %i has a paragraph on what could break it, and tests', (number) => {
    const [, section = ''] = text.split(`\n## ${number}. `);
    const [own = ''] = section.split('\n## ');
    expect(own).toContain('\n**What could break it**: ');
    expect(own).toMatch(/\n\*\*Tests\*\*: \[.+\.test\.ts\]/);
  });

  it('lists exactly the test files that name each guarantee', () => {
    expect(text).toBe(guaranteesPage(text, tests));
  });

  it('has every number that a test names', () => {
    const strange = [...tests].flatMap(([file, content]) =>
      guaranteesNamedIn(content)
        .filter((number) => !numbers.includes(number))
        .map((number) => `${file}: ${number}`),
    );
    expect(strange).toEqual([]);
  });

  it.each([
    ['one', 'guarantee', '3', [3]],
    ['a list', 'guarantees', '1, 4 and 8', [1, 4, 8]],
    ['a range in a list', 'Guarantees', '1, 7 to 9 and 14', [1, 7, 8, 9, 14]],
  ])('the parser finds the numbers of %s', (_, word, list, expected) => {
    expect(guaranteesNamedIn(`${word} ${list}: what holds`)).toEqual(expected);
  });
});
