/**
 * One chain of the log, as one process continues it: one transaction at a time, and what arrives meanwhile goes together
 * into the next. Every transaction holds the head's version, so two processes cannot fork the chain, and a pointer for each
 * fact, so that none is recorded twice whatever answer got lost.
 */
import {
  type AuditEntry,
  type AuditFact,
  type AuditKeys,
  type ChainHead,
  chainEntry,
  emptyHead,
  headAfter,
  isSameFact,
} from '../domain/audit.ts';
import { FactConflict, StorageUnavailable } from '../workflows/ports.ts';
import { AUDIT_PARTITION, entryRow, headIn, headRow, pointedEntry, pointerKey, pointerRow } from './audit-rows.ts';
import { LARGEST_PAYLOAD, payloadOf, refuseBeyondLimits } from './limits.ts';
import { Declined } from './requests.ts';
import type { Table } from './table.ts';

export interface AuditChain {
  /** Records facts in order; when one fails, none behind it is recorded. */
  append(facts: readonly AuditFact[]): Promise<AuditEntry[]>;
}

/** `pause` waits before an attempt is repeated (1, 2, ...), long enough for another writer to be done. */
export function openChain(
  chain: string,
  table: Table,
  keys: AuditKeys,
  pause: (attempt: number) => Promise<void>,
): AuditChain {
  let waiting: Waiting[] = [];
  let working = false;
  let head: { readonly value: ChainHead; readonly version: string | null } | null = null;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    while (waiting.length > 0) {
      const batch = firstBatch(waiting);
      waiting = waiting.slice(batch.length);
      try {
        const entries = await commit(batch.map(({ fact }) => fact));
        batch.forEach((one, index) => {
          const entry = entries[index];
          if (entry) one.resolve(entry);
        });
      } catch (error) {
        // Those behind it must not get into the log before it.
        const failed = [...batch, ...waiting];
        waiting = [];
        for (const one of failed) one.reject(error);
      }
    }
    working = false;
  }

  async function commit(facts: readonly AuditFact[]): Promise<AuditEntry[]> {
    const recorded = new Map<string, AuditEntry>();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const missing = eachOnce(facts).filter(({ id }) => !recorded.has(id));
      if (missing.length > 0) {
        if (attempt > 0) await pause(attempt);
        await continueWith(missing, recorded);
      }
      if (facts.every(({ id }) => recorded.has(id))) return facts.flatMap(({ id }) => recorded.get(id) ?? []);
    }
    throw new StorageUnavailable(`could not continue chain ${chain} of the audit log: other writers were faster`);
  }

  /** One attempt: adds to `recorded` what it recorded, or what it found to be in the log already. */
  async function continueWith(facts: readonly AuditFact[], recorded: Map<string, AuditEntry>): Promise<void> {
    const before = head ?? (await readHead());
    head = null;
    const entries = chained(facts, before.value);
    const last = entries.at(-1);
    if (!last) return;
    const next = headRow(headAfter(last));
    try {
      const answer = await table.transact([
        // First, so that a head that moved is told from a fact that is there already.
        before.version === null ? { insert: next } : { replace: next, etag: before.version },
        ...entries.flatMap((entry) => [{ insert: entryRow(entry) }, { insert: pointerRow(entry) }]),
      ]);
      if (!(answer instanceof Declined)) {
        const version = answer[0] ?? null;
        if (version !== null) head = { value: headAfter(last), version };
        for (const entry of entries) recorded.set(entry.id, entry);
      } else if (answer.status !== 412) {
        await lookUp(facts, recorded);
      }
    } catch (error) {
      // The answer may be lost, not the transaction: the pointers tell.
      if (!(error instanceof StorageUnavailable)) throw error;
      await lookUp(facts, recorded);
      if (!facts.every(({ id }) => recorded.has(id))) throw error;
    }
  }

  async function readHead(): Promise<{ value: ChainHead; version: string | null }> {
    const row = await table.get(AUDIT_PARTITION, `h-${chain}`);
    return row ? { value: headIn(table, row), version: row.etag } : { value: emptyHead(chain), version: null };
  }

  async function lookUp(facts: readonly AuditFact[], recorded: Map<string, AuditEntry>): Promise<void> {
    const rows = await Promise.all(facts.map(({ id }) => table.get(AUDIT_PARTITION, pointerKey(id))));
    for (const [index, row] of rows.entries()) {
      const fact = facts[index];
      if (!fact || !row) continue;
      const entry = pointedEntry(row, keys.all);
      if (typeof entry === 'string')
        throw new StorageUnavailable(`the pointer of fact ${fact.id} is not ours: ${entry}`);
      if (!isSameFact(fact, entry)) throw new FactConflict(entry);
      recorded.set(entry.id, entry);
    }
  }

  function chained(facts: readonly AuditFact[], from: ChainHead): AuditEntry[] {
    let end = from;
    return facts.map((fact) => {
      const entry = chainEntry(fact, end, keys.signing);
      end = headAfter(entry);
      return entry;
    });
  }

  return {
    async append(facts) {
      const arriving = facts.map((fact) => ({ fact, payload: sizeWhenRecorded(table, fact, keys) }));
      const entries = arriving.map(
        (one) =>
          new Promise<AuditEntry>((resolve, reject) => {
            waiting.push({ ...one, resolve, reject });
          }),
      );
      void work();
      return Promise.all(entries);
    },
  };
}

interface Waiting {
  readonly fact: AuditFact;
  /** Bytes of the entry in a transaction. */
  readonly payload: number;
  resolve(entry: AuditEntry): void;
  reject(error: unknown): void;
}

const ATTEMPTS = 12;
const FACTS_A_TRANSACTION = 30;

/** As many as one transaction takes, at least one. */
function firstBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  let payload = FACTS_A_TRANSACTION * 2048;
  const fits = waiting.slice(0, FACTS_A_TRANSACTION).findIndex((one) => {
    payload += one.payload;
    return payload > LARGEST_PAYLOAD;
  });
  return waiting.slice(0, fits === -1 ? FACTS_A_TRANSACTION : Math.max(1, fits));
}

/** Refuses a fact that no row can hold, before anything waits behind it. */
function sizeWhenRecorded(table: Table, fact: AuditFact, keys: AuditKeys): number {
  if (!isUtc(fact.at)) throw new Error(`fact ${fact.id}: '${fact.at}' must be a time like 2026-01-31T12:00:00.000Z`);
  const row = entryRow(chainEntry(fact, emptyHead('00'), keys.signing));
  refuseBeyondLimits(table.name, row);
  // The entry, and its copy in the pointer.
  return 2 * payloadOf(row);
}

/** The order of a chain is the order of these texts, so all have one form. */
function isUtc(at: string): boolean {
  return !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
}

function eachOnce(facts: readonly AuditFact[]): AuditFact[] {
  return [...new Map(facts.map((fact) => [fact.id, fact])).values()];
}
