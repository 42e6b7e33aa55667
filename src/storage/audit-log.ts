/** The audit log: facts become signed entries on the chain of their resource; nothing here changes or removes an entry. */
import { type AuditFact, chainOf } from '../domain/audit.ts';
import { type AuditKeys, seal } from '../domain/seal.ts';
import { type AuditLog, type AuditQuery, StorageUnavailable } from '../workflows/ports.ts';
import type { Anchors } from './anchors.ts';
import { type AuditChain, openChain } from './audit-chain.ts';
import { openProof } from './audit-proof.ts';
import { AUDIT_PARTITION, CHAINS, findEntry } from './audit-rows.ts';
import { valueIn } from './entity.ts';
import { allOf, isPlainId, newestFirst } from './keys.ts';
import { auditEntry } from './shapes.ts';
import { after, between, type Table } from './table.ts';

/** `pause` waits before the n-th repetition of an attempt that met another writer. */
export function openAuditLog(
  table: Table,
  anchors: Anchors,
  keys: AuditKeys,
  pause: (attempt: number) => Promise<void>,
): AuditLog {
  const chains = new Map<string, AuditChain>();

  function chainCalled(name: string): AuditChain {
    const chain = chains.get(name) ?? openChain(name, table, keys.signing, pause);
    chains.set(name, chain);
    return chain;
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
      return isPlainId(id) ? findEntry(table, id) : null;
    },

    async list(query, page) {
      const { items, next } = await table.page(filterOf(query), page);
      return { items: items.map((row) => valueIn(auditEntry, table.name, row)), next };
    },

    ...openProof(table, anchors, keys),

    sign(statement) {
      return seal(statement, keys.signing);
    },
  };
}

function chainNameOf({ resource }: AuditFact): string {
  return chainOf(resource?.id.toLowerCase() ?? 'service', CHAINS);
}

/** Newest first, so that the latest time is where the keys begin. */
function filterOf({ from, to, resource, rule, kind, actor, operationId, approval }: AuditQuery): string {
  // The dash behind the time is the last character of the prefix: the keys of that millisecond end there.
  const first = to === undefined ? 'e-' : after(`e-${newestFirst(to)}-`);
  const last = from === undefined ? after('e-') : after(`e-${newestFirst(from)}-`);
  return allOf(
    between(AUDIT_PARTITION, first, last),
    { Rule: rule, Kind: kind, Actor: actor?.toLowerCase(), OperationId: operationId, ApprovalId: approval },
    resource,
  );
}
