/**
 * Who was written and who waits, of each subscription one row, which changes only under the version it was read by: of two
 * that ask for the last place at once, one gets it. Resources stand in it by a short hash, to bound the row.
 */
import * as z from 'zod';
import { type Budget, claim, EMPTY_BUDGET, leave } from '../domain/budget.ts';
import { type Budgets, StaleVersion } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { hashOf } from './keys.ts';
import type { Table } from './table.ts';

/** `pause` waits before an attempt is repeated (1, 2, ...), long enough for another writer to be done. */
export function openBudgets(table: Table, pause: (attempt: number) => Promise<void>): Budgets {
  async function change<T>(subscriptionId: string, step: (budget: Budget) => Changed<T>): Promise<T> {
    const key = { partitionKey: PARTITION, rowKey: hashOf(subscriptionId.toLowerCase()) };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(attempt);
      const row = await table.get(key.partitionKey, key.rowKey);
      const { budget, answer } = step(row ? toBudget(valueIn(BUDGET, table.name, row)) : EMPTY_BUDGET);
      const entity = entityOf(key, toRow(budget));
      if ((row ? await table.replace(entity, row.etag) : await table.insert(entity)) !== null) return answer;
    }
    throw new StaleVersion(`the budget of subscription ${subscriptionId} was asked by too many at once`);
  }

  return {
    claim: ({ subscriptionId, key }, now, limit) =>
      change(subscriptionId, (budget) => claim(budget, shortHash(key), now.getTime(), limit)),

    leave: ({ subscriptionId, key }) =>
      change(subscriptionId, (budget) => ({ budget: leave(budget, shortHash(key)), answer: undefined })),
  };
}

interface Changed<T> {
  readonly budget: Budget;
  readonly answer: T;
}

const PARTITION = 'budget';
const ATTEMPTS = 20;
const MILLISECONDS = z.int();
/** Lists instead of objects: thousands of them are one row. */
const BUDGET = z.strictObject({
  grants: z.array(z.tuple([z.string(), MILLISECONDS, MILLISECONDS])),
  waiting: z.array(z.tuple([z.string(), MILLISECONDS])),
  holding: z.tuple([z.string(), MILLISECONDS]).nullable(),
});

function toBudget({ grants, waiting, holding }: z.infer<typeof BUDGET>): Budget {
  return {
    grants: grants.map(([resource, first, last]) => ({ resource, first, last })),
    waiting: waiting.map(([resource, due]) => ({ resource, due })),
    holding: holding && { by: holding[0], since: holding[1] },
  };
}

function toRow({ grants, waiting, holding }: Budget): z.infer<typeof BUDGET> {
  return {
    grants: grants.map(({ resource, first, last }) => [resource, first, last]),
    waiting: waiting.map(({ resource, due }) => [resource, due]),
    holding: holding && [holding.by, holding.since],
  };
}

/** 16 hex characters: among some thousands no two are the same. */
function shortHash(key: string): string {
  return hashOf(key).slice(0, 16);
}
