/**
 * Appends to one chain of the log: one transaction at a time; records that arrive meanwhile go into the next one together.
 * Every transaction requires the version of the head, so two processes cannot fork the chain. It contains a pointer for each
 * record, so no record is written twice when an answer is lost. A pointer that is not as it was signed proves nothing: it is
 * reported and replaced.
 */

import {
  type AuditEntry,
  type AuditKeys,
  type AuditRecord,
  type ChainHead,
  chainEntry,
  emptyHead,
  headAfter,
  isSameRecord,
} from '../../domain/audit/audit.ts';
import { isInFuture } from '../../domain/resources/limits.ts';
import { RecordConflict } from '../../workflows/ports/audit.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { assertEntityFits, MAX_TRANSACTION_BYTES, payloadOf } from '../table/limits.ts';
import { Rejected } from '../table/requests.ts';
import type { Table } from '../table/table.ts';
import { repeatUntilWritten, saveStep } from '../table/versioned-row.ts';
import {
  dayKeyOf,
  type FixDay,
  fixDayStep,
  isCountedFix,
  listedFix,
  loadFixDay,
  type Receipts,
  withFixes,
} from './fix-days.ts';
import { chainNotContinued, headKey, headRow, type InitializeHeads, parseHead } from './heads.ts';
import { AUDIT_PARTITION, entryRow, type OnFault, pointerKey, pointerRow, verifiedPointer } from './rows.ts';

export interface AuditChain {
  /** Writes records in order; when one fails, none after it is written. `receipts` times the fixes that events led to. */
  append(records: readonly AuditRecord[], receipts: Receipts): Promise<AuditEntry[]>;
}

export interface ChainOptions {
  readonly table: Table;
  readonly keys: AuditKeys;
  readonly now: () => Date;
  /** Waits before attempt 1, 2, ... is repeated, long enough for another writer to finish. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly initializeHeads: InitializeHeads;
  readonly onFault: OnFault;
}

export function openChain(
  chain: string,
  { table, keys, now, pause, initializeHeads, onFault }: ChainOptions,
): AuditChain {
  let waiting: Waiting[] = [];
  let working = false;
  let head: { readonly value: ChainHead; readonly version: string } | null = null;
  /** The rows of fixes that were written with this head. */
  let fixDays: ReadonlyMap<string, FixDay> = new Map();
  /** The last entry that this process wrote: a valid head is never before it. */
  let lastSeq = 0;

  async function appendWaiting(): Promise<void> {
    if (working) return;
    working = true;
    while (waiting.length > 0) {
      const batch = firstBatch(waiting);
      waiting = waiting.slice(batch.length);
      try {
        const receipts = new Map(batch.flatMap((one) => [...one.receipts]));
        const entries = await commit(
          batch.map(({ record }) => record),
          receipts,
        );
        batch.forEach((one, index) => {
          const entry = entries[index];
          if (entry) one.resolve(entry);
        });
      } catch (error) {
        // Records after the failed ones must not be written before them. A conflict affects only its own call.
        const rest = [...batch, ...waiting];
        const isAffected = affectedBy(error, batch);
        waiting = rest.filter((one) => !isAffected(one));
        for (const one of rest.filter(isAffected)) one.reject(error);
      }
    }
    working = false;
  }

  async function commit(records: readonly AuditRecord[], receipts: Receipts): Promise<AuditEntry[]> {
    const recorded = new Map<string, AuditEntry>();
    /** The versions of pointers that are not as they were signed, by record id. */
    const invalidPointers = new Map<string, string>();
    const appendMissing = async () => {
      const missing = uniqueRecords(records).filter(({ id }) => !recorded.has(id));
      if (missing.length > 0) await appendOnce({ records: missing, receipts }, recorded, invalidPointers);
      if (!records.every(({ id }) => recorded.has(id))) return null;
      return records.flatMap(({ id }) => recorded.get(id) ?? []);
    };
    const what = `continue chain ${chain} of the audit log`;
    return repeatUntilWritten(what, appendMissing, { attempts: ATTEMPTS, pause });
  }

  /** One attempt: adds to `recorded` the entries that it wrote or that it found in the log. */
  async function appendOnce(
    { records, receipts }: { readonly records: readonly AuditRecord[]; readonly receipts: Receipts },
    recorded: Map<string, AuditEntry>,
    invalidPointers: Map<string, string>,
  ): Promise<void> {
    const known = head ? fixDays : new Map<string, FixDay>();
    const before = head ?? (await readHead());
    head = null;
    const entries = chainRecords(records, before.value);
    const last = entries.at(-1);
    if (!last) return;
    const days = await addFixes(entries, receipts, known);
    try {
      const answer = await table.transact([
        // First, so that the status of the answer tells a changed head from an existing record.
        { replace: headRow(headAfter(last), keys.signing), etag: before.version },
        ...entries.flatMap((entry) => {
          const etag = invalidPointers.get(entry.id);
          return [{ insert: entryRow(entry) }, saveStep(pointerRow(entry), etag ?? null)];
        }),
        ...days.map(fixDayStep),
      ]);
      if (!(answer instanceof Rejected)) {
        const version = answer[0] ?? null;
        const etags = answer.slice(-days.length);
        fixDays = new Map([
          ...known,
          ...days.map((day, at) => [day.rowKey, { ...day, etag: etags[at] ?? null }] as const),
        ]);
        if (version !== null) head = { value: headAfter(last), version };
        lastSeq = last.seq;
        for (const entry of entries) recorded.set(entry.id, entry);
      } else if (answer.status !== 412 || invalidPointers.size > 0) {
        await findRecorded(records, recorded, invalidPointers);
      }
    } catch (error) {
      // The transaction may have been committed although its answer was lost: the pointers show it.
      if (!(error instanceof StorageUnavailable)) throw error;
      await findRecorded(records, recorded, invalidPointers);
      if (!records.every(({ id }) => recorded.has(id))) throw error;
    }
  }

  /** The days of these entries, with the fixes among them. */
  async function addFixes(
    entries: readonly AuditEntry[],
    receipts: Receipts,
    known: ReadonlyMap<string, FixDay>,
  ): Promise<FixDay[]> {
    const fixed = entries.filter(isCountedFix);
    return Promise.all(
      [...new Set(fixed.map(dayKeyOf))].map(async (key) => {
        const fixes = fixed.filter((entry) => dayKeyOf(entry) === key).map((entry) => listedFix(entry, receipts));
        return withFixes(known.get(key) ?? (await loadFixDay(table, key)), fixes);
      }),
    );
  }

  async function readHead(): Promise<{ value: ChainHead; version: string }> {
    const read = () => table.get(AUDIT_PARTITION, headKey(chain));
    let row = await read();
    const missing = row ? null : await initializeHeads();
    row ??= await read();
    const found = row ? parseHead(row, keys, now()) : (missing ?? 'it is not there');
    if (row && typeof found !== 'string' && found.seq >= lastSeq) return { value: found, version: row.etag };
    const fault = typeof found === 'string' ? found : `it ends with entry ${found.seq}, and there were ${lastSeq}`;
    onFault({ row: headKey(chain), fault }, 'a chain of the audit log is not continued');
    throw chainNotContinued(table, chain, fault);
  }

  async function findRecorded(
    records: readonly AuditRecord[],
    recorded: Map<string, AuditEntry>,
    invalidPointers: Map<string, string>,
  ): Promise<void> {
    invalidPointers.clear();
    const rows = await Promise.all(records.map(({ id }) => table.get(AUDIT_PARTITION, pointerKey(id))));
    for (const [index, row] of rows.entries()) {
      const record = records[index];
      if (!record || !row) continue;
      const entry = verifiedPointer(row, keys.all);
      if (typeof entry === 'string') {
        onFault({ row: row.rowKey, fault: entry, kind: record.kind }, ROW_ALTERED);
        invalidPointers.set(record.id, row.etag);
      } else {
        if (!isSameRecord(record, entry)) throw new RecordConflict(entry);
        recorded.set(entry.id, entry);
      }
    }
  }

  function chainRecords(records: readonly AuditRecord[], from: ChainHead): AuditEntry[] {
    let end = from;
    return records.map((record) => {
      const entry = chainEntry(record, end, keys.signing);
      end = headAfter(entry);
      return entry;
    });
  }

  return {
    async append(records, receipts) {
      const call = {};
      for (const record of records) assertValidTime(record, now());
      const arriving = records.map((record) => ({
        record,
        receipts,
        call,
        payload: sizeWhenRecorded(table, record, keys),
      }));
      const entries = arriving.map(
        (one) =>
          new Promise<AuditEntry>((resolve, reject) => {
            waiting.push({ ...one, resolve, reject });
          }),
      );
      void appendWaiting();
      return Promise.all(entries);
    },
  };
}

interface Waiting {
  readonly record: AuditRecord;
  readonly receipts: Receipts;
  /** The same object for the records of one call. */
  readonly call: object;
  /** Bytes of the entry in a transaction. */
  readonly payload: number;
  resolve(entry: AuditEntry): void;
  reject(error: unknown): void;
}

/** The log message for a row that is not as it was signed. */
export const ROW_ALTERED = 'a row of the audit log is not as it was signed';

const ATTEMPTS = 12;
const RECORDS_PER_TRANSACTION = 30;

/** Room for the rows of fixes, which are much smaller on nearly every day. */
const FIX_DAY_BYTES = 512 * 1024;

/** As many as fit into one transaction, at least one. */
function firstBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  let payload = RECORDS_PER_TRANSACTION * 2048 + FIX_DAY_BYTES;
  const fits = waiting.slice(0, RECORDS_PER_TRANSACTION).findIndex((one) => {
    payload += one.payload;
    return payload > MAX_TRANSACTION_BYTES;
  });
  return waiting.slice(0, fits === -1 ? RECORDS_PER_TRANSACTION : Math.max(1, fits));
}

/** Rejects a record that does not fit into a row, before other records wait for it. */
function sizeWhenRecorded(table: Table, record: AuditRecord, keys: AuditKeys): number {
  const row = entryRow(chainEntry(record, emptyHead('00'), keys.signing));
  assertEntityFits(table.name, row);
  // The entry, and its copy in the pointer.
  return 2 * payloadOf(row);
}

/** Entries are listed by time, and an entry after one with a later time takes that time. */
function assertValidTime({ id, at }: AuditRecord, now: Date): void {
  if (!isUtc(at)) throw new Error(`record ${id}: '${at}' must be a time like 2026-01-31T12:00:00.000Z`);
  if (isInFuture(at, now)) throw new Error(`record ${id}: ${at} is more than five minutes ahead of this clock`);
}

/** The order of a chain is the order of these texts, so all need the same format. */
function isUtc(at: string): boolean {
  return !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
}

/** Selects the records that an error affects. */
function affectedBy(error: unknown, batch: readonly Waiting[]): (one: Waiting) => boolean {
  if (!(error instanceof RecordConflict)) return () => true;
  const calls = new Set(batch.filter(({ record }) => record.id === error.entry.id).map(({ call }) => call));
  return ({ call }) => calls.has(call);
}

function uniqueRecords(records: readonly AuditRecord[]): AuditRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}
