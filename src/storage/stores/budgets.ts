/**
 * The budget of each subscription: one row, which is replaced only in the version that was read. So of two concurrent claims
 * for the last slot, one succeeds. A resource is stored as a short hash, to limit the size of the row.
 */

import * as z from 'zod';
import { type Budget, claim, EMPTY_BUDGET, withdraw } from '../../domain/decisions/budget.ts';
import type { Budgets } from '../../workflows/ports/guards.ts';
import { ConflictError } from '../../workflows/ports/storage.ts';
import { entityOf } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, repeatUntilWritten, saveRow } from '../table/versioned-row.ts';

/** `pause` waits before attempt 1, 2, ... is repeated, long enough for another writer to finish. */
export function openBudgets(table: Table, pause: (attempt: number) => Promise<void>): Budgets {
  async function change<T>(subscriptionId: string, step: (budget: Budget) => Changed<T>): Promise<T> {
    const key = { partitionKey: PARTITION, rowKey: hashOf(subscriptionId.toLowerCase()) };
    const tryChange = async () => {
      const found = await loadVersioned(table, key, BUDGET);
      const changed = step(found ? toBudget(found.value) : EMPTY_BUDGET);
      const saved = await saveRow(table, entityOf(key, toRow(changed.budget)), found?.version ?? null);
      return saved === null ? null : changed;
    };
    const what = `change the budget of subscription ${subscriptionId}`;
    return (await repeatUntilWritten(what, tryChange, { attempts: ATTEMPTS, pause, failure: ConflictError })).answer;
  }

  return {
    claim: ({ subscriptionId, key }, now, limit) =>
      change(subscriptionId, (budget) => claim(budget, shortHash(key), now.getTime(), limit)),

    withdraw: ({ subscriptionId, key }) =>
      change(subscriptionId, (budget) => ({ budget: withdraw(budget, shortHash(key)), answer: undefined })),
  };
}

interface Changed<T> {
  readonly budget: Budget;
  readonly answer: T;
}

const PARTITION = 'budget';
const ATTEMPTS = 20;
const MILLISECONDS = z.int();

/** Arrays instead of objects: one row holds thousands of entries. */
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

/** 16 hex characters: enough to tell some thousands apart. */
function shortHash(key: string): string {
  return hashOf(key).slice(0, 16);
}
