/** Changes items one after the other: the API has no call for many. */
import { ApiError } from '../../api/client.ts';

/** Throws the first ApiError after all were tried, so that one refusal keeps nobody else. */
export async function changeEach<T>(
  _title: string,
  items: readonly T[],
  change: (item: T) => Promise<unknown>,
): Promise<void> {
  let first: ApiError | null = null;
  for (const item of items) {
    try {
      await change(item);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      first ??= error;
    }
  }
  if (first) throw first;
}
