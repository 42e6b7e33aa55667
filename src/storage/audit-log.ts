/** The audit log: facts become signed entries on the chain of their resource; nothing here changes or removes an entry. */
import { type AuditEntry, type AuditFact, chainOf, subjectKey } from '../domain/audit.ts';
import { type AuditKeys, seal, sealFault } from '../domain/seal.ts';
import { type AuditLog, type AuditQuery, type Page, type PageRequest, StorageUnavailable } from '../workflows/ports.ts';
import type { Anchors } from './anchors.ts';
import { type AuditChain, openChain } from './audit-chain.ts';
import { openAuditIndex } from './audit-index.ts';
import { placeInIndex } from './audit-index-rows.ts';
import { openProof } from './audit-proof.ts';
import { AUDIT_PARTITION, CHAINS, entriesLike, pointedEntry, pointerKey } from './audit-rows.ts';
import { valueIn } from './entity.ts';
import { isPlainId } from './keys.ts';
import { auditEntry } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

/** `pause` waits before the n-th repetition of an attempt that met another writer. */
export function openAuditLog(
  table: Table,
  indexTable: Table,
  anchors: Anchors,
  keys: AuditKeys,
  pause: (attempt: number) => Promise<void>,
): AuditLog {
  const chains = new Map<string, AuditChain>();
  const index = openAuditIndex(table, indexTable, keys.all);

  function chainCalled(name: string): AuditChain {
    const chain = chains.get(name) ?? openChain(name, table, keys, pause);
    chains.set(name, chain);
    return chain;
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
      const entry = row && pointedEntry(row, keys.all);
      return typeof entry === 'string' ? null : entry;
    },

    async about(subject) {
      const rows = await table.all(startingWith(AUDIT_PARTITION, pointerKey(subjectKey(subject))));
      return rows.map((row) => pointedEntry(row, keys.all)).filter((entry) => typeof entry !== 'string');
    },

    async list(query, page) {
      return placeInIndex(query) === null ? entries(query, page) : index.list(query, page);
    },

    entries,
    index: index.catchUp,

    ...openProof(table, anchors, keys),

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
