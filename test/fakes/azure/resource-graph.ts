/** The listing of Resource Graph. It may be behind the existing resources, and differ from them. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import type {
  Estate,
  EstateCount,
  EstateList,
  EstateQuery,
  EstateRefusal,
} from '../../../src/workflows/ports/azure.ts';

export interface FakeEstate extends Estate {
  /** The ids that Resource Graph lists. Tests set them, because they may differ from what exists. */
  ids: string[];
  /** How many resources are counted; null: as many as there are. Tests set it to have several partitions. */
  counted: number | null;
  /** Columns of a row by table and id in lower case. */
  readonly columns: Map<string, JsonObject>;
  /** Replaces an answer; undefined leaves it as it is. */
  onCount: (() => EstateCount | EstateRefusal | undefined) | null;
  onList: ((query: EstateQuery) => EstateList | EstateRefusal | undefined) | null;
  /** Each query: `count`, or table and partition. */
  readonly requests: string[];
}

export function fakeEstate(): FakeEstate {
  const idsOf = (subscriptionId: string) =>
    [...estate.ids]
      .filter((id) => id.toLowerCase().startsWith(`/subscriptions/${subscriptionId.toLowerCase()}/`))
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const estate: FakeEstate = {
    ids: [],
    counted: null,
    columns: new Map(),
    onCount: null,
    onList: null,
    requests: [],
    countResources: async (subscriptionId) => {
      estate.requests.push('count');
      const other = estate.onCount?.();
      return other ?? { kind: 'counted', total: estate.counted ?? idsOf(subscriptionId).length, waitSeconds: 0 };
    },
    listPart: async (query) => {
      const { subscriptionId, table, part } = query;
      estate.requests.push(`${table} ${part.index}/${part.of}`);
      const other = estate.onList?.(query);
      if (other) return other;
      const ids = idsOf(subscriptionId).filter((id) => partOf(id, part.of) === part.index);
      const rows = ids.flatMap((id) => {
        const columns = estate.columns.get(`${table} ${id.toLowerCase()}`);
        // Every resource has a row, only web apps have a configuration, and only where a test says so.
        return table === 'resources' || columns ? [{ id, columns: columns ?? {} }] : [];
      });
      return { kind: 'listed', rows, complete: true, waitSeconds: 0 };
    },
  };
  return estate;
}

/** Another hash than that of Azure: nobody may rely on it. */
export function partOf(id: string, of: number): number {
  return createHash('sha256').update(id.toLowerCase()).digest().readUInt32LE(0) % of;
}
