/** The listing of Resource Graph. It may be behind the existing resources. */
import type { Estate, EstatePage } from '../../../src/workflows/ports/azure.ts';

export interface FakeEstate extends Estate {
  /** The ids that Resource Graph lists. Tests set them, because they may differ from what exists. */
  ids: string[];
  /** Rows of a page. */
  pageSize: number;
  /** Replaces an answer; undefined leaves it as it is. */
  onList: ((token: string | null) => EstatePage | undefined) | null;
  /** The token of each request. */
  readonly requests: (string | null)[];
}

export function fakeEstate(): FakeEstate {
  const estate: FakeEstate = {
    ids: [],
    pageSize: 100,
    onList: null,
    requests: [],
    listResources: async (subscriptionId, token) => {
      estate.requests.push(token);
      const other = estate.onList?.(token);
      if (other) return other;
      const start = Number(token ?? 0);
      const end = start + estate.pageSize;
      const rows = estate.ids
        .filter((id) => id.toLowerCase().startsWith(`/subscriptions/${subscriptionId.toLowerCase()}/`))
        .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
      return {
        kind: 'page',
        ids: rows.slice(start, end),
        next: end < rows.length ? String(end) : null,
        waitSeconds: 0,
      };
    },
  };
  return estate;
}
