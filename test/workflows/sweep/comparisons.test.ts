import { describe, expect, test } from 'vitest';
import type { ComparedLeaf } from '../../../src/domain/estate/compare.ts';
import { AGREEING_LOOKS, type Evidence, NO_EVIDENCE } from '../../../src/domain/estate/evidence.ts';
import { countComparison, packComparison, unpackComparison } from '../../../src/workflows/sweep/comparisons.ts';

const NOW = new Date('2026-01-01T12:00:00Z');
const HTTPS = { type: 'resource', leaf: '/properties/httpsOnly', valueClass: 'true' };
const KEY = 'resource /properties/httpsOnly';
const agreed = (looks: number): Evidence => ({
  ...NO_EVIDENCE,
  leaves: { [KEY]: { agreed: looks, unset: 0, values: ['true'], differed: 0, late: 0, notTold: 0, differedAt: null } },
});
/** Listed at noon. A change a minute before makes the row late. */
const looked = (result: ComparedLeaf['result'], changedAt: string | null = null) => ({
  ...{ leaves: packComparison([{ ...HTTPS, result }]), fingerprint: 'f' },
  ...{ listedAt: NOW.toISOString(), changedAt },
});
const JUST_BEFORE = '2026-01-01T11:59:00Z';

describe('a fingerprint stands for what Resource Manager said', () => {
  test('when the row agreed, or when what differed judges nothing', () => {
    expect(countComparison(agreed(AGREEING_LOOKS), looked('agreed'), NOW).confirmed).toBe(true);
    expect(countComparison(agreed(AGREEING_LOOKS - 1), looked('differed', JUST_BEFORE), NOW).confirmed).toBe(true);
  });

  test('not when a row that judges was only late: it would hide what it did not show yet', () => {
    const { evidence, confirmed } = countComparison(agreed(AGREEING_LOOKS), looked('differed', JUST_BEFORE), NOW);
    expect([evidence.leaves[KEY]?.agreed, confirmed]).toEqual([AGREEING_LOOKS, false]);
  });

  test('and a difference that no change explains ends the evidence, under another revision', () => {
    const { evidence } = countComparison(agreed(AGREEING_LOOKS), looked('differed'), NOW);
    expect(evidence.leaves[KEY]).toMatchObject({ agreed: 0, differed: 1 });
    expect(evidence.revision).not.toBe('');
  });
});

test('a comparison is stored and read as it was', () => {
  const compared: ComparedLeaf[] = [
    { ...HTTPS, result: 'agreed' },
    { type: 'configurations', leaf: '/properties/cors/allowedOrigins/*', result: 'not-told', valueClass: '' },
  ];
  expect(unpackComparison(packComparison([...compared, ...compared]))).toEqual(compared);
});
