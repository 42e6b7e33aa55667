/**
 * Verifies the log in one pass, newest entry first: each entry against the entry before it in its chain, its row against its
 * content, the end of each chain against its head and the newest anchor, and entries against their pointers. The pass ends at
 * the first entry of the log, or at the anchor. Memory does not grow with the log. The pass over a period begins at the anchor
 * after it, which says where the chains ended.
 */

import { type Anchor, reachOf } from '../../domain/audit/anchor.ts';
import {
  type AuditEntry,
  auditEntry,
  type ChainHead,
  chainFault,
  emptyHead,
  headAfter,
} from '../../domain/audit/audit.ts';
import { type AuditKeys, publicKeyText, sealFault } from '../../domain/audit/seal.ts';
import type { AuditVerification } from '../../workflows/ports/audit.ts';
import { jsonOf, type Row } from '../table/entity.ts';
import type { Table } from '../table/table.ts';
import { type Heads, headKey, readHeads } from './heads.ts';
import { findMissingPointer, type PointerFault, PointerSums } from './pointers.ts';
import {
  ALL_ENTRIES,
  AUDIT_PARTITION,
  type EntryPosition,
  entryFilter,
  entryKey,
  parseEntryKey,
  rowFault,
} from './rows.ts';

export interface LogVerification {
  readonly verification: AuditVerification;
  /** The verified end of each chain. */
  readonly ends: readonly ChainHead[];
}

export interface VerifyOptions {
  readonly keys: AuditKeys;
  readonly now: Date;
  readonly anchor: Anchor | null;
  /** Every entry is verified; otherwise only the entries after `anchor`, and those that it names. */
  readonly whole: boolean;
}

export interface VerifyPeriodOptions {
  readonly keys: AuditKeys;
  readonly now: Date;
  /** The anchor before the period; null when it begins at the first entry. */
  readonly after: Anchor | null;
  /** The anchor after the period; null when it reaches to the ends of the chains. */
  readonly until: Anchor | null;
  /** The end of the period (ISO, exclusive), or null. */
  readonly to: string | null;
}

export interface PeriodVerification {
  readonly verification: AuditVerification;
  /** By chain, the last entry of the period that was recorded after `until`. */
  readonly late: ReadonlyMap<string, number>;
}

/** Verifies the entries between two anchors, without their pointers. */
export async function verifyBetween(
  table: Table,
  { keys, now, after, until, to }: VerifyPeriodOptions,
): Promise<PeriodVerification> {
  const before = await readHeads(table, keys, now);
  const ends = until ? endsAt(until) : before.valid;
  const scan = new LogScan({ keys, now, anchor: after, whole: false }, ends, until);
  const late = new Map<string, number>();
  const isLate = ({ chain, seq, at }: EntryPosition) =>
    until !== null && to !== null && at < Date.parse(to) && seq > (until.chains[chain]?.seq ?? 0);
  for await (const rows of table.readPages(entryFilter(periodOf(until, to)))) {
    for (const position of rows.flatMap(({ rowKey }) => parseEntryKey(rowKey) ?? [])) {
      if (isLate(position)) late.set(position.chain, Math.max(position.seq, late.get(position.chain) ?? 0));
    }
    if (rows.some((row) => scan.scanRow(row) === 'done')) break;
  }
  const headsAfter = until ? null : await readHeads(table, keys, now);
  for (const chain of [...ends.keys(), ...Object.keys(after?.chains ?? {})]) scan.of(chain);
  for (const chainScan of scan.all.values()) {
    scan.closeStart(chainScan);
    chainScan.fault ??= headsAfter
      ? endFault(chainScan, before, headsAfter, after)
      : anchoredEndFault(chainScan, until);
  }
  await scan.checkAnchoredEntries(table);
  const { verification } = scan.result();
  const verified = { ...verification, entries: scan.entries, verifiedFrom: after?.at ?? null };
  const headFault = headsAfter && verified.valid ? firstHeadFault(table, headsAfter) : null;
  if (headFault === null) return { verification: verified, late };
  return { verification: { ...verified, valid: false, verifiedTo: null, reason: headFault }, late };
}

/** The times from the end of the period, or of the last entry that the anchor names, back to the first entry. */
function periodOf(until: Anchor | null, to: string | null): { readonly to?: string } {
  if (until === null) return {};
  const lastAnchored = new Date(Date.parse(reachOf(until) ?? until.at) + 1).toISOString();
  return { to: to !== null && to > lastAnchored ? to : lastAnchored };
}

function endsAt({ chains }: Anchor): ReadonlyMap<string, ChainHead> {
  return new Map(Object.entries(chains).map(([chain, end]) => [chain, { chain, ...end }]));
}

/** Whether the chain ends at the entry that the anchor names. */
function anchoredEndFault({ start, end }: ChainScan, anchor: Anchor | null): Fault | null {
  const anchored = anchor?.chains[start.chain];
  if (!anchored) return null;
  const named = `anchor ${anchor?.number}`;
  if (end.seq < anchored.seq) {
    const text = `it is not there, but ${named} says that there were ${anchored.seq}`;
    return { seq: end.seq + 1, id: null, text, after: end.at };
  }
  const isSame = end.seq === anchored.seq && end.hash === anchored.hash;
  return isSame ? null : { seq: end.seq, id: end.id, text: `${named} names another hash`, after: end.at };
}

/**
 * Reports the oldest invalid entry of the first invalid chain; its id is null when the entry is missing or unreadable. Heads
 * and pointers that do not match are reported when all chains are valid.
 */
export async function verifyLog(table: Table, options: VerifyOptions): Promise<LogVerification> {
  const { keys, now, anchor, whole } = options;
  const before = await readHeads(table, keys, now);
  const scan = new LogScan(options, before.valid);
  const sums = new PointerSums(before.valid);
  let pointerFault: PointerFault | null = null;
  for await (const rows of table.readPages(ALL_ENTRIES)) {
    const isDone = rows.some((row) => scan.scanRow(row) === 'done');
    const entries = scan.takeEntries();
    if (whole) for (const entry of entries) sums.add(entry);
    else pointerFault ??= await findMissingPointer(table, keys, entries);
    if (isDone) break;
  }
  if (whole) pointerFault = await sums.subtractPointers(table);
  // Other instances may have written meanwhile: a chain ends somewhere between its heads before and after.
  const after = await readHeads(table, keys, now);
  for (const chain of [...after.valid.keys(), ...Object.keys(anchor?.chains ?? {})]) scan.of(chain);
  for (const chainScan of scan.all.values()) {
    scan.closeStart(chainScan);
    chainScan.fault ??= endFault(chainScan, before, after, anchor);
  }
  if (!whole) await scan.checkAnchoredEntries(table);
  const result = scan.result();
  if (!result.verification.valid) return result;
  const headFault = firstHeadFault(table, after);
  if (headFault) return invalidResult(result, headFault, null);
  if (whole) pointerFault ??= await sums.findMismatch(table, keys, after.valid);
  return pointerFault ? invalidResult(result, pointerFault.text, pointerFault.entry) : result;
}

function firstHeadFault(table: Table, { faults }: Heads): string | null {
  const [fault] = [...faults].map(([chain, text]) => `Row ${headKey(chain)} of table ${table.name}, a head: ${text}.`);
  return fault ?? null;
}

function invalidResult(
  { ends, verification }: LogVerification,
  reason: string,
  entry: AuditEntry | null,
): LogVerification {
  const firstBad = entry && { firstBad: { chain: entry.chain, seq: entry.seq, id: entry.id } };
  return { ends, verification: { ...verification, valid: false, verifiedTo: null, ...firstBad, reason } };
}

/** The progress of the pass in one chain. */
interface ChainScan {
  /** The head before the oldest entry of this pass. */
  readonly start: ChainHead;
  /** The first row of the pass; without one, the start. The hash is null when the row is unreadable. */
  end: { readonly seq: number; readonly hash: string | null; readonly at: string | null; readonly id: string | null };
  /** The entry after the current one, whose link is not yet verified; null after an unreadable row. */
  nextEntry: AuditEntry | null;
  /** The lowest sequence number so far. */
  lowestSeq: number | null;
  /** The oldest fault so far. */
  fault: Fault | null;
}

interface Fault {
  readonly seq: number;
  readonly id: string | null;
  readonly text: string;
  /** Time of the entry before it. */
  readonly after: string | null;
}

class LogScan {
  readonly all = new Map<string, ChainScan>();
  readonly #anchor: Anchor | null;
  readonly #whole: boolean;
  readonly #heads: ReadonlyMap<string, ChainHead>;
  readonly #keys: AuditKeys;
  readonly #until: Anchor | null;
  #entries = 0;
  #taken: AuditEntry[] = [];

  /** `heads`: where the chains end. `until`: entries after the ones that this anchor names are left out. */
  constructor(
    { anchor, whole, keys }: VerifyOptions,
    heads: ReadonlyMap<string, ChainHead>,
    until: Anchor | null = null,
  ) {
    this.#anchor = anchor;
    this.#whole = whole;
    this.#heads = heads;
    this.#keys = keys;
    this.#until = until;
  }

  /** The number of entries in this pass. */
  get entries(): number {
    return this.#entries;
  }

  /** Checks the oldest entry of this pass against the start of its chain. */
  closeStart(chainScan: ChainScan): void {
    if (chainScan.nextEntry)
      chainScan.fault = linkFault(chainScan.nextEntry, chainScan.start, this.#keys) ?? chainScan.fault;
  }

  of(chain: string): ChainScan {
    const known = this.all.get(chain);
    if (known) return known;
    const anchored = this.#whole ? undefined : this.#anchor?.chains[chain];
    const start = anchored ? { chain, ...anchored } : emptyHead(chain);
    const chainScan = { start, end: { ...start, id: null }, nextEntry: null, lowestSeq: null, fault: null };
    this.all.set(chain, chainScan);
    return chainScan;
  }

  scanRow(row: Row): 'more' | 'done' {
    const { chain, seq, at } = parseEntryKey(row.rowKey) ?? { chain: '??', seq: 0, at: 0 };
    if (!this.#whole && this.#isDone(at)) return 'done';
    const chainScan = this.of(chain);
    if (this.#until && seq > (this.#until.chains[chain]?.seq ?? 0)) return 'more';
    if (!this.#whole && seq <= chainScan.start.seq) return 'more';
    this.#entries++;
    const first = chainScan.lowestSeq === null;
    chainScan.lowestSeq = Math.min(seq, chainScan.lowestSeq ?? seq);
    const entry = readEntry(chainScan, row, seq, this.#keys);
    if (entry) this.#taken.push(entry);
    if (first) chainScan.end = { seq, hash: entry?.hash ?? null, at: entry?.at ?? null, id: entry?.id ?? null };
    const anchored = this.#anchor?.chains[chain];
    if (entry && anchored?.seq === seq && anchored.hash !== entry.hash) {
      chainScan.fault = { seq, id: entry.id, text: `anchor ${this.#anchor?.number} names another hash`, after: null };
    }
    return 'more';
  }

  /** The entries since the last call. */
  takeEntries(): readonly AuditEntry[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }

  /** The pass is before the anchor, and in every chain that grew since, it has reached the entry after the anchored one. */
  #isDone(at: number): boolean {
    if (this.#anchor === null || at >= Date.parse(this.#anchor.at)) return false;
    return [...this.#heads].every(([chain, { seq }]) => {
      const { start, lowestSeq } = this.of(chain);
      const reached = seq <= start.seq || (lowestSeq !== null && lowestSeq <= start.seq + 1);
      return reached || (start.at !== null && at < Date.parse(start.at));
    });
  }

  /** Checks that the entries that the anchor names still exist, unchanged. */
  async checkAnchoredEntries(table: Table): Promise<void> {
    const anchored = Object.entries(this.#anchor?.chains ?? {}).map(async ([chain, { seq, hash, at }]) => {
      const row = await table.get(AUDIT_PARTITION, entryKey({ chain, seq, at }));
      const entry = row ? auditEntry.safeParse(jsonOf(row)).data : undefined;
      const text = !row
        ? `it is not there, but anchor ${this.#anchor?.number} names it`
        : !entry
          ? 'its row holds no audit entry'
          : entry.hash !== hash
            ? `anchor ${this.#anchor?.number} names another hash`
            : (rowFault(entry, row) ?? sealFault(entry, this.#keys.all));
      const chainScan = this.of(chain);
      // A head that was replaced by an older version names an older entry.
      if (text && !(chainScan.fault && chainScan.fault.seq < seq)) {
        chainScan.fault = { seq, id: entry?.id ?? null, text, after: null };
      }
    });
    await Promise.all(anchored);
  }

  result(): LogVerification {
    const common = {
      complete: this.#whole,
      entries: this.#entries + (this.#whole ? 0 : (this.#anchor?.entries ?? 0)),
      publicKeys: this.#keys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) })),
    };
    const chains = [...this.all].sort(([a], [b]) => (a < b ? -1 : 1));
    const ends = chains.map(([chain, { end }]) => ({ chain, seq: end.seq, hash: end.hash ?? '', at: end.at }));
    for (const [chain, { fault }] of chains) {
      if (!fault) continue;
      const { seq, id, text, after } = fault;
      const reason = `Entry ${seq} of chain ${chain}: ${text}.`;
      const firstBad = { chain, seq, id };
      return { ends, verification: { ...common, valid: false, verifiedTo: after, firstBad, reason } };
    }
    const times = chains.flatMap(([, { end }]) => end.at ?? []).sort();
    return { ends, verification: { ...common, valid: true, verifiedTo: times.at(-1) ?? null } };
  }
}

/** The entry of a row, after verifying the entry after it; null when the row is invalid. */
function readEntry(chainScan: ChainScan, row: Row, seq: number, keys: AuditKeys): AuditEntry | null {
  const parsed = auditEntry.safeParse(jsonOf(row));
  if (!parsed.success) {
    chainScan.fault = { seq, id: null, text: 'its row holds no audit entry', after: null };
    chainScan.nextEntry = null;
    return null;
  }
  const entry = parsed.data;
  if (chainScan.nextEntry) chainScan.fault = linkFault(chainScan.nextEntry, headAfter(entry), keys) ?? chainScan.fault;
  if (chainScan.fault?.after === null) chainScan.fault = { ...chainScan.fault, after: entry.at };
  const text = rowFault(entry, row);
  if (text) chainScan.fault = { seq, id: entry.id, text, after: null };
  chainScan.nextEntry = text ? null : entry;
  return chainScan.nextEntry;
}

/** What is wrong with the entry after `before`, or with the gap between them. */
function linkFault(entry: AuditEntry, before: ChainHead, keys: AuditKeys): Fault | null {
  const text = chainFault(entry, before, keys.all);
  if (text === null) return null;
  if (entry.seq > before.seq + 1) return { seq: before.seq + 1, id: null, text, after: before.at };
  if (entry.seq <= before.seq) {
    return { seq: entry.seq, id: entry.id, text: 'it stands behind a later entry of its chain', after: before.at };
  }
  return { seq: entry.seq, id: entry.id, text, after: before.at };
}

/** Whether the chain ends where its head says, and not before the anchor: an attacker may replace a head together with its tail. */
function endFault(
  { end, start, lowestSeq }: ChainScan,
  heads: Heads,
  headsAfter: Heads,
  anchor: Anchor | null,
): Fault | null {
  const [before, after] = [heads, headsAfter].map(({ valid }) => valid.get(start.chain));
  const minSeq = before?.seq ?? 0;
  const maxSeq = after?.seq ?? 0;
  const anchored = anchor?.chains[start.chain]?.seq ?? 0;
  // Without a row in this pass it is unknown whether the chain reaches its start.
  const seen = lowestSeq === null ? Math.min(end.seq, maxSeq) : end.seq;
  const missing = (seq: number, text: string) => ({ seq, id: null, text: `it is not there, ${text}`, after: end.at });
  if (end.seq < minSeq) return missing(end.seq + 1, `but the head says that there are ${minSeq}`);
  if (seen < anchored) return missing(seen + 1, `but anchor ${anchor?.number} says that there were ${anchored}`);
  const headFault = headsAfter.faults.get(start.chain);
  if (end.seq > 0 && headFault) {
    return {
      seq: end.seq,
      id: end.id,
      text: `the row of the head behind it, ${headKey(start.chain)}: ${headFault}`,
      after: end.at,
    };
  }
  if (end.seq > maxSeq) {
    return { seq: end.seq, id: end.id, text: `the head says that there are ${maxSeq}`, after: end.at };
  }
  const other = [before, after].some((head) => head?.seq === end.seq && head.hash !== (end.hash ?? ''));
  return other ? { seq: end.seq, id: end.id, text: 'the head names another hash', after: end.at } : null;
}
