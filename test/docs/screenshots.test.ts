/** The pictures of the documentation: each is taken by `npm run screenshots`, exists, and is shown with a text. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PICTURES } from '../../tools/screenshots/pictures.ts';
import { pages, ROOT } from './pages.ts';

const shown = pages().flatMap(({ file, text }) =>
  [...text.matchAll(/!\[([^\]]*)\]\(([^)]+\.webp)\)/g)].map(([, says = '', target = '']) => ({
    ...{ says, file: path.posix.join(path.posix.dirname(file), target) },
  })),
);
const taken = PICTURES.map(({ name }) => `docs/images/console-${name}.webp`).sort();

test('every picture of the console is taken by the script and shown on a page', () => {
  expect([...new Set(shown.map(({ file }) => file))].sort()).toEqual(taken);
  const files = readdirSync(path.join(ROOT, 'docs/images')).filter((name) => name.endsWith('.webp'));
  expect(files.map((name) => `docs/images/${name}`).sort()).toEqual(taken);
});

test('every picture is small, and says what it shows', () => {
  for (const { file, says } of shown) {
    expect(statSync(path.join(ROOT, file)).size, file).toBeLessThan(120_000);
    expect(says.length, file).toBeGreaterThan(30);
  }
});
