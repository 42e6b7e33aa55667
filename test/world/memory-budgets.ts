/** The hour's budgets by subscription, and what people were told. */
import { type Budget, claim, EMPTY_BUDGET, leave } from '../../src/domain/budget.ts';
import type { Budgets, Notice, Notices } from '../../src/workflows/ports.ts';

export function memoryBudgets(budgets: Map<string, Budget>): Budgets {
  return {
    claim: async ({ subscriptionId, key }, now, limit) => {
      const { budget, answer } = claim(budgets.get(subscriptionId) ?? EMPTY_BUDGET, key, now.getTime(), limit);
      budgets.set(subscriptionId, budget);
      return answer;
    },
    leave: async ({ subscriptionId, key }) => {
      budgets.set(subscriptionId, leave(budgets.get(subscriptionId) ?? EMPTY_BUDGET, key));
    },
  };
}

export function memoryNotices(told: Notice[]): Notices {
  return {
    tell: async (notice) => {
      told.push(structuredClone(notice));
    },
  };
}
