/** Each impossible action in the threat model names a test that tries it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { page, ROOT } from './pages.ts';

const rows = tableBelow('## One credential in the wrong hands');

describe('docs/threat-model.md', () => {
  test('has a row for each credential', () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  test.each(rows)('%s: existing tests try what it cannot do', (_, __, cannot = '') => {
    // Somebody with all credentials can do everything.
    if (cannot === '–') return;
    const named = [...cannot.matchAll(/`(test\/[\w/.-]+\.test\.ts)`/g)].map(([, file = '']) => file);
    expect(named).not.toEqual([]);
    for (const file of named) expect(readFileSync(path.join(ROOT, file), 'utf8')).toMatch(/\b(test|it)\b/);
  });

  test('links the page about tampering', () => {
    expect(page('docs/threat-model.md').text).toContain('](tamper.md)');
  });
});

/** The cells of the rows of the first table below a heading. */
function tableBelow(heading: string): string[][] {
  const { text } = page('docs/threat-model.md');
  const lines = text.slice(text.indexOf(heading)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|---'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 1, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
