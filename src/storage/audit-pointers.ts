/**
 * Whether every entry has its pointer and every pointer its entry. Both are read in one pass each and compared by sums of
 * keyed hashes, so that memory does not grow with the log; only when a sum differs, a second pass names the row. What is
 * written meanwhile is left to the next look: an entry and its pointer come together.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { AuditEntry, ChainHead } from '../domain/audit.ts';
import { type AuditKeys, contentFault } from '../domain/seal.ts';
import {
  ALL_ENTRIES,
  ALL_POINTERS,
  AUDIT_PARTITION,
  isSameEntry,
  pointedEntry,
  pointerEntry,
  pointerKey,
} from './audit-rows.ts';
import { jsonOf } from './entity.ts';
import { auditEntry } from './shapes.ts';
import { startingWith, type Table } from './table.ts';

export interface PointerFault {
  /** The entry that it is about, where one is known. */
  readonly entry: AuditEntry | null;
  /** A sentence. */
  readonly text: string;
}

type Ends = ReadonlyMap<string, ChainHead>;

/** Compares all entries up to `before` with the pointers to them. */
export class PointerSums {
  /** By the beginning of the id: the sum over entries less the sum over pointers. */
  readonly #sums = new Map<string, bigint>();
  // Whoever plants rows must not know what they add up to.
  readonly #secret = randomBytes(32);
  readonly #last = new Map<string, AuditEntry>();
  readonly #before: Ends;

  constructor(before: Ends) {
    this.#before = before;
  }

  /** An entry, as it was signed. */
  add(entry: AuditEntry): void {
    this.#count(entry, 1n);
  }

  /** Looks at all pointers; returns what is wrong with one in itself. */
  async subtract(table: Table): Promise<PointerFault | null> {
    for await (const rows of table.pages(ALL_POINTERS)) {
      for (const row of rows) {
        const entry = pointerEntry(row);
        const fault = typeof entry === 'string' ? entry : contentFault(entry);
        if (fault !== null || typeof entry === 'string') return rowSays(table, row.rowKey, `${fault}`, null);
        this.#count(entry, -1n);
        if ((this.#last.get(entry.chain)?.seq ?? 0) < entry.seq) this.#last.set(entry.chain, entry);
      }
    }
    return null;
  }

  /** Names the first row that does not fit; `after` are the ends of the chains behind both passes. */
  async differing(table: Table, keys: AuditKeys, after: Ends): Promise<PointerFault | null> {
    const [beginning] = [...this.#sums].flatMap(([key, sum]) => (sum === 0n ? [] : [key])).sort();
    if (beginning !== undefined) return this.#differingBelow(beginning, table, keys);
    const beyond = [...this.#last.values()].find(({ chain, seq }) => seq > (after.get(chain)?.seq ?? 0));
    return beyond ? rowSays(table, pointerKey(beyond.id), `${called(beyond)} is not in the log`, beyond) : null;
  }

  #isOld({ chain, seq }: AuditEntry): boolean {
    return seq <= (this.#before.get(chain)?.seq ?? 0);
  }

  #count(entry: AuditEntry, times: bigint): void {
    if (!this.#isOld(entry)) return;
    const { id, hash, signature } = entry;
    const text = createHmac('sha256', this.#secret).update(`${id} ${hash} ${signature}`).digest('hex');
    const key = id.slice(0, BEGINNING);
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + times * BigInt(`0x${text}`));
  }

  async #differingBelow(beginning: string, table: Table, keys: AuditKeys): Promise<PointerFault | null> {
    const pointers = new Map<string, AuditEntry>();
    for (const row of await table.all(startingWith(AUDIT_PARTITION, pointerKey(beginning)))) {
      const entry = pointedEntry(row, keys.all);
      if (typeof entry === 'string') return rowSays(table, row.rowKey, entry, null);
      if (this.#isOld(entry)) pointers.set(entry.id, entry);
    }
    for await (const rows of table.pages(ALL_ENTRIES)) {
      for (const row of rows) {
        const entry = auditEntry.safeParse(jsonOf(row)).data;
        if (!entry?.id.startsWith(beginning) || !this.#isOld(entry)) continue;
        const fault = differs(entry, pointers.get(entry.id));
        if (fault) return fault;
        pointers.delete(entry.id);
      }
    }
    const [left] = pointers.values();
    return left ? rowSays(table, pointerKey(left.id), `${called(left)} is not in the log`, left) : null;
  }
}

/** The first of these entries without its pointer: for a look that does not read all pointers. */
export async function withoutPointer(
  table: Table,
  keys: AuditKeys,
  entries: readonly AuditEntry[],
): Promise<PointerFault | null> {
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE);
    const rows = await Promise.all(some.map(({ id }) => table.get(AUDIT_PARTITION, pointerKey(id))));
    for (const [index, entry] of some.entries()) {
      const row = rows[index];
      const pointed = row ? pointedEntry(row, keys.all) : undefined;
      if (typeof pointed === 'string') return rowSays(table, pointerKey(entry.id), pointed, entry);
      const fault = differs(entry, pointed);
      if (fault) return fault;
    }
  }
  return null;
}

/** Ids are hex: so many characters make 4096 sums, and a second pass holds as small a part of the pointers. */
const BEGINNING = 3;
const AT_ONCE = 16;

function differs(entry: AuditEntry, pointed: AuditEntry | undefined): PointerFault | null {
  if (pointed && isSameEntry(entry, pointed)) return null;
  const { seq, chain, id } = entry;
  const what = pointed ? 'holds another entry' : 'is not there';
  return { entry, text: `Entry ${seq} of chain ${chain}: its pointer, row ${pointerKey(id)}, ${what}.` };
}

function called({ chain, seq }: AuditEntry): string {
  return `the entry that it holds, number ${seq} of chain ${chain},`;
}

function rowSays({ name }: Table, rowKey: string, fault: string, entry: AuditEntry | null): PointerFault {
  return { entry, text: `Row ${rowKey} of table ${name}: ${fault}.` };
}
