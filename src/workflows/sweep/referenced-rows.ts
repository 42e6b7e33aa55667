/**
 * The rows of what many apps refer to: plans, environments and resource groups. They are listed once a sweep by each process
 * that handles a partition of it, because every partition needs them.
 */
import { columnsOfSources, rowOfListing } from '../../domain/estate/listed-rows.ts';
import type { Row } from '../../domain/estate/rows.ts';
import { MINUTE_MS } from '../../domain/resources/durations.ts';
import type { EstateRefusal, EstateTable } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';

export interface ReferencedRows {
  readonly kind: 'listed';
  readonly rows: ReadonlyMap<string, Row>;
  readonly waitSeconds: number;
}

const WHOLE = { index: 0, of: 1 };
const SOURCES = [
  ['shared', columnsOfSources(['plan', 'environment'])],
  ['groups', columnsOfSources(['resourceGroup'])],
] as const satisfies readonly (readonly [EstateTable, Readonly<Record<string, string>>])[];

/** Rows older than this are listed again: a sweep may take hours. */
const MAX_AGE_MS = 30 * MINUTE_MS;
/** Sweeps of so many subscriptions run at once in a process. */
const MAX_KEPT = 8;

/** By sweep. */
type Kept = Map<string, { readonly at: number; readonly rows: ReadonlyMap<string, Row> }>;

const keptBy = new WeakMap<Deps['estate'], Kept>();

export async function listReferencedRows(
  { estate, clock, log }: Deps,
  sweep: string,
  subscriptionId: string,
): Promise<ReferencedRows | EstateRefusal> {
  const now = clock.now().getTime();
  const kept: Kept = keptBy.get(estate) ?? new Map();
  keptBy.set(estate, kept);
  const known = kept.get(sweep);
  if (known && now - known.at < MAX_AGE_MS && now >= known.at)
    return { kind: 'listed', rows: known.rows, waitSeconds: 0 };
  const rows = new Map<string, Row>();
  let waitSeconds = 0;
  for (const [table, columns] of SOURCES) {
    const listed = await estate.listPart({ subscriptionId, table, part: WHOLE, columns });
    if (listed.kind === 'refused') return listed;
    // What is missing only makes apps be looked at.
    if (!listed.complete) log.warn({ sweep, table }, 'a listing has other rows than Resource Graph counts');
    for (const one of listed.rows) {
      const row = rowOfListing(one);
      if (row) rows.set(row.key, row);
    }
    waitSeconds = Math.max(waitSeconds, listed.waitSeconds);
  }
  const [oldest] = kept.keys();
  if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(sweep, { at: now, rows });
  return { kind: 'listed', rows, waitSeconds };
}
