/** Guarantee 14: the gaps in an export that its filter explains. */
import { expect, test } from 'vitest';
import { isGapless } from '../../../src/domain/audit/manifest.ts';

test.each<[string, Record<string, string>, boolean]>([
  ['no filter', {}, true],
  ['a start', { from: '2026-03-01T00:00:00Z' }, true],
  ['an end', { to: '2026-03-02T00:00:00Z' }, true],
  ['both', { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' }, true],
  ['a rule', { rule: 'webapp-min-tls' }, false],
  ['a rule within a time', { from: '2026-03-01T00:00:00Z', rule: 'webapp-min-tls' }, false],
])('with %s, a chain in the file has no gap: %s', (_, filter, gapless) => {
  expect(isGapless(filter)).toBe(gapless);
});
