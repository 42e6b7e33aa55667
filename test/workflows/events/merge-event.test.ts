/** An event that is stored for several resources, such as a swap, is shown as one. */
import { describe, expect, test } from 'vitest';
import type { EventOutcome, StoredEvent } from '../../../src/workflows/ports/events.ts';
import { mergeEvent } from '../../../src/workflows/ports/events.ts';
import { SHOP } from '../../fakes/azure/resources.ts';

function part(
  resource: string | null,
  minute: number,
  outcome: EventOutcome | null,
  ...auditIds: string[]
): StoredEvent {
  return {
    event: { id: 'e1', operation: 'o', eventTime: null, correlationId: null, changedBy: null, appId: null },
    ...{ resource, receivedAt: `2026-03-01T12:0${minute}:00.000Z`, outcome, auditIds },
    reasons: outcome === null ? [] : [{ code: 'evaluated', text: `Found ${minute}.` }],
  };
}

describe('an event', () => {
  test('that is stored nowhere is none, and one that is stored once is itself', () => {
    const one = part(SHOP, 1, 'evaluated', 'a1');
    expect([mergeEvent([]), mergeEvent([one])]).toEqual([null, one]);
    expect(mergeEvent([one])).toBe(one);
  });

  test('has what was stored first, the entries of all, each once, and the reasons with their resources', () => {
    const parts = [
      part(`${SHOP}/slots/blue`, 3, 'evaluated', 'a2', 'a1'),
      part(SHOP, 1, 'evaluated', 'a1'),
      part(null, 2, 'evaluated'),
    ];
    expect(mergeEvent(parts)).toEqual({
      ...parts[1],
      auditIds: ['a2', 'a1'],
      reasons: [
        { code: 'evaluated', text: 'shop/blue: Found 3.' },
        { code: 'evaluated', text: 'shop: Found 1.' },
        { code: 'evaluated', text: 'no resource: Found 2.' },
      ],
    });
    expect(parts.map(({ receivedAt }) => receivedAt[15])).toEqual(['3', '1', '2']);
  });

  test.each<[readonly (EventOutcome | null)[], EventOutcome | null]>([
    [['evaluated', null], null],
    [[null, null], null],
    [['covered', 'covered'], 'covered'],
    [['evaluated', 'gone'], 'evaluated'],
    [['gone', 'evaluated'], 'evaluated'],
  ])('with the outcomes %j has the outcome %s', (outcomes, outcome) => {
    expect(mergeEvent(outcomes.map((one, nth) => part(SHOP, nth, one)))?.outcome).toBe(outcome);
  });
});
