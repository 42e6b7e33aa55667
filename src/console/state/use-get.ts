/** What the API answers, read when a component is shown and again when it may have changed. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, get } from '../api/client.ts';
import type { Kind } from '../api/types.ts';
import { isConnected, state } from './live.ts';

export interface Loaded<T> {
  /** The last answer; undefined before the first. It stays while the next one is on its way. */
  readonly data: T | undefined;
  readonly error: ApiError | null;
  readonly isLoading: boolean;
  reload(): void;
}

/**
 * The body of `GET /api` + path; null reads nothing. It is read again when the path changes, and when a revision of one of
 * `kinds` does.
 */
export function useGet<T>(path: string | null, kinds: readonly Kind[] = []): Loaded<T> {
  const data = useSignal<{ path: string; body: T } | null>(null);
  const error = useSignal<ApiError | null>(null);
  const isLoading = useSignal(path !== null);
  const round = useSignal(0);
  const wanted = kinds.join();
  const revision = useComputed(() => {
    const revisions = state.value?.revisions;
    return revisions ? kinds.map((kind) => revisions[kind]).join() : null;
  });

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    isLoading.value = true;
    get<T>(path, abort.signal).then(
      (body) => {
        data.value = { path, body };
        error.value = null;
        isLoading.value = false;
      },
      (failure: unknown) => {
        if (!(failure instanceof ApiError)) return;
        error.value = failure;
        isLoading.value = false;
      },
    );
    return () => abort.abort();
  }, [path, round.value, data, error, isLoading]);

  const known = useSignal<string | null>(null);
  useSignalEffect(() => {
    const now = revision.value;
    if (wanted === '' || now === null || now === known.peek()) return;
    // The first revision is that of the answer that is on its way.
    if (known.peek() !== null) round.value += 1;
    known.value = now;
  });

  // What failed for want of a connection or a session is asked again when there is one.
  useSignalEffect(() => {
    if (isConnected.value && error.peek() !== null) round.value = round.peek() + 1;
  });

  return {
    data: data.value && (path === null || data.value.path === path) ? data.value.body : undefined,
    error: error.value,
    isLoading: isLoading.value,
    reload: () => {
      round.value += 1;
    },
  };
}
