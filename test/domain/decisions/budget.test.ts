/**
 * The hourly budget of a subscription: never more than the limit, the oldest first, and each waiting resource gets a
 * turn.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Budget,
  type BudgetAnswer,
  claim,
  EMPTY_BUDGET,
  MAX_PLACES,
  withdraw,
} from '../../../src/domain/decisions/budget.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One budget with several claims. */
function line(limit: number) {
  let budget: Budget = EMPTY_BUDGET;
  return {
    limit,
    ask(resource: string, now: number): BudgetAnswer {
      const claimed = claim(budget, resource, now, this.limit);
      budget = claimed.budget;
      return claimed.answer;
    },
    leave: (resource: string) => {
      budget = withdraw(budget, resource);
    },
    now: () => budget,
  };
}

/** The time of its turn, in minutes; 0 is now. */
function minutes(answer: BudgetAnswer, now = 0): number {
  return answer.granted ? 0 : (answer.due - now) / MINUTE;
}

const limits = fc.integer({ min: 0, max: 5 });

describe('guarantee 11: at most so many resources are written automatically within one hour', () => {
  const steps = fc.array(
    fc.record({
      resource: fc.constantFrom(...'abcdefghij'),
      wait: fc.integer({ min: 0, max: 40 }),
      leaves: fc.boolean(),
    }),
    { minLength: 20, maxLength: 120 },
  );

  test('in no hour are more resources granted than the limit, for any claims at any time', () => {
    fc.assert(
      fc.property(limits, steps, (limit, all) => {
        const budget = line(limit);
        const granted: { resource: string; at: number }[] = [];
        let now = 0;
        for (const { resource, wait, leaves } of all) {
          now += wait * MINUTE;
          if (leaves) budget.leave(resource);
          if (budget.ask(resource, now).granted) granted.push({ resource, at: now });
          const lastHour = granted.filter(({ at }) => at > now - HOUR);
          expect(new Set(lastHour.map((one) => one.resource)).size).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  test('a lowered limit applies from the next claim on, and a raised one grants the next resources', () => {
    const budget = line(2);
    expect([budget.ask('a', 0).granted, budget.ask('b', 0).granted, budget.ask('c', 0).granted]).toEqual([
      true,
      true,
      false,
    ]);
    budget.limit = 0;
    expect(budget.ask('a', MINUTE)).toMatchObject({ granted: false, due: MINUTE + HOUR, used: 2 });
    budget.limit = 3;
    expect(budget.ask('c', MINUTE).granted).toBe(true);
  });

  test('after the limit was lowered nothing is granted until fewer places are used', () => {
    const budget = line(3);
    for (const [index, one] of ['a', 'b', 'c'].entries()) budget.ask(one, index * 10 * MINUTE);
    budget.limit = 1;
    expect(minutes(budget.ask('d', 30 * MINUTE))).toBe(80);
    expect([budget.ask('d', 79 * MINUTE).granted, budget.ask('d', 80 * MINUTE).granted]).toEqual([false, true]);
  });

  test('a clock that is behind shortens no hour, and the place that ends first is known', () => {
    const budget = line(2);
    budget.ask('a', 10 * MINUTE);
    expect([budget.ask('a', 5 * MINUTE).granted, budget.ask('b', 5 * MINUTE).granted]).toEqual([true, true]);
    expect(minutes(budget.ask('c', 10 * MINUTE))).toBe(65);
    expect([budget.ask('c', 65 * MINUTE).granted, budget.ask('d', 69 * MINUTE).granted]).toEqual([true, false]);
    expect(budget.ask('d', 70 * MINUTE).granted).toBe(true);
  });

  test('a limit of 0 never grants, and each claim is due again in one hour', () => {
    const budget = line(0);
    for (const now of [0, HOUR, 2 * HOUR])
      expect(budget.ask('a', now)).toMatchObject({ granted: false, due: now + HOUR });
  });
});

describe('a granted resource that claims again', () => {
  test('is granted within the hour without a second place', () => {
    const budget = line(2);
    for (const now of [0, 10 * MINUTE, 59 * MINUTE]) expect(budget.ask('a', now).granted).toBe(true);
    expect([budget.ask('b', 59 * MINUTE).granted, budget.ask('c', 59 * MINUTE).granted]).toEqual([true, false]);
  });

  test('loses its place after one hour when others wait', () => {
    const budget = line(1);
    expect(budget.ask('a', 0).granted).toBe(true);
    expect(budget.ask('b', MINUTE)).toMatchObject({ granted: false, due: HOUR });
    expect(budget.ask('a', 59 * MINUTE).granted).toBe(true);
    expect(budget.ask('b', HOUR)).toMatchObject({ granted: false, due: HOUR + 59 * MINUTE });
    expect(budget.ask('a', HOUR).granted).toBe(false);
    expect(budget.ask('b', HOUR + 59 * MINUTE).granted).toBe(true);
  });
});

describe('the order of waiting resources', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 3 * 60 }), { minLength: 1, maxLength: 60 });
  const someLimit = fc.integer({ min: 1, max: 5 });

  /**
   * Every resource claims again when it is due, that many minutes late. Returns the grants in order, with their times.
   */
  function comeWhenDue(limit: number, first: readonly number[], late: (turn: number) => number) {
    const budget = line(limit);
    let coming = first.map((minute, index) => ({ resource: `r${index}`, at: minute * MINUTE }));
    const granted: { resource: string; at: number }[] = [];
    for (let turn = 0; coming.length > 0; turn++) {
      expect(turn).toBeLessThan(10_000);
      const [next, ...others] = coming.sort((a, b) => a.at - b.at);
      if (!next) break;
      const answer = budget.ask(next.resource, next.at);
      if (answer.granted) granted.push(next);
      coming = answer.granted ? others : [...others, { ...next, at: answer.due + late(turn) * MINUTE }];
    }
    return granted;
  }

  test('when every resource claims exactly when due, they are granted in order of arrival, the limit per hour', () => {
    fc.assert(
      fc.property(someLimit, fc.integer({ min: 1, max: 40 }), (limit, count) => {
        const granted = comeWhenDue(limit, Array(count).fill(0), () => 0);
        expect(granted).toEqual(
          Array.from({ length: count }, (_, index) => ({
            resource: `r${index}`,
            at: Math.floor(index / limit) * HOUR,
          })),
        );
      }),
    );
  });

  test('when resources claim at any time, late by less than the grace, each gets a turn', () => {
    fc.assert(
      fc.property(
        someLimit,
        arrivals,
        fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 7, maxLength: 7 }),
        (limit, first, delays) => {
          const granted = comeWhenDue(limit, first, (turn) => delays[turn % delays.length] ?? 0);
          const rounds = Math.floor(first.length / limit) + 2;
          for (const [index, minute] of first.entries()) {
            const at = granted.find(({ resource }) => resource === `r${index}`)?.at ?? Number.POSITIVE_INFINITY;
            // A round takes one hour plus the delay of the last resource of the round before: twice, when it met a
            // full one.
            expect(at).toBeLessThanOrEqual((minute + rounds * 80) * MINUTE);
          }
        },
      ),
    );
  });

  test('the first to wait is granted first, although a later one claims earlier', () => {
    const budget = line(1);
    budget.ask('a', 0);
    expect(minutes(budget.ask('old', 0))).toBe(60);
    expect(minutes(budget.ask('new', MINUTE), MINUTE)).toBe(119);
    expect(budget.ask('new', HOUR).granted).toBe(false);
    expect(budget.ask('old', HOUR + MINUTE).granted).toBe(true);
  });

  test('a resource that does not claim when due blocks nobody, and starts again at the end', () => {
    const budget = line(1);
    for (const one of ['a', 'gone', 'next']) budget.ask(one, 0);
    expect(budget.ask('next', HOUR + 14 * MINUTE).granted).toBe(false);
    expect(budget.ask('next', HOUR + 15 * MINUTE).granted).toBe(true);
    expect(minutes(budget.ask('gone', 2 * HOUR), 2 * HOUR)).toBe(15);
  });

  test('a resource that withdraws frees its place at once', () => {
    const budget = line(1);
    for (const one of ['a', 'leaves', 'next']) budget.ask(one, 0);
    budget.leave('leaves');
    expect(budget.ask('next', HOUR).granted).toBe(true);
  });

  test('a free place is not kept for resources that are due later', () => {
    const budget = line(1);
    for (const one of ['a', 'b', 'c', 'd']) budget.ask(one, 0);
    budget.limit = 3;
    // b comes within the hour and keeps one of the two free places; c and d are due later.
    expect([budget.ask('d', MINUTE).granted, budget.ask('c', MINUTE).granted]).toEqual([true, false]);
    expect(budget.ask('b', MINUTE).granted).toBe(true);
  });
});

describe('a free place', () => {
  const budget: Budget = { ...EMPTY_BUDGET, grants: [{ resource: 'a', first: 0, last: 0 }] };

  test.each([
    ['is kept for an older resource that is due when it would be free again', HOUR, false],
    ['is not kept for one that is due later', HOUR + 1, true],
  ])('%s', (_, due, granted) => {
    const { answer } = claim({ ...budget, waiting: [{ resource: 'old', due }] }, 'new', 0, 2);
    expect(answer.granted).toBe(granted);
  });

  test('is the turn of the older resource, and the next one has the place that ends first', () => {
    const old = { resource: 'old', due: 30 * MINUTE };
    expect(claim({ ...budget, waiting: [old] }, 'new', 10 * MINUTE, 2).answer).toMatchObject({ due: HOUR });
    const more = { ...budget, waiting: [old, { resource: 'next', due: HOUR }] };
    expect(claim(more, 'new', 10 * MINUTE, 2).answer).toMatchObject({ due: 10 * MINUTE + HOUR });
  });
});

describe('stored entries with times that no claim wrote are ignored and counted', () => {
  const FAR = (MAX_PLACES + 1) * HOUR + 15 * MINUTE;

  test.each<[string, Partial<Budget>, number | undefined]>([
    [
      'a grant of a clock that is ahead',
      { grants: [{ resource: 'a', first: 15 * MINUTE, last: 15 * MINUTE }] },
      undefined,
    ],
    ['a first grant in the future', { grants: [{ resource: 'a', first: 15 * MINUTE + 1, last: 0 }] }, 1],
    ['a last grant in the future', { grants: [{ resource: 'a', first: 0, last: 15 * MINUTE + 1 }] }, 1],
    ['the end of the longest line', { waiting: [{ resource: 'a', due: FAR }] }, undefined],
    ['beyond the longest line', { waiting: [{ resource: 'a', due: FAR + 1 }] }, 1],
    ['a hold of a clock that is ahead', { holding: { since: 15 * MINUTE, by: 'a' } }, undefined],
    ['a hold of the future', { holding: { since: 15 * MINUTE + 1, by: 'a' } }, 1],
    [
      'all at once',
      {
        grants: [{ resource: 'a', first: 9e9, last: 9e9 }],
        waiting: [{ resource: 'b', due: 9e15 }],
        holding: { since: 9e9, by: 'b' },
      },
      3,
    ],
  ])('%s', (_, members, ignored) => {
    const { budget, answer } = claim({ ...EMPTY_BUDGET, ...members }, 'new', 0, 5);
    expect(answer).toEqual({ granted: true, ...(ignored && { ignored }) });
    const kept = budget.grants.length - 1 + budget.waiting.length + (budget.holding ? 1 : 0);
    expect(kept).toBe(ignored ? 0 : 1);
  });
});

describe('the begin of an hour with held resources', () => {
  test('is marked for the resource with which it begins, at each of its claims within the hour, and for no other', () => {
    const budget = line(1);
    budget.ask('a', 0);
    expect(budget.ask('b', MINUTE)).toMatchObject({ first: true, since: MINUTE, used: 1 });
    expect(budget.ask('c', 2 * MINUTE)).toMatchObject({ first: false, since: MINUTE });
    expect(budget.ask('b', 3 * MINUTE)).toMatchObject({ first: true, since: MINUTE });
  });

  test('is over after the hour', () => {
    const budget = line(0);
    budget.ask('a', 0);
    expect(budget.ask('b', HOUR - 1)).toMatchObject({ first: false, since: 0 });
    expect(budget.ask('c', HOUR)).toMatchObject({ first: true, since: HOUR });
  });

  test('is not marked for a resource that waits since an earlier hour, but for a new one', () => {
    const budget = line(1);
    for (const one of ['a', 'b', 'c']) budget.ask(one, 0);
    expect(budget.ask('b', HOUR).granted).toBe(true);
    expect(budget.ask('c', HOUR + MINUTE)).toMatchObject({ granted: false, first: false });
    expect(budget.ask('d', HOUR + MINUTE)).toMatchObject({ granted: false, first: true, since: HOUR + MINUTE });
  });
});

describe('the limits of the row', () => {
  const all = Array.from({ length: MAX_PLACES }, (_, index) => `r${index}`);

  test('without a free entry in the line a claim is due an hour later, and a waiting one is kept', () => {
    const full: Budget = { ...EMPTY_BUDGET, waiting: all.map((resource) => ({ resource, due: 5 * HOUR })) };
    const { budget, answer } = claim({ ...full, grants: [{ resource: 'a', first: 0, last: 0 }] }, 'new', MINUTE, 1);
    expect(answer).toMatchObject({ granted: false, due: MINUTE + HOUR });
    expect(budget.waiting).toEqual(full.waiting);
    const known = claim(budget, 'r3', MINUTE, 1);
    expect(known.answer).toMatchObject({ due: 4 * HOUR });
    expect(known.budget.waiting).toHaveLength(MAX_PLACES);
  });

  test('no limit allows more places than the row holds', () => {
    const full: Budget = { ...EMPTY_BUDGET, grants: all.map((resource) => ({ resource, first: 0, last: 0 })) };
    expect(claim(full, 'new', MINUTE, 100_000).answer).toMatchObject({ granted: false, used: MAX_PLACES, due: HOUR });
    expect(claim(full, 'r7', MINUTE, 100_000).answer).toEqual({ granted: true });
  });
});
