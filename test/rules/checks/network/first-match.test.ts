/** Unions and differences of address ranges, on which it rests whom a list of rules lets in. */

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { areEveryone } from '../../../../src/rules/checks/network/address-ranges.ts';
import { admitted, type Entry, reached } from '../../../../src/rules/checks/network/first-match.ts';

const entry = (allows: boolean, ...ranges: string[]): Entry => ({ allows, ranges, others: false });

/** Each family in sixteen equal blocks: a range of these prefixes is a set of blocks. */
const FAMILIES = [
  ['IPv4', (block: number, prefix: number) => `${block * 16}.0.0.0/${prefix}`],
  ['IPv6', (block: number, prefix: number) => `${block.toString(16)}000::/${prefix}`],
] as const;

describe.each(FAMILIES)('ranges of %s', (_, rangeOf) => {
  const part = fc.integer({ min: 0, max: 4 }).chain((prefix) => {
    const size = 2 ** (4 - prefix);
    return fc.integer({ min: 0, max: 2 ** prefix - 1 }).map((at) => ({
      range: rangeOf(at * size, prefix),
      blocks: Array.from({ length: size }, (_, index) => at * size + index),
    }));
  });

  it('are every address when their blocks are all blocks', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const blocks = new Set(parts.flatMap((one) => one.blocks));
        expect(areEveryone(parts.map(({ range }) => range))).toBe(blocks.size === 16);
      }),
    );
  });

  it('are reached when a block is left that no rule with the other action before them holds', () => {
    const rule = fc.record({ allows: fc.boolean(), parts: fc.array(part, { minLength: 1, maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), (rules) => {
        const entries = rules.map(({ allows, parts }) => entry(allows, ...parts.map(({ range }) => range)));
        const expected = rules.map(({ allows, parts }, at) => {
          // The rules directly before it with the same action are no others.
          let first = at;
          while (rules[first - 1]?.allows === allows) first -= 1;
          const before = new Set(rules.slice(0, first).flatMap((one) => one.parts.flatMap(({ blocks }) => blocks)));
          return parts.some(({ blocks }) => blocks.some((block) => !before.has(block)));
        });
        expect(reached(entries)).toEqual(entries.filter((_, at) => expected[at]));
      }),
    );
  });
});

test.each<[string, Entry[], string]>([
  ['no rules', [], 'nobody'],
  ['a range', [entry(true, '203.0.113.0/24')], 'named'],
  ['an address of each family', [entry(true, '203.0.113.7/32', '2001:db8::1/128')], 'named'],
  ['halves in two rules', [entry(true, '0.0.0.0/1'), entry(true, '128.0.0.0/1')], 'everyone'],
  ['halves of two families', [entry(true, '0.0.0.0/1', '8000::/1')], 'named'],
  ['everyone behind a denied range', [entry(false, '203.0.113.0/24'), entry(true, '0.0.0.0/0')], 'everyone'],
  ['a range behind a denied range that holds it', [entry(false, '10.0.0.0/8'), entry(true, '10.1.0.0/16')], 'nobody'],
  [
    'a range that is denied in parts',
    [entry(false, '10.0.0.0/9', '10.128.0.0/9'), entry(true, '10.0.0.0/8')],
    'nobody',
  ],
  ['a range that is denied but for an address', [entry(false, '10.0.0.0/32'), entry(true, '10.0.0.0/31')], 'named'],
  ['all of IPv6 behind all of IPv4', [entry(false, '0.0.0.0/0'), entry(true, '::/0')], 'everyone'],
  ['a tag behind all of one family', [entry(false, '0.0.0.0/0'), { allows: true, ranges: [], others: true }], 'named'],
  [
    'a tag behind all of both families',
    [entry(false, '0.0.0.0/0', '::/0'), { allows: true, ranges: [], others: true }],
    'nobody',
  ],
])('who is let in by %s', (_, entries, expected) => {
  expect(admitted(entries)).toBe(expected);
});
