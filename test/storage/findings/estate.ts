/** An estate of resources with findings, as the storage holds it: its tables are a stand-in that counts the requests. */

import type { Finding } from '../../../src/domain/decisions/finding.ts';
import { briefOf, type ResourceBrief } from '../../../src/domain/decisions/finding-briefs.ts';
import { openFindings } from '../../../src/storage/findings/findings.ts';
import { FINDING_PARTITION, indexOf, indexRow } from '../../../src/storage/findings/index-rows.ts';
import { findingRow } from '../../../src/storage/findings/listed-rows.ts';
import { SHARDS_READY, shardKeyOf, shardRow } from '../../../src/storage/findings/shards.ts';
import { openSettingsStore } from '../../../src/storage/stores/settings.ts';
import { type Entity, entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { rowsOf, tableService } from '../table-service.ts';

export interface Evaluated {
  readonly findings: readonly Finding[];
  readonly fullyEvaluatedAt: string | null;
}

/** The stores of findings and settings, and the requests since the last call. `isReady`: no row is of an earlier version. */
export function storedEstate(estate: readonly Evaluated[], { isReady = true } = {}) {
  const briefs = estate.flatMap(
    ({ findings, fullyEvaluatedAt }) => briefOf(findings[0]?.resource.id ?? '', findings, fullyEvaluatedAt) ?? [],
  );
  const rows = [
    ...estate.flatMap(({ findings }) => findings.map(findingRow)),
    ...briefs.map((brief) => indexRow(brief, indexOf(brief))),
    ...shardRows(briefs),
    ...(isReady ? [entityOf(SHARDS_READY, {})] : []),
  ];
  const stored = rows.map((row) => ({ rowKey: row.rowKey, columns: columnsOf(row) }));
  const service = tableService({ Findings: { [FINDING_PARTITION]: rowsOf(stored) }, Settings: {} });
  const open = (name: string) => openTable(service.client(name), () => undefined);
  return {
    findings: openFindings(open('Findings'), async () => undefined),
    settings: openSettingsStore(open('Settings'), { seconds: 0, now: () => new Date(0) }),
    requests: service.requests,
  };
}

function shardRows(briefs: readonly ResourceBrief[]): Entity[] {
  const shards = new Map<string, Map<string, ResourceBrief>>();
  for (const brief of briefs) {
    const { rowKey } = shardKeyOf(brief.id);
    const shard = shards.get(rowKey) ?? new Map<string, ResourceBrief>();
    shards.set(rowKey, shard.set(brief.id.toLowerCase(), brief));
  }
  return [...shards].map(([rowKey, content]) => shardRow({ partitionKey: FINDING_PARTITION, rowKey }, content));
}

function columnsOf(entity: Entity): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const [name, value] of Object.entries(entity)) {
    if (typeof value === 'string' && /^[A-Z]/.test(name)) columns[name] = value;
  }
  return columns;
}
