/** The lists of tests in `docs/guarantees.md`. The text of the page is written by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The text of each test file, by its path from the root of the repository. */
export type TestFiles = ReadonlyMap<string, string>;

/** Reads all test files of the repository. */
export function readTestFiles(root: string): TestFiles {
  const names = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' });
  const files = names
    .map((name) => path.posix.join('test', name.replaceAll(path.sep, '/')))
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

/** The page with current lists of tests. */
export function guaranteesPage(page: string, tests: TestFiles): string {
  let guarantee = 0;
  return page
    .split('\n')
    .map((line) => {
      guarantee = guaranteeOf(line) ?? guarantee;
      return line.startsWith(LABEL) ? listOf(guarantee, tests) : line;
    })
    .join('\n');
}

/** The numbers of the guarantees that a page lists. */
export function guaranteesIn(page: string): number[] {
  return page.split('\n').flatMap((line) => guaranteeOf(line) ?? []);
}

/** The numbers of the guarantees that a text names, as in "guarantee 3" or "guarantees 1, 4 and 7 to 9". */
export function guaranteesNamedIn(text: string): number[] {
  const lists = [...text.matchAll(/\bguarantees? (\d+(?:(?:, | and | to )\d+)*)/gi)].map(([, list = '']) => list);
  const named = lists.flatMap((list) => list.split(/, | and /)).flatMap(rangeOf);
  return [...new Set(named)].sort((a, b) => a - b);
}

const LABEL = '**Tests**:';

function guaranteeOf(line: string): number | undefined {
  const [, number] = /^## (\d+)\. /.exec(line) ?? [];
  return number === undefined ? undefined : Number(number);
}

function listOf(guarantee: number, tests: TestFiles): string {
  const files = [...tests].filter(([, text]) => guaranteesNamedIn(text).includes(guarantee)).map(([file]) => file);
  return `${LABEL} ${files.map((file) => `[${file}](../${file})`).join(', ')}`.trim();
}

/** The numbers of `4` or `7 to 9`. */
function rangeOf(range: string): number[] {
  const [first = 0, last = first] = range.split(' to ').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
