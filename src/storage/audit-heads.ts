/**
 * The heads of the log, one for each chain: where it ends. A head is sealed, so that nobody else puts a chain elsewhere; and all
 * of them are made together before the first entry, so that one that is missing later was removed.
 */
import { type AuditKeys, type ChainHead, chainNames, emptyHead } from '../domain/audit.ts';
import { isAhead } from '../domain/limits.ts';
import { type AuditKey, seal, sealFault } from '../domain/seal.ts';
import { StorageUnavailable } from '../workflows/ports.ts';
import type { Anchors } from './anchors.ts';
import { AUDIT_PARTITION, CHAINS } from './audit-rows.ts';
import { type Entity, entityOf, jsonOf, type Row } from './entity.ts';
import { storedHead } from './shapes.ts';
import { between, startingWith, type Table } from './table.ts';

export function headKey(chain: string): string {
  return `h-${chain}`;
}

export function headRow({ chain, seq, hash: last, at }: ChainHead, key: AuditKey): Entity {
  return entityOf({ partitionKey: AUDIT_PARTITION, rowKey: headKey(chain) }, seal({ chain, seq, last, at }, key));
}

/** The head of a row, when it is as it was signed and belongs there; otherwise what is wrong with it. */
export function headIn(row: Row, keys: AuditKeys, now: Date): ChainHead | string {
  const parsed = storedHead.safeParse(jsonOf(row));
  if (!parsed.success) return 'it holds no head';
  const { chain, seq, last: hash, at } = parsed.data;
  if (headKey(chain) !== row.rowKey) return `it holds the head of chain ${chain}`;
  const fault = sealFault(parsed.data, keys.all);
  if (fault) return fault;
  if (at !== null && isAhead(at, now)) return `it is dated ${at}, which is more than five minutes ahead of this clock`;
  return { chain, seq, hash, at };
}

export interface Heads {
  readonly sound: ReadonlyMap<string, ChainHead>;
  /** By chain, what is wrong with its head; of a log that has begun, a head that is missing, too. */
  readonly faults: ReadonlyMap<string, string>;
}

export async function headsOf(table: Table, keys: AuditKeys, now: Date): Promise<Heads> {
  const rows = await table.all(startingWith(AUDIT_PARTITION, headKey('')));
  const sound = new Map<string, ChainHead>();
  const faults = new Map<string, string>();
  for (const row of rows) {
    const chain = row.rowKey.slice(headKey('').length);
    const head = headIn(row, keys, now);
    if (typeof head === 'string') faults.set(chain, head);
    else sound.set(chain, head);
  }
  for (const chain of rows.length > 0 ? chainNames(CHAINS) : []) {
    if (!sound.has(chain) && !faults.has(chain)) faults.set(chain, 'it is not there');
  }
  return { sound, faults };
}

/** Makes the heads of a log that has not begun; returns why not, or null. Does nothing in one that has. */
export type Begin = () => Promise<string | null>;

export function openBeginning(table: Table, anchors: Anchors, { signing }: AuditKeys): Begin {
  let beginning: Promise<string | null> | null = null;

  async function begin(): Promise<string | null> {
    const { items } = await table.page(between(AUDIT_PARTITION, 'e-', 'j'), { limit: 1, after: null });
    if (items.length > 0) return null;
    if ((await anchors.newest(1)).length > 0) return 'nothing of the log is there, but there are anchors of it';
    // Declined when another instance was faster.
    await table.transact(chainNames(CHAINS).map((chain) => ({ insert: headRow(emptyHead(chain), signing) })));
    return null;
  }

  return () => {
    // The chains of a process begin together.
    beginning ??= begin().finally(() => {
      beginning = null;
    });
    return beginning;
  };
}

/** Why a chain is not continued. */
export function headRefused(table: Table, chain: string, fault: string): StorageUnavailable {
  return new StorageUnavailable(
    `chain ${chain} of the audit log is not continued: row ${AUDIT_PARTITION}/${headKey(chain)} of table ${table.name}, its head: ${fault}; docs/audit-log.md#when-a-chain-is-not-continued says what to do`,
  );
}
