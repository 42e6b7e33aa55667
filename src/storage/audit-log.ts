/** The audit log: facts become signed entries on the chain of their resource; nothing here changes or removes an entry. */
import { type AuditEntry, type AuditFact, chainOf, subjectKey } from '../domain/audit.ts';
import { canonicalJson } from '../domain/change.ts';
import { type AuditKeys, seal, sealFault } from '../domain/seal.ts';
import { type AuditLog, type AuditQuery, type Page, type PageRequest, StorageUnavailable } from '../workflows/ports.ts';
import type { Anchors } from './anchors.ts';
import { type AuditChain, openChain, UNSOUND } from './audit-chain.ts';
import { openBeginning } from './audit-heads.ts';
import { openAuditIndex } from './audit-index.ts';
import { placeInIndex } from './audit-index-rows.ts';
import { openProof } from './audit-proof.ts';
import {
  AUDIT_PARTITION,
  CHAINS,
  entriesLike,
  entryKey,
  type OnFault,
  pointedEntry,
  pointerKey,
} from './audit-rows.ts';
import { jsonOf, type Row, valueIn } from './entity.ts';
import { isPlainId } from './keys.ts';
import { auditEntry } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

export interface AuditLogOptions {
  readonly table: Table;
  readonly indexTable: Table;
  readonly anchors: Anchors;
  readonly keys: AuditKeys;
  readonly now: () => Date;
  /** Waits before the n-th repetition of an attempt that met another writer. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly onFault: OnFault;
}

export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { table, indexTable, anchors, keys, now, onFault } = options;
  const chains = new Map<string, AuditChain>();
  const index = openAuditIndex(table, indexTable, keys, now);
  const begin = openBeginning(table, anchors, keys);

  function chainCalled(name: string): AuditChain {
    const chain = chains.get(name) ?? openChain(name, { ...options, begin });
    chains.set(name, chain);
    return chain;
  }

  /** The entry of a pointer; one that is not as it was signed is named, and none. */
  function soundOnly(row: Row): AuditEntry[] {
    const entry = pointedEntry(row, keys.all);
    if (typeof entry !== 'string') return [entry];
    onFault({ row: row.rowKey, fault: entry }, UNSOUND);
    return [];
  }

  async function entries(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>> {
    const { items, next } = await table.page(entriesLike(query), page);
    return { items: items.map((row) => valueIn(auditEntry, table.name, row)), next };
  }

  return {
    async append(facts) {
      const names = [...new Set(facts.map(chainNameOf))];
      const entries = await Promise.all(
        names.map((name) => chainCalled(name).append(facts.filter((fact) => chainNameOf(fact) === name))),
      );
      const found = new Map(entries.flat().map((entry) => [entry.id, entry]));
      return facts.map(({ id }) => {
        const entry = found.get(id);
        if (!entry) throw new StorageUnavailable(`fact ${id} was not recorded in the audit log`);
        return entry;
      });
    },

    async get(id) {
      const row = isPlainId(id) ? await table.get(AUDIT_PARTITION, pointerKey(id)) : null;
      return (row && soundOnly(row)[0]) ?? null;
    },

    async about(subject) {
      const rows = await table.all(startingWith(AUDIT_PARTITION, pointerKey(subjectKey(subject))));
      return rows.flatMap(soundOnly);
    },

    async holds(entry) {
      const row = await table.get(AUDIT_PARTITION, entryKey(entry));
      const found = row && auditEntry.safeParse(jsonOf(row)).data;
      return !!found && canonicalJson(found) === canonicalJson(entry);
    },

    async list(query, page) {
      return placeInIndex(query) === null ? entries(query, page) : index.list(query, page);
    },

    entries,
    index: index.catchUp,

    ...openProof(table, anchors, keys, now),

    sign(statement) {
      return seal(statement, keys.signing);
    },

    fault(sealed) {
      return sealFault(sealed, keys.all);
    },
  };
}

function chainNameOf({ resource }: AuditFact): string {
  return chainOf(resource?.id.toLowerCase() ?? 'service', CHAINS);
}
