/** Results of items: one request for each, where the API takes one at a time, or one answer for many. */
import { ApiError } from '../../api/client.ts';
import type { Problem } from '../../api/types.ts';
import type { JobItem, JobResult } from './model.ts';

/**
 * A refusal is the result of its item. No answer, or a failure of the service, is thrown: the job stops and can go on later.
 * `isDone` says which refusals mean that it is as wanted already.
 */
export async function sendEach(
  part: readonly JobItem[],
  send: (item: JobItem) => Promise<unknown>,
  isDone: (error: ApiError) => boolean = () => false,
): Promise<JobResult[]> {
  const results: JobResult[] = [];
  for (const item of part) {
    try {
      await send(item);
      results.push({ id: item.id, state: 'done' });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0 || error.status === 401 || error.status >= 500)
        throw error;
      results.push(
        isDone(error) ? { id: item.id, state: 'done' } : { id: item.id, state: 'refused', text: error.message },
      );
    }
  }
  return results;
}

/** What an answer for many items says of one. */
export interface ItemAnswer {
  readonly status: number;
  readonly problem?: Partial<Problem>;
}

export function resultOf(id: string, { status, problem }: ItemAnswer): JobResult {
  if (status < 300) return { id, state: 'done' };
  const text = problem?.detail ?? problem?.title ?? 'No reason was given.';
  return { id, state: status >= 500 ? 'failed' : 'refused', text };
}
