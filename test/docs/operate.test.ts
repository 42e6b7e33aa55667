/** docs/operate.md against the code: its metrics are those that the service has. */
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/api/endpoints/metrics.ts';
import { page } from './pages.ts';

const { text } = page('docs/operate.md');

describe('docs/operate.md', () => {
  it('has every metric with its labels and help text, and no other', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| `plumbline_'));
    expect(rows).toEqual(
      METRICS.map(({ name, type, labels, help }) => {
        const named = labels
          .map((label) => `\`${label}\` `)
          .join(', ')
          .replaceAll(' ,', ',');
        return `| \`${name}\` | ${type} | ${named}| ${help} |`;
      }),
    );
  });
});
