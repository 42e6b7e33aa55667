/** The kept counts, and when they are repaired. */

import { HOUR_MS } from '../../domain/resources/durations.ts';
import type { Counts, WrongCount } from '../../workflows/ports/metrics.ts';
import { OPEN_READY } from '../approvals/open-rows.ts';
import { FIXES_READY_KEY, readFixes } from '../audit/fix-days.ts';
import { AUDIT_PARTITION } from '../audit/rows.ts';
import { readFindingCounts, SHARDS_READY } from '../findings/shards.ts';
import { entityOf, type Key } from '../table/entity.ts';
import type { Table } from '../table/table.ts';
import { readByGroup } from './group-counts.ts';
import { recountOpen } from './recount-approvals.ts';
import { addUnlisted, PARTS, recountFindings, removeOlderCounters } from './recount-findings.ts';
import { type FixSources, recountFixes } from './recount-fixes.ts';

export interface CountsOptions extends Omit<FixSources, 'table'> {
  readonly findings: Table;
  readonly approvals: Table;
  /** The table of the audit log. */
  readonly log: Table;
}

export function openCounts({ findings, approvals, log, ...sources }: CountsOptions): Counts {
  const kinds: readonly Kind[] = [
    {
      ...{ table: findings, ready: SHARDS_READY },
      parts: PARTS.map((part) => () => recountPart(findings, part)),
      finish: () => removeOlderCounters(findings),
    },
    {
      ...{ table: approvals, ready: OPEN_READY },
      parts: [() => recountOpen(approvals)],
    },
    {
      ...{ table: log, ready: { partitionKey: AUDIT_PARTITION, rowKey: FIXES_READY_KEY } },
      parts: [(now) => recountFixes({ ...sources, table: log }, now)],
    },
  ];
  const parts = kinds.flatMap((kind) => kind.parts);
  /** Those of which this process has seen that everything is counted. */
  const ready = new Set<Kind>();
  /** By kind, how many parts are counted. */
  const progress = new Map<Kind, number>();
  /** The hour whose part was recounted. */
  let recounted: number | null = null;

  /** Counts what an earlier version wrote, part by part, until one of them needs more than one run. */
  async function countFirst(kind: Kind, now: Date): Promise<void> {
    for (let at = progress.get(kind) ?? 0; at < kind.parts.length; at++) {
      const { complete } = (await kind.parts[at]?.(now)) ?? { complete: true };
      if (!complete) return;
      progress.set(kind, at + 1);
    }
    await kind.table.upsert(entityOf(kind.ready, {}));
    ready.add(kind);
    await kind.finish?.();
  }

  return {
    readByGroup: (namesOf) => readByGroup(findings, namesOf),
    readFindings: () => readFindingCounts(findings),
    readFixes: (since) => readFixes(log, since),

    async repair(now) {
      for (const kind of kinds.filter((one) => !ready.has(one))) {
        const { partitionKey, rowKey } = kind.ready;
        if (await kind.table.get(partitionKey, rowKey)) ready.add(kind);
        else await countFirst(kind, now);
      }
      const hour = Math.floor(now.getTime() / HOUR_MS);
      if (ready.size < kinds.length || recounted === hour) return [];
      const { wrong } = (await parts[hour % parts.length]?.(now)) ?? { wrong: [] };
      recounted = hour;
      return wrong;
    },
  };
}

/** A kind of counts. */
interface Kind {
  readonly table: Table;
  /** The row that says that everything is counted. */
  readonly ready: Key;
  /** Each recounts a part. */
  readonly parts: readonly ((now: Date) => Promise<Recount>)[];
  /** Called once when everything is counted. */
  readonly finish?: () => Promise<void>;
}

interface Recount {
  readonly wrong: readonly WrongCount[];
  /** Whether everything of this part is counted now. */
  readonly complete: boolean;
}

async function recountPart(table: Table, part: string): Promise<Recount> {
  const { wrong, unlisted } = await recountFindings(table, part);
  await addUnlisted(table, unlisted.slice(0, MAX_ADDED));
  return { wrong, complete: unlisted.length === 0 };
}

/** Resources of an earlier version that one run adds to their shards: a few requests each. */
const MAX_ADDED = 400;
