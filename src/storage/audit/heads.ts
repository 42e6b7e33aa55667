/**
 * The heads of the log: one for each chain, with its last entry. A head is sealed, so that only Plumbline can move the end of
 * a chain. All heads are created together before the first entry, so a head that is missing later was removed.
 */

import { type AuditKeys, type ChainHead, chainHead, chainNames, emptyHead } from '../../domain/audit/audit.ts';
import { type AuditKey, seal, sealFault, sealSchema } from '../../domain/audit/seal.ts';
import { isInFuture } from '../../domain/resources/limits.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { type Entity, entityOf, jsonOf, type Row } from '../table/entity.ts';
import { prefixFilter, rangeFilter, type Table } from '../table/table.ts';
import type { Anchors } from './anchors.ts';
import { AUDIT_PARTITION, CHAIN_COUNT } from './rows.ts';

/** `last` is the hash of the last entry; `hash` belongs to the seal. */
const HEAD = chainHead.extend({ last: chainHead.shape.hash, ...sealSchema.shape });

export function headKey(chain: string): string {
  return `h-${chain}`;
}

export function headRow({ chain, seq, hash: last, at }: ChainHead, key: AuditKey): Entity {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey: headKey(chain) }, seal({ chain, seq, last, at }, key));
}

/** The head of a row, when it is as it was signed and in the row where it belongs; otherwise what is wrong with it. */
export function parseHead(row: Row, keys: AuditKeys, now: Date): ChainHead | string {
  const parsed = HEAD.safeParse(jsonOf(row));
  if (!parsed.success) return 'it holds no head';
  const { chain, seq, last: hash, at } = parsed.data;
  if (headKey(chain) !== row.rowKey) return `it holds the head of chain ${chain}`;
  const fault = sealFault(parsed.data, keys.all);
  if (fault) return fault;
  if (at !== null && isInFuture(at, now))
    return `it is dated ${at}, which is more than five minutes ahead of this clock`;
  return { chain, seq, hash, at };
}

export interface Heads {
  readonly valid: ReadonlyMap<string, ChainHead>;
  /** By chain, what is wrong with its head. In a log with heads, a missing head is included. */
  readonly faults: ReadonlyMap<string, string>;
}

export async function readHeads(table: Table, keys: AuditKeys, now: Date): Promise<Heads> {
  const rows = await table.readAll(prefixFilter(AUDIT_PARTITION, headKey('')));
  const valid = new Map<string, ChainHead>();
  const faults = new Map<string, string>();
  for (const row of rows) {
    const chain = row.rowKey.slice(headKey('').length);
    const head = parseHead(row, keys, now);
    if (typeof head === 'string') faults.set(chain, head);
    else valid.set(chain, head);
  }
  for (const chain of rows.length > 0 ? chainNames(CHAIN_COUNT) : []) {
    if (!valid.has(chain) && !faults.has(chain)) faults.set(chain, 'it is not there');
  }
  return { valid, faults };
}

/** Creates the heads of a new log; returns why it cannot, or null. Does nothing when the log has entries or heads. */
export type InitializeHeads = () => Promise<string | null>;

export function createHeadInitializer(table: Table, anchors: Anchors, { signing }: AuditKeys): InitializeHeads {
  let initializing: Promise<string | null> | null = null;

  async function initialize(): Promise<string | null> {
    const { items } = await table.readPage(rangeFilter(AUDIT_PARTITION, 'e-', 'j'), { limit: 1, after: null });
    if (items.length > 0) return null;
    if ((await anchors.readNewest(1)).length > 0) return 'nothing of the log is there, but there are anchors of it';
    // Rejected when another instance was faster.
    await table.transact(chainNames(CHAIN_COUNT).map((chain) => ({ insert: headRow(emptyHead(chain), signing) })));
    return null;
  }

  return () => {
    // All chains of a process share one initialization.
    initializing ??= initialize().finally(() => {
      initializing = null;
    });
    return initializing;
  };
}

/** The error for a chain that cannot be continued. */
export function chainNotContinued(table: Table, chain: string, fault: string): StorageUnavailable {
  return new StorageUnavailable(
    `chain ${chain} of the audit log is not continued: row ${AUDIT_PARTITION}/${headKey(chain)} of table ${table.name}, its head: ${fault}; docs/audit-log.md#when-a-chain-is-not-continued says what to do`,
  );
}
