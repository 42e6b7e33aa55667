/** The hour's budget of a subscription: never more than the limit, the oldest first, nobody forgotten. */
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

/** One budget, asked again and again. */
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

/** When its turn comes, in minutes; 0 is now. */
function minutes(answer: BudgetAnswer, now = 0): number {
  return answer.granted ? 0 : (answer.due - now) / MINUTE;
}

const limits = fc.integer({ min: 0, max: 5 });

describe('guarantee 11: at most so many resources are written automatically within an hour', () => {
  const steps = fc.array(
    fc.record({
      resource: fc.constantFrom(...'abcdefghij'),
      wait: fc.integer({ min: 0, max: 40 }),
      leaves: fc.boolean(),
    }),
    { minLength: 20, maxLength: 120 },
  );

  test('in no hour are more resources granted than the limit, whoever asks whenever and however often', () => {
    fc.assert(
      fc.property(limits, steps, (limit, all) => {
        const asked = line(limit);
        const granted: { resource: string; at: number }[] = [];
        let now = 0;
        for (const { resource, wait, leaves } of all) {
          now += wait * MINUTE;
          if (leaves) asked.leave(resource);
          if (asked.ask(resource, now).granted) granted.push({ resource, at: now });
          const lastHour = granted.filter(({ at }) => at > now - HOUR);
          expect(new Set(lastHour.map((one) => one.resource)).size).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  test('a limit that was lowered holds from the next claim on, a raised one lets the next ones through', () => {
    const asked = line(2);
    expect([asked.ask('a', 0).granted, asked.ask('b', 0).granted, asked.ask('c', 0).granted]).toEqual([
      true,
      true,
      false,
    ]);
    asked.limit = 0;
    expect(asked.ask('a', MINUTE)).toMatchObject({ granted: false, due: MINUTE + HOUR, used: 2 });
    asked.limit = 3;
    expect(asked.ask('c', MINUTE).granted).toBe(true);
  });

  test('a limit that was lowered lets nobody in before so few are left', () => {
    const asked = line(3);
    for (const [index, one] of ['a', 'b', 'c'].entries()) asked.ask(one, index * 10 * MINUTE);
    asked.limit = 1;
    expect(minutes(asked.ask('d', 30 * MINUTE))).toBe(80);
    expect([asked.ask('d', 79 * MINUTE).granted, asked.ask('d', 80 * MINUTE).granted]).toEqual([false, true]);
  });

  test('an instance whose clock is behind shortens no hour, and sees whose ends first', () => {
    const asked = line(2);
    asked.ask('a', 10 * MINUTE);
    expect([asked.ask('a', 5 * MINUTE).granted, asked.ask('b', 5 * MINUTE).granted]).toEqual([true, true]);
    expect(minutes(asked.ask('c', 10 * MINUTE))).toBe(65);
    expect([asked.ask('c', 65 * MINUTE).granted, asked.ask('d', 69 * MINUTE).granted]).toEqual([true, false]);
    expect(asked.ask('d', 70 * MINUTE).granted).toBe(true);
  });

  test('a limit of 0 never grants, and asks everybody to come again in an hour', () => {
    const asked = line(0);
    for (const now of [0, HOUR, 2 * HOUR])
      expect(asked.ask('a', now)).toMatchObject({ granted: false, due: now + HOUR });
  });
});

describe('what was granted is granted again', () => {
  test('within the hour, without using the budget twice', () => {
    const asked = line(2);
    for (const now of [0, 10 * MINUTE, 59 * MINUTE]) expect(asked.ask('a', now).granted).toBe(true);
    expect([asked.ask('b', 59 * MINUTE).granted, asked.ask('c', 59 * MINUTE).granted]).toEqual([true, false]);
  });

  test('but what asks for ever does not keep its place for ever: after an hour those that wait come first', () => {
    const asked = line(1);
    expect(asked.ask('a', 0).granted).toBe(true);
    expect(asked.ask('b', MINUTE)).toMatchObject({ granted: false, due: HOUR });
    expect(asked.ask('a', 59 * MINUTE).granted).toBe(true);
    expect(asked.ask('b', HOUR)).toMatchObject({ granted: false, due: HOUR + 59 * MINUTE });
    expect(asked.ask('a', HOUR + MINUTE).granted).toBe(false);
    expect(asked.ask('b', HOUR + 59 * MINUTE).granted).toBe(true);
  });
});

describe('the oldest first, and nobody forgotten', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 3 * 60 }), { minLength: 1, maxLength: 60 });
  const someLimit = fc.integer({ min: 1, max: 5 });

  /** Everybody comes when it is due, that many minutes late. Returns who was granted when, in this order. */
  function comeWhenDue(limit: number, first: readonly number[], late: (turn: number) => number) {
    const asked = line(limit);
    let coming = first.map((minute, index) => ({ resource: `r${index}`, at: minute * MINUTE }));
    const granted: { resource: string; at: number }[] = [];
    for (let turn = 0; coming.length > 0; turn++) {
      expect(turn).toBeLessThan(10_000);
      const [next, ...others] = coming.sort((a, b) => a.at - b.at);
      if (!next) break;
      const answer = asked.ask(next.resource, next.at);
      if (answer.granted) granted.push(next);
      coming = answer.granted ? others : [...others, { ...next, at: answer.due + late(turn) * MINUTE }];
    }
    return granted;
  }

  test('when everybody comes exactly when due, they are granted in the order they came, the limit each hour', () => {
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

  test('when they come at any time, and late by less than the grace, everybody gets a turn', () => {
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
            // A round takes an hour, and as long as the last of the round before was late: twice, when it met a full one.
            expect(at).toBeLessThanOrEqual((minute + rounds * 80) * MINUTE);
          }
        },
      ),
    );
  });

  test('who came first is first, although a later one asks earlier', () => {
    const asked = line(1);
    asked.ask('a', 0);
    expect(minutes(asked.ask('old', 0))).toBe(60);
    expect(minutes(asked.ask('new', MINUTE), MINUTE)).toBe(119);
    expect(asked.ask('new', HOUR).granted).toBe(false);
    expect(asked.ask('old', HOUR + MINUTE).granted).toBe(true);
  });

  test('who does not come when it is due keeps nobody waiting, and starts again at the end', () => {
    const asked = line(1);
    for (const one of ['a', 'gone', 'next']) asked.ask(one, 0);
    expect(asked.ask('next', HOUR + 14 * MINUTE).granted).toBe(false);
    expect(asked.ask('next', HOUR + 15 * MINUTE).granted).toBe(true);
    expect(minutes(asked.ask('gone', 2 * HOUR), 2 * HOUR)).toBe(15);
  });

  test('who leaves makes room at once', () => {
    const asked = line(1);
    for (const one of ['a', 'leaves', 'next']) asked.ask(one, 0);
    asked.leave('leaves');
    expect(asked.ask('next', HOUR).granted).toBe(true);
  });

  test('what is free meanwhile is not kept for those who are only expected later', () => {
    const asked = line(1);
    for (const one of ['a', 'b', 'c', 'd']) asked.ask(one, 0);
    asked.limit = 3;
    // b comes within the hour and keeps one of the two that are free; c and d are expected later.
    expect([asked.ask('d', MINUTE).granted, asked.ask('c', MINUTE).granted]).toEqual([true, false]);
    expect(asked.ask('b', MINUTE).granted).toBe(true);
  });
});

describe('an hour begins to hold once', () => {
  test('the one with which it begins is told so, as often as it asks within the hour; no other', () => {
    const asked = line(1);
    asked.ask('a', 0);
    expect(asked.ask('b', MINUTE)).toMatchObject({ first: true, since: MINUTE, used: 1 });
    expect(asked.ask('c', 2 * MINUTE)).toMatchObject({ first: false, since: MINUTE });
    expect(asked.ask('b', 3 * MINUTE)).toMatchObject({ first: true, since: MINUTE });
  });

  test('who waits since an earlier hour begins nothing, who is new does', () => {
    const asked = line(1);
    for (const one of ['a', 'b', 'c']) asked.ask(one, 0);
    expect(asked.ask('b', HOUR).granted).toBe(true);
    expect(asked.ask('c', HOUR + MINUTE)).toMatchObject({ granted: false, first: false });
    expect(asked.ask('d', HOUR + MINUTE)).toMatchObject({ granted: false, first: true, since: HOUR + MINUTE });
  });
});

describe('a budget is one row', () => {
  const all = Array.from({ length: MAX_PLACES }, (_, index) => `r${index}`);

  test('so the line is bounded: without a place it is an hour later, with one it is kept', () => {
    const full: Budget = { ...EMPTY_BUDGET, waiting: all.map((resource) => ({ resource, due: 5 * HOUR })) };
    const { budget, answer } = claim({ ...full, grants: [{ resource: 'a', first: 0, last: 0 }] }, 'new', MINUTE, 1);
    expect(answer).toMatchObject({ granted: false, due: MINUTE + HOUR });
    expect(budget.waiting).toEqual(full.waiting);
    const known = claim(budget, 'r3', MINUTE, 1);
    expect(known.answer).toMatchObject({ due: 4 * HOUR });
    expect(known.budget.waiting).toHaveLength(MAX_PLACES);
  });

  test('so no limit counts for more than it holds', () => {
    const full: Budget = { ...EMPTY_BUDGET, grants: all.map((resource) => ({ resource, first: 0, last: 0 })) };
    expect(claim(full, 'new', MINUTE, 100_000).answer).toMatchObject({ granted: false, used: MAX_PLACES, due: HOUR });
    expect(claim(full, 'r7', MINUTE, 100_000).answer).toEqual({ granted: true });
  });
});
