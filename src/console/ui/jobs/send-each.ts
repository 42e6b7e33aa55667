/** Sends a request for each item, where the API takes one at a time. */
import { ApiError } from '../../api/client.ts';
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
