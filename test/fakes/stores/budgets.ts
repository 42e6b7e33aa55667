/** The hourly budgets, by subscription. */
import { type Budget, claim, EMPTY_BUDGET, withdraw } from '../../../src/domain/decisions/budget.ts';
import type { Budgets } from '../../../src/workflows/ports/guards.ts';

export function fakeBudgets(budgets: Map<string, Budget>): Budgets {
  const budgetOf = (subscriptionId: string) => budgets.get(subscriptionId.toLowerCase()) ?? EMPTY_BUDGET;
  return {
    claim: async ({ subscriptionId, key }, now, limit) => {
      const { budget, answer } = claim(budgetOf(subscriptionId), key, now.getTime(), limit);
      budgets.set(subscriptionId.toLowerCase(), budget);
      return answer;
    },
    withdraw: async ({ subscriptionId, key }) => {
      budgets.set(subscriptionId.toLowerCase(), withdraw(budgetOf(subscriptionId), key));
    },
  };
}
