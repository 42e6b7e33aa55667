/**
 * Checks that every entry has its pointer and every pointer its entry. Each set is read in one pass, and both are compared by
 * sums of keyed hashes, so that memory does not grow with the log. Only when a sum differs, a second pass finds the row.
 * Entries that are written meanwhile are left to the next verification: an entry and its pointer are written together.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { type AuditEntry, auditEntry, type ChainHead } from '../../domain/audit/audit.ts';
import { type AuditKeys, contentFault } from '../../domain/audit/seal.ts';
import { jsonOf } from '../table/entity.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import {
  ALL_ENTRIES,
  ALL_POINTERS,
  AUDIT_PARTITION,
  isSameEntry,
  parsePointer,
  pointerKey,
  verifiedPointer,
} from './rows.ts';

export interface PointerFault {
  /** The affected entry, when it is known. */
  readonly entry: AuditEntry | null;
  /** A sentence. */
  readonly text: string;
}

type Ends = ReadonlyMap<string, ChainHead>;

/** Compares all entries up to `before` with the pointers to them. */
export class PointerSums {
  /** By id prefix: the sum over entries minus the sum over pointers. */
  readonly #sums = new Map<string, bigint>();
  // An attacker who adds rows must not be able to compute their sum.
  readonly #secret = randomBytes(32);
  readonly #last = new Map<string, AuditEntry>();
  readonly #before: Ends;

  constructor(before: Ends) {
    this.#before = before;
  }

  /** Adds an entry whose seal was verified. */
  add(entry: AuditEntry): void {
    this.#count(entry, 1n);
  }

  /** Reads all pointers and subtracts them; returns the first that is invalid in itself. */
  async subtractPointers(table: Table): Promise<PointerFault | null> {
    for await (const rows of table.readPages(ALL_POINTERS)) {
      for (const row of rows) {
        const entry = parsePointer(row);
        const fault = typeof entry === 'string' ? entry : contentFault(entry);
        if (fault !== null || typeof entry === 'string') return rowFaultOf(table, row.rowKey, `${fault}`, null);
        this.#count(entry, -1n);
        if ((this.#last.get(entry.chain)?.seq ?? 0) < entry.seq) this.#last.set(entry.chain, entry);
      }
    }
    return null;
  }

  /** Finds the first row that does not match; `after` are the ends of the chains after both passes. */
  async findMismatch(table: Table, keys: AuditKeys, after: Ends): Promise<PointerFault | null> {
    const [prefix] = [...this.#sums].flatMap(([key, sum]) => (sum === 0n ? [] : [key])).sort();
    if (prefix !== undefined) return this.#findMismatchBelow(prefix, table, keys);
    const beyond = [...this.#last.values()].find(({ chain, seq }) => seq > (after.get(chain)?.seq ?? 0));
    return beyond
      ? rowFaultOf(table, pointerKey(beyond.id), `${describeEntry(beyond)} is not in the log`, beyond)
      : null;
  }

  #isOld({ chain, seq }: AuditEntry): boolean {
    return seq <= (this.#before.get(chain)?.seq ?? 0);
  }

  #count(entry: AuditEntry, times: bigint): void {
    if (!this.#isOld(entry)) return;
    const { id, hash, signature } = entry;
    const text = createHmac('sha256', this.#secret).update(`${id} ${hash} ${signature}`).digest('hex');
    const key = id.slice(0, ID_PREFIX_LENGTH);
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + times * BigInt(`0x${text}`));
  }

  async #findMismatchBelow(prefix: string, table: Table, keys: AuditKeys): Promise<PointerFault | null> {
    const pointers = new Map<string, AuditEntry>();
    for (const row of await table.readAll(prefixFilter(AUDIT_PARTITION, pointerKey(prefix)))) {
      const entry = verifiedPointer(row, keys.all);
      if (typeof entry === 'string') return rowFaultOf(table, row.rowKey, entry, null);
      if (this.#isOld(entry)) pointers.set(entry.id, entry);
    }
    for await (const rows of table.readPages(ALL_ENTRIES)) {
      for (const row of rows) {
        const entry = auditEntry.safeParse(jsonOf(row)).data;
        if (!entry?.id.startsWith(prefix) || !this.#isOld(entry)) continue;
        const fault = compareToPointer(entry, pointers.get(entry.id));
        if (fault) return fault;
        pointers.delete(entry.id);
      }
    }
    const [left] = pointers.values();
    return left ? rowFaultOf(table, pointerKey(left.id), `${describeEntry(left)} is not in the log`, left) : null;
  }
}

/** Finds the first of these entries without its pointer: for a verification that does not read all pointers. */
export async function findMissingPointer(
  table: Table,
  keys: AuditKeys,
  entries: readonly AuditEntry[],
): Promise<PointerFault | null> {
  for (let start = 0; start < entries.length; start += MAX_CONCURRENT_READS) {
    const some = entries.slice(start, start + MAX_CONCURRENT_READS);
    const rows = await Promise.all(some.map(({ id }) => table.get(AUDIT_PARTITION, pointerKey(id))));
    for (const [index, entry] of some.entries()) {
      const row = rows[index];
      const pointed = row ? verifiedPointer(row, keys.all) : undefined;
      if (typeof pointed === 'string') return rowFaultOf(table, pointerKey(entry.id), pointed, entry);
      const fault = compareToPointer(entry, pointed);
      if (fault) return fault;
    }
  }
  return null;
}

/** Ids are hex: three characters make 4096 sums, and the second pass holds only one 4096th of the pointers. */
const ID_PREFIX_LENGTH = 3;
const MAX_CONCURRENT_READS = 16;

function compareToPointer(entry: AuditEntry, pointed: AuditEntry | undefined): PointerFault | null {
  if (pointed && isSameEntry(entry, pointed)) return null;
  const { seq, chain, id } = entry;
  const what = pointed ? 'holds another entry' : 'is not there';
  return { entry, text: `Entry ${seq} of chain ${chain}: its pointer, row ${pointerKey(id)}, ${what}.` };
}

function describeEntry({ chain, seq }: AuditEntry): string {
  return `the entry that it holds, number ${seq} of chain ${chain},`;
}

function rowFaultOf({ name }: Table, rowKey: string, fault: string, entry: AuditEntry | null): PointerFault {
  return { entry, text: `Row ${rowKey} of table ${name}: ${fault}.` };
}
