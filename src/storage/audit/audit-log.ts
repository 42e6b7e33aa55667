/** The audit log: records become signed entries on the chain of their resource. No function here changes or removes an entry. */

import { type AuditEntry, type AuditRecord, auditEntry, chainOf, subjectKey } from '../../domain/audit/audit.ts';
import { type AuditKeys, seal, sealFault } from '../../domain/audit/seal.ts';
import { canonicalJson } from '../../domain/changes/change.ts';
import type { AuditLog, AuditQuery } from '../../workflows/ports/audit.ts';
import { type Page, type PageRequest, StorageUnavailable } from '../../workflows/ports/storage.ts';
import { jsonOf, type Row } from '../table/entity.ts';
import { isSafeId } from '../table/keys.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { openAnchoring } from './anchoring.ts';
import type { Anchors } from './anchors.ts';
import { indexRanges, openAuditIndex } from './audit-index.ts';
import { type AuditChain, openChain, ROW_ALTERED } from './chain.ts';
import { createHeadInitializer } from './heads.ts';
import { openPeriods } from './period.ts';
import { AUDIT_PARTITION, CHAIN_COUNT, entryKey, type OnFault, pointerKey, verifiedPointer } from './rows.ts';
import { readLog } from './search.ts';

export interface AuditLogOptions {
  readonly table: Table;
  readonly indexTable: Table;
  readonly anchors: Anchors;
  readonly keys: AuditKeys;
  readonly now: () => Date;
  /** Waits before the n-th repetition of an attempt that conflicted with another writer. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly onFault: OnFault;
}

export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { table, indexTable, anchors, keys, now, onFault } = options;
  const chains = new Map<string, AuditChain>();
  const index = openAuditIndex(table, indexTable, keys, now);
  const initializeHeads = createHeadInitializer(table, anchors, keys);

  function chainNamed(name: string): AuditChain {
    const chain = chains.get(name) ?? openChain(name, { ...options, initializeHeads });
    chains.set(name, chain);
    return chain;
  }

  /** The entry of a pointer, as an array; empty, and reported, when the pointer is not as it was signed. */
  function verifiedEntries(row: Row): AuditEntry[] {
    const entry = verifiedPointer(row, keys.all);
    if (typeof entry !== 'string') return [entry];
    onFault({ row: row.rowKey, fault: entry }, ROW_ALTERED);
    return [];
  }

  const readEntries = (query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>> => readLog(table, query, page);

  return {
    async append(records, receipts = new Map()) {
      const names = [...new Set(records.map(chainNameOf))];
      const entries = await Promise.all(
        names.map((name) =>
          chainNamed(name).append(
            records.filter((record) => chainNameOf(record) === name),
            receipts,
          ),
        ),
      );
      const found = new Map(entries.flat().map((entry) => [entry.id, entry]));
      return records.map(({ id }) => {
        const entry = found.get(id);
        if (!entry) throw new StorageUnavailable(`record ${id} was not written to the audit log`);
        return entry;
      });
    },

    async get(id) {
      const row = isSafeId(id) ? await table.get(AUDIT_PARTITION, pointerKey(id)) : null;
      return (row && verifiedEntries(row)[0]) ?? null;
    },

    async listBySubject(subject) {
      const rows = await table.readAll(prefixFilter(AUDIT_PARTITION, pointerKey(subjectKey(subject))));
      return rows.flatMap(verifiedEntries);
    },

    async contains(entry) {
      const row = await table.get(AUDIT_PARTITION, entryKey(entry));
      const found = row && auditEntry.safeParse(jsonOf(row)).data;
      return !!found && canonicalJson(found) === canonicalJson(entry);
    },

    async list(query, page) {
      return indexRanges(query).length === 0 ? readEntries(query, page) : index.list(query, page);
    },

    scan: readEntries,
    updateIndex: index.catchUp,

    ...openAnchoring(options),
    ...openPeriods(options),

    sign(statement) {
      return seal(statement, keys.signing);
    },

    sealFault(sealed) {
      return sealFault(sealed, keys.all);
    },
  };
}

function chainNameOf({ resource }: AuditRecord): string {
  return chainOf(resource?.id.toLowerCase() ?? 'service', CHAIN_COUNT);
}
