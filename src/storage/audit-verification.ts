/**
 * Verifies the log in one pass from the newest entry down: each entry against the one before it in its chain, its row
 * against its content, each chain's end against its head and against the newest anchor, and entries against the pointers that
 * make them unique. The pass goes down to the first entry, or only to the anchor. Memory does not grow with the log.
 */
import type { Anchor } from '../domain/anchor.ts';
import { type AuditEntry, type ChainHead, emptyHead, faultOf, headAfter } from '../domain/audit.ts';
import { type AuditKeys, publicKeyText, sealFault } from '../domain/seal.ts';
import type { AuditVerification } from '../workflows/ports.ts';
import { type Heads, headKey, headsOf } from './audit-heads.ts';
import { type PointerFault, PointerSums, withoutPointer } from './audit-pointers.ts';
import { ALL_ENTRIES, AUDIT_PARTITION, entryKey, placeOf, rowFault } from './audit-rows.ts';
import { jsonOf, type Row } from './entity.ts';
import { auditEntry } from './shapes.ts';
import type { Table } from './table.ts';

export interface Look {
  readonly verification: AuditVerification;
  /** Where each chain ends, as far as it was verified. */
  readonly ends: readonly ChainHead[];
}

export interface LookOptions {
  readonly keys: AuditKeys;
  readonly now: Date;
  readonly anchor: Anchor | null;
  /** Every entry is looked at; otherwise those behind `anchor`, and the entries that it names. */
  readonly whole: boolean;
}

/**
 * Names the oldest bad entry of the first bad chain; its id is null when the entry is not there or tells none. Heads and
 * pointers that do not fit are named when the chains are whole.
 */
export async function verifyLog(table: Table, options: LookOptions): Promise<Look> {
  const { keys, now, anchor, whole } = options;
  const before = await headsOf(table, keys, now);
  const walks = new Walks(options, before.sound);
  const sums = new PointerSums(before.sound);
  let pointerFault: PointerFault | null = null;
  for await (const rows of table.pages(ALL_ENTRIES)) {
    const isEnough = rows.some((row) => walks.step(row) === 'enough');
    const entries = walks.taken();
    if (whole) for (const entry of entries) sums.add(entry);
    else pointerFault ??= await withoutPointer(table, keys, entries);
    if (isEnough) break;
  }
  if (whole) pointerFault = await sums.subtract(table);
  // Others may have written meanwhile: a chain ends somewhere between its heads before and after.
  const after = await headsOf(table, keys, now);
  for (const chain of [...after.sound.keys(), ...Object.keys(anchor?.chains ?? {})]) walks.of(chain);
  for (const walk of walks.all.values()) {
    if (walk.later) walk.fault = linkFault(walk.later, walk.floor, keys) ?? walk.fault;
    walk.fault ??= endFault(walk, before, after, anchor);
  }
  if (!whole) await walks.lookAtAnchored(table);
  const look = walks.look();
  if (!look.verification.valid) return look;
  const headFault = headFaultOf(table, after);
  if (headFault) return refused(look, headFault, null);
  if (whole) pointerFault ??= await sums.differing(table, keys, after.sound);
  return pointerFault ? refused(look, pointerFault.text, pointerFault.entry) : look;
}

function headFaultOf(table: Table, { faults }: Heads): string | null {
  const [fault] = [...faults].map(([chain, text]) => `Row ${headKey(chain)} of table ${table.name}, a head: ${text}.`);
  return fault ?? null;
}

function refused({ ends, verification }: Look, reason: string, entry: AuditEntry | null): Look {
  const firstBad = entry && { firstBad: { chain: entry.chain, seq: entry.seq, id: entry.id } };
  return { ends, verification: { ...verification, valid: false, verifiedTo: null, ...firstBad, reason } };
}

/** How far the pass has come in one chain. */
interface Walk {
  /** What the oldest entry of this pass continues. */
  readonly floor: ChainHead;
  /** The first row that was met; without one, the floor. The hash is null when the row tells none. */
  end: { readonly seq: number; readonly hash: string | null; readonly at: string | null; readonly id: string | null };
  /** The entry above, not yet held against the one before it; null after a row that tells nothing. */
  later: AuditEntry | null;
  /** The lowest number that was met. */
  lowest: number | null;
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

class Walks {
  readonly all = new Map<string, Walk>();
  readonly #anchor: Anchor | null;
  readonly #whole: boolean;
  readonly #heads: ReadonlyMap<string, ChainHead>;
  readonly #keys: AuditKeys;
  #entries = 0;
  #taken: AuditEntry[] = [];

  constructor({ anchor, whole, keys }: LookOptions, heads: ReadonlyMap<string, ChainHead>) {
    this.#anchor = anchor;
    this.#whole = whole;
    this.#heads = heads;
    this.#keys = keys;
  }

  of(chain: string): Walk {
    const known = this.all.get(chain);
    if (known) return known;
    const anchored = this.#whole ? undefined : this.#anchor?.chains[chain];
    const floor = anchored ? { chain, ...anchored } : emptyHead(chain);
    const walk = { floor, end: { ...floor, id: null }, later: null, lowest: null, fault: null };
    this.all.set(chain, walk);
    return walk;
  }

  step(row: Row): 'more' | 'enough' {
    const { chain, seq, at } = placeOf(row.rowKey) ?? { chain: '??', seq: 0, at: 0 };
    if (!this.#whole && this.#isEnough(at)) return 'enough';
    const walk = this.of(chain);
    if (!this.#whole && seq <= walk.floor.seq) return 'more';
    this.#entries++;
    const first = walk.lowest === null;
    walk.lowest = Math.min(seq, walk.lowest ?? seq);
    const entry = readEntry(walk, row, seq, this.#keys);
    if (entry) this.#taken.push(entry);
    if (first) walk.end = { seq, hash: entry?.hash ?? null, at: entry?.at ?? null, id: entry?.id ?? null };
    const anchored = this.#anchor?.chains[chain];
    if (entry && anchored?.seq === seq && anchored.hash !== entry.hash) {
      walk.fault = { seq, id: entry.id, text: `anchor ${this.#anchor?.number} names another hash`, after: null };
    }
    return 'more';
  }

  /** The entries that were met since this was last asked. */
  taken(): readonly AuditEntry[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }

  /** Older than the anchor, and every chain that grew since has met the entry that continues the anchored one. */
  #isEnough(at: number): boolean {
    if (this.#anchor === null || at >= Date.parse(this.#anchor.at)) return false;
    return [...this.#heads].every(([chain, { seq }]) => {
      const { floor, lowest } = this.of(chain);
      const reached = seq <= floor.seq || (lowest !== null && lowest <= floor.seq + 1);
      return reached || (floor.at !== null && at < Date.parse(floor.at));
    });
  }

  /** The entries that the anchor names must still be there, as they were. */
  async lookAtAnchored(table: Table): Promise<void> {
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
      const walk = this.of(chain);
      // A head that was put back names an older one.
      if (text && !(walk.fault && walk.fault.seq < seq)) {
        walk.fault = { seq, id: entry?.id ?? null, text, after: null };
      }
    });
    await Promise.all(anchored);
  }

  look(): Look {
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

/** The entry of a row, held against the one above it; null when it tells nothing that can be trusted. */
function readEntry(walk: Walk, row: Row, seq: number, keys: AuditKeys): AuditEntry | null {
  const parsed = auditEntry.safeParse(jsonOf(row));
  if (!parsed.success) {
    walk.fault = { seq, id: null, text: 'its row holds no audit entry', after: null };
    walk.later = null;
    return null;
  }
  const entry = parsed.data;
  if (walk.later) walk.fault = linkFault(walk.later, headAfter(entry), keys) ?? walk.fault;
  if (walk.fault?.after === null) walk.fault = { ...walk.fault, after: entry.at };
  const text = rowFault(entry, row);
  if (text) walk.fault = { seq, id: entry.id, text, after: null };
  walk.later = text ? null : entry;
  return walk.later;
}

/** What is wrong with an entry, or with the gap, behind `before`. */
function linkFault(entry: AuditEntry, before: ChainHead, keys: AuditKeys): Fault | null {
  const text = faultOf(entry, before, keys.all);
  if (text === null) return null;
  if (entry.seq > before.seq + 1) return { seq: before.seq + 1, id: null, text, after: before.at };
  if (entry.seq <= before.seq) {
    return { seq: entry.seq, id: entry.id, text: 'it stands behind a later entry of its chain', after: before.at };
  }
  return { seq: entry.seq, id: entry.id, text, after: before.at };
}

/** Whether the chain ends where its head says, and not before the anchor: a head may be put back together with its tail. */
function endFault({ end, floor, lowest }: Walk, heads: Heads, headsAfter: Heads, anchor: Anchor | null): Fault | null {
  const [before, after] = [heads, headsAfter].map(({ sound }) => sound.get(floor.chain));
  const least = before?.seq ?? 0;
  const most = after?.seq ?? 0;
  const anchored = anchor?.chains[floor.chain]?.seq ?? 0;
  // Without a row in this pass nobody has seen that the chain reaches its floor.
  const seen = lowest === null ? Math.min(end.seq, most) : end.seq;
  const missing = (seq: number, text: string) => ({ seq, id: null, text: `it is not there, ${text}`, after: end.at });
  if (end.seq < least) return missing(end.seq + 1, `but the head says that there are ${least}`);
  if (seen < anchored) return missing(seen + 1, `but anchor ${anchor?.number} says that there were ${anchored}`);
  const headFault = headsAfter.faults.get(floor.chain);
  if (end.seq > 0 && headFault) {
    return {
      seq: end.seq,
      id: end.id,
      text: `the row of the head behind it, ${headKey(floor.chain)}: ${headFault}`,
      after: end.at,
    };
  }
  if (end.seq > most) {
    return { seq: end.seq, id: end.id, text: `the head says that there are ${most}`, after: end.at };
  }
  const other = [before, after].some((head) => head?.seq === end.seq && head.hash !== (end.hash ?? ''));
  return other ? { seq: end.seq, id: end.id, text: 'the head names another hash', after: end.at } : null;
}
