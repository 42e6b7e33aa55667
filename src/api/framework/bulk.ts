/** Requests about several items: each is handled like a single request, and one that fails does not affect the others. */

import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import type { Deps } from '../../workflows/ports/deps.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import type { ApiResponse } from './endpoint.ts';
import { internalProblem, problemDocument, problemOf, storageProblem } from './problem.ts';

/** The maximum number of items in a request. */
export const MAX_ITEMS = 100;

/** The answer for one item: what a single request would answer. */
export function itemAnswer<T extends z.ZodRawShape>(members: T) {
  return z.strictObject({
    ...members,
    status: z.int().describe('The status of the same request for this item alone'),
    problem: problemDocument.exactOptional(),
  });
}

interface Call<Item> {
  /** The status of a single request that succeeds. */
  readonly status: number;
  /** The log fields of an item. */
  readonly fields: (item: Item) => Readonly<Record<string, string>>;
}

/**
 * The answers in the order of the items. They are handled one after the other: an item that is named twice is then a
 * repetition, and does not race with itself.
 */
export async function answerEach<Item, Result extends object>(
  deps: Deps,
  items: readonly Item[],
  { status, fields }: Call<Item>,
  handle: (item: Item) => Promise<Result>,
): Promise<object[]> {
  const answers: object[] = [];
  for (const item of items) {
    try {
      answers.push({ ...(await handle(item)), status });
    } catch (error) {
      const { status: refused, body: problem } = problemFor(deps, fields(item), error);
      answers.push({ ...fields(item), status: refused, problem });
    }
  }
  return answers;
}

function problemFor(deps: Deps, fields: Readonly<Record<string, string>>, error: unknown): ApiResponse {
  if (error instanceof Refusal) return problemOf(error);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const instance = deps.newId();
  deps.log.error({ ...fields, problem: instance, error: { name, message, stack } }, 'an item of a request failed');
  return error instanceof StorageUnavailable ? storageProblem() : internalProblem(instance);
}
