/** Guarantee 14: an anchor says how far the log was verified, continues the one before, and has a valid seal. */
import { describe, expect, it } from 'vitest';
import { type Anchor, anchorFault, nextAnchor } from '../../../src/domain/audit/anchor.ts';
import { emptyHead, parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { seal } from '../../../src/domain/audit/seal.ts';

const { signing } = parseAuditKeys(`k1:${Buffer.alloc(32, 1).toString('base64')}`);
const { signing: other } = parseAuditKeys(`k2:${Buffer.alloc(32, 2).toString('base64')}`);
const MORNING = '2026-03-01T06:00:00.000Z';
const NOON = '2026-03-01T12:00:00.000Z';

const head = (chain: string, seq: number, at: string | null = MORNING) => ({ chain, seq, hash: `hash-${seq}`, at });
const first = nextAnchor(null, [head('00', 3), head('01', 5), emptyHead('02')], { at: MORNING, whole: false }, signing);
const ends = [head('00', 4), head('01', 5), head('02', 1)];
const second = nextAnchor(first, ends, { at: NOON, whole: false }, signing);

/** The second anchor, changed and sealed by somebody who holds the key. */
function resealed(members: Partial<Anchor>): Anchor {
  const { keyId: _, hash: __, signature: ___, ...content } = second;
  return seal({ ...content, ...members }, signing);
}

describe('the next anchor', () => {
  it('has number 1, the ends of the chains that have one, and the number of their entries', () => {
    const made = nextAnchor(
      null,
      [head('00', 3), head('01', 5), emptyHead('02')],
      { at: MORNING, whole: false },
      signing,
    );
    expect(made).toEqual(first);
    expect(first).toMatchObject({ number: 1, at: MORNING, wholeAt: MORNING, entries: 8, prevHash: '' });
    expect(first.chains).toEqual({
      '00': { seq: 3, hash: 'hash-3', at: MORNING },
      '01': { seq: 5, hash: 'hash-5', at: MORNING },
    });
  });

  it('continues the one before, and has the time of the last verification of the whole log', () => {
    const made = nextAnchor(first, ends, { at: NOON, whole: false }, signing);
    expect(made).toMatchObject({ number: 2, at: NOON, wholeAt: MORNING, entries: 10, prevHash: first.hash });
    expect(nextAnchor(first, ends, { at: NOON, whole: true }, signing).wholeAt).toBe(NOON);
  });

  it('of an empty log has no chains', () => {
    const empty = nextAnchor(
      null,
      [emptyHead('00'), head('01', 0), head('02', 2, null)],
      { at: NOON, whole: true },
      signing,
    );
    expect(empty).toMatchObject({ entries: 0, chains: {} });
  });
});

describe('an anchor is valid', () => {
  it.each<[string, Anchor, Anchor | null | undefined]>([
    ['as the first', first, null],
    ['after the one it continues', second, first],
    ['alone, when the one before is unknown', second, undefined],
    ['with chains as long as before', resealed({ chains: first.chains }), first],
  ])('%s', (_, anchor, before) => {
    expect(anchorFault(anchor, before, [signing])).toBeNull();
  });
});

describe('the fault of an anchor', () => {
  const shorter = { ...second.chains, '01': { seq: 4, hash: 'hash-4', at: MORNING } };
  const { '01': _, ...missing } = second.chains;

  it.each<[string, Anchor, Anchor | null | undefined, string]>([
    ['a second one, when there is no first', second, null, 'anchor 1 is not there'],
    ['a gap', resealed({ number: 4 }), first, 'anchor 3 is not there'],
    ['the same number twice', first, first, 'anchor 0 is not there'],
    ['another predecessor', resealed({ prevHash: 'x' }), first, 'it does not continue the anchor before it'],
    ['a first one with a predecessor', resealed({ number: 1 }), null, 'it does not continue the anchor before it'],
    ['a chain that was cut', resealed({ chains: shorter }), first, 'chain 01 is shorter than in the anchor before it'],
    ['a missing chain', resealed({ chains: missing }), first, 'chain 01 is shorter than in the anchor before it'],
    ['an edit', { ...second, entries: 9 }, first, 'its content does not match its hash'],
    [
      'an edit, when the one before is unknown',
      { ...second, entries: 9 },
      undefined,
      'its content does not match its hash',
    ],
  ])('%s', (_, anchor, before, fault) => {
    expect(anchorFault(anchor, before, [signing])).toBe(fault);
  });

  it('an unknown key', () => {
    expect(anchorFault(second, first, [other])).toBe("it names the key 'k1', which is not known");
  });
});
