/**
 * One chain of the log, as one process continues it: one transaction at a time, and what arrives meanwhile goes together
 * into the next. Every transaction holds the head's version, so two processes cannot fork the chain, and a pointer for each
 * fact, so that none is recorded twice whatever answer got lost. A pointer that is not as we signed it proves nothing: it is
 * replaced, and named.
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
import { isAhead } from '../domain/limits.ts';
import { FactConflict, StorageUnavailable } from '../workflows/ports.ts';
import { type Begin, headIn, headKey, headRefused, headRow } from './audit-heads.ts';
import { AUDIT_PARTITION, entryRow, type OnFault, pointedEntry, pointerKey, pointerRow } from './audit-rows.ts';
import { LARGEST_PAYLOAD, payloadOf, refuseBeyondLimits } from './limits.ts';
import { Declined } from './requests.ts';
import type { Table } from './table.ts';

export interface AuditChain {
  /** Records facts in order; when one fails, none behind it is recorded. */
  append(facts: readonly AuditFact[]): Promise<AuditEntry[]>;
}

export interface ChainOptions {
  readonly table: Table;
  readonly keys: AuditKeys;
  readonly now: () => Date;
  /** Waits before an attempt is repeated (1, 2, ...), long enough for another writer to be done. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly begin: Begin;
  readonly onFault: OnFault;
}

export function openChain(chain: string, { table, keys, now, pause, begin, onFault }: ChainOptions): AuditChain {
  let waiting: Waiting[] = [];
  let working = false;
  let head: { readonly value: ChainHead; readonly version: string } | null = null;
  /** The last entry that this process recorded: a head never goes back behind it. */
  let reached = 0;

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
        // Those behind it must not get into the log before it; other calls have no part in a conflict.
        const rest = [...batch, ...waiting];
        const isHurt = hurtBy(error, batch);
        waiting = rest.filter((one) => !isHurt(one));
        for (const one of rest.filter(isHurt)) one.reject(error);
      }
    }
    working = false;
  }

  async function commit(facts: readonly AuditFact[]): Promise<AuditEntry[]> {
    const recorded = new Map<string, AuditEntry>();
    /** Pointers that are not ours, by their fact: their versions. */
    const planted = new Map<string, string>();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const missing = eachOnce(facts).filter(({ id }) => !recorded.has(id));
      if (missing.length > 0) {
        if (attempt > 0) await pause(attempt);
        await continueWith(missing, recorded, planted);
      }
      if (facts.every(({ id }) => recorded.has(id))) return facts.flatMap(({ id }) => recorded.get(id) ?? []);
    }
    throw new StorageUnavailable(`could not continue chain ${chain} of the audit log: other writers were faster`);
  }

  /** One attempt: adds to `recorded` what it recorded, or what it found to be in the log already. */
  async function continueWith(
    facts: readonly AuditFact[],
    recorded: Map<string, AuditEntry>,
    planted: Map<string, string>,
  ): Promise<void> {
    const before = head ?? (await readHead());
    head = null;
    const entries = chained(facts, before.value);
    const last = entries.at(-1);
    if (!last) return;
    try {
      const answer = await table.transact([
        // First, so that a head that moved is told from a fact that is there already.
        { replace: headRow(headAfter(last), keys.signing), etag: before.version },
        ...entries.flatMap((entry) => {
          const etag = planted.get(entry.id);
          const pointer = pointerRow(entry);
          return [{ insert: entryRow(entry) }, etag === undefined ? { insert: pointer } : { replace: pointer, etag }];
        }),
      ]);
      if (!(answer instanceof Declined)) {
        const version = answer[0] ?? null;
        if (version !== null) head = { value: headAfter(last), version };
        reached = last.seq;
        for (const entry of entries) recorded.set(entry.id, entry);
      } else if (answer.status !== 412 || planted.size > 0) {
        await lookUp(facts, recorded, planted);
      }
    } catch (error) {
      // The answer may be lost, not the transaction: the pointers tell.
      if (!(error instanceof StorageUnavailable)) throw error;
      await lookUp(facts, recorded, planted);
      if (!facts.every(({ id }) => recorded.has(id))) throw error;
    }
  }

  async function readHead(): Promise<{ value: ChainHead; version: string }> {
    const read = () => table.get(AUDIT_PARTITION, headKey(chain));
    let row = await read();
    const missing = row ? null : await begin();
    row ??= await read();
    const found = row ? headIn(row, keys, now()) : (missing ?? 'it is not there');
    if (row && typeof found !== 'string' && found.seq >= reached) return { value: found, version: row.etag };
    const fault = typeof found === 'string' ? found : `it ends with entry ${found.seq}, and there were ${reached}`;
    onFault({ row: headKey(chain), fault }, 'a chain of the audit log is not continued');
    throw headRefused(table, chain, fault);
  }

  async function lookUp(
    facts: readonly AuditFact[],
    recorded: Map<string, AuditEntry>,
    planted: Map<string, string>,
  ): Promise<void> {
    planted.clear();
    const rows = await Promise.all(facts.map(({ id }) => table.get(AUDIT_PARTITION, pointerKey(id))));
    for (const [index, row] of rows.entries()) {
      const fact = facts[index];
      if (!fact || !row) continue;
      const entry = pointedEntry(row, keys.all);
      if (typeof entry === 'string') {
        onFault({ row: row.rowKey, fault: entry, kind: fact.kind }, UNSOUND);
        planted.set(fact.id, row.etag);
      } else {
        if (!isSameFact(fact, entry)) throw new FactConflict(entry);
        recorded.set(entry.id, entry);
      }
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
      const call = {};
      for (const fact of facts) refuseTime(fact, now());
      const arriving = facts.map((fact) => ({ fact, call, payload: sizeWhenRecorded(table, fact, keys) }));
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
  /** The same object for the facts of one call. */
  readonly call: object;
  /** Bytes of the entry in a transaction. */
  readonly payload: number;
  resolve(entry: AuditEntry): void;
  reject(error: unknown): void;
}

/** What is logged of a row that is not as we signed it. */
export const UNSOUND = 'a row of the audit log is not as it was signed';

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
  const row = entryRow(chainEntry(fact, emptyHead('00'), keys.signing));
  refuseBeyondLimits(table.name, row);
  // The entry, and its copy in the pointer.
  return 2 * payloadOf(row);
}

/** Entries are found by time, and those behind a later one take its time. */
function refuseTime({ id, at }: AuditFact, now: Date): void {
  if (!isUtc(at)) throw new Error(`fact ${id}: '${at}' must be a time like 2026-01-31T12:00:00.000Z`);
  if (isAhead(at, now)) throw new Error(`fact ${id}: ${at} is more than five minutes ahead of this clock`);
}

/** The order of a chain is the order of these texts, so all have one form. */
function isUtc(at: string): boolean {
  return !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
}

/** Whose facts an error keeps from being recorded. */
function hurtBy(error: unknown, batch: readonly Waiting[]): (one: Waiting) => boolean {
  if (!(error instanceof FactConflict)) return () => true;
  const calls = new Set(batch.filter(({ fact }) => fact.id === error.entry.id).map(({ call }) => call));
  return ({ call }) => calls.has(call);
}

function eachOnce(facts: readonly AuditFact[]): AuditFact[] {
  return [...new Map(facts.map((fact) => [fact.id, fact])).values()];
}
