/** Guarantee 14: the gaps in an export that its filter explains. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { chainEntry, emptyHead, parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { isGapless, linesOf, manifestOf } from '../../../src/domain/audit/manifest.ts';
import { auditRecord } from '../../../src/domain/audit/record.ts';

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

test('the manifest of an export has the ends of each chain, the number of entries, and the hash of the lines', () => {
  const { signing } = parseAuditKeys(Buffer.alloc(32, 1).toString('base64'));
  const about = {
    id: '1',
    at: '2026-03-01T12:00:00.000Z',
    kind: 'audit.reviewed',
    actor: { type: 'service' },
  } as const;
  const made = (chain: string, seq: number) =>
    chainEntry(auditRecord({ ...about, message: 'x' }), { ...emptyHead(chain), seq: seq - 1 }, signing);
  const entries = [made('00', 4), made('01', 9), made('00', 5), made('00', 6)];
  const [first, alone, , last] = entries;
  const lines = linesOf(entries);
  expect(lines.split('\n').map((line) => (line === '' ? null : JSON.parse(line)))).toEqual([...entries, null]);
  const info = { exportedAt: '2026-03-02T00:00:00.000Z', filter: {}, anchor: null, publicKeys: [] };
  expect(manifestOf(entries, lines, info)).toEqual({
    ...{ v: 1, ...info, count: 4 },
    chains: {
      '00': { count: 3, firstSeq: 4, firstHash: first?.hash, lastSeq: 6, lastHash: last?.hash },
      '01': { count: 1, firstSeq: 9, firstHash: alone?.hash, lastSeq: 9, lastHash: alone?.hash },
    },
    sha256: createHash('sha256').update(lines).digest('hex'),
  });
});
