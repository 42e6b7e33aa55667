/** The listing of Resource Graph. It may be behind the existing resources, and differ from them. */
import { createHash } from 'node:crypto';
import type { RowSourceName } from '../../../src/domain/estate/leaves.ts';
import { columnsOfSources } from '../../../src/domain/estate/listed-rows.ts';
import { isObject, type Json, type JsonObject } from '../../../src/domain/resources/json.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { bodyOf } from '../../../src/domain/resources/snapshot.ts';
import type {
  Arm,
  Estate,
  EstateCount,
  EstateList,
  EstateQuery,
  EstateRefusal,
  EstateTable,
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
      // Every resource has a row. Other rows are there where a test says so.
      const prefix = `${table} /subscriptions/${subscriptionId.toLowerCase()}/`;
      const others = [...estate.columns.keys()].filter((key) => key.startsWith(prefix));
      const ids = table === 'resources' ? idsOf(subscriptionId) : others.map((key) => key.slice(table.length + 1));
      const rows = ids
        .filter((id) => partOf(id, part.of) === part.index)
        .map((id) => ({ id, columns: estate.columns.get(`${table} ${id.toLowerCase()}`) ?? {} }));
      return { kind: 'listed', rows, complete: true, waitSeconds: 0 };
    },
  };
  return estate;
}

/** Lists an app with the rows that its documents give now, those of its group and plan too. */
export async function publish({ estate, arm }: { estate: FakeEstate; arm: Arm }, id: string): Promise<void> {
  const resource = parseResourceId(id);
  if (!resource) throw new Error(`${id} is no resource`);
  if (!estate.ids.includes(id)) estate.ids.push(id);
  const type = resource.type.toLowerCase();
  const snapshot = await arm.read(resource, ['resource', 'config/web']);
  const [site, config] = [bodyOf(snapshot, 'resource'), bodyOf(snapshot, 'config/web')];
  const put = (table: EstateTable, of: string, row: JsonObject) =>
    estate.columns.set(`${table} ${of.toLowerCase()}`, { apiVersion: '1', ...row });
  put('resources', id, { ...columnsOf(['site', 'containerApp', 'environment', 'plan'], site), type });
  if (config) put('configurations', id, { ...columnsOf(['siteConfig'], config), type: `${type}/config` });
  const group = id.split('/').slice(0, 5).join('/');
  put('groups', group, { type: 'microsoft.resources/subscriptions/resourcegroups' });
  const properties = isObject(site?.properties) ? site.properties : {};
  if (typeof properties.serverFarmId === 'string') {
    put('shared', properties.serverFarmId, { type: 'microsoft.web/serverfarms' });
  }
}

function columnsOf(sources: readonly RowSourceName[], body: JsonObject | null): JsonObject {
  const valueAt = (path: string) =>
    path.split('.').reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), body ?? {});
  const columns = Object.entries(columnsOfSources(sources)).map(([name, path]) => [name, valueAt(path) ?? null]);
  return Object.fromEntries(columns);
}

/** Another hash than that of Azure: nobody may rely on it. */
export function partOf(id: string, of: number): number {
  return createHash('sha256').update(id.toLowerCase()).digest().readUInt32LE(0) % of;
}
