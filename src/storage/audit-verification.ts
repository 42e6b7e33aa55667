/**
 * Verifies the whole log in one pass from the newest entry to the oldest: each entry against the one before it in its chain,
 * its row against its content, and each chain's end against its head. Memory does not grow with the log.
 */
import {
  type AuditEntry,
  type AuditKeys,
  type ChainHead,
  emptyHead,
  faultOf,
  headAfter,
  publicKeyText,
} from '../domain/audit.ts';
import type { AuditVerification } from '../workflows/ports.ts';
import { ALL_ENTRIES, ALL_HEADS, entryColumns, entryKey, headIn, placeOf } from './audit-rows.ts';
import { jsonOf, type Row } from './entity.ts';
import { auditEntry } from './shapes.ts';
import type { Table } from './table.ts';

/** Names the oldest bad entry of the first bad chain; its id is null when the entry is not there or tells none. */
export async function verifyLog(table: Table, keys: AuditKeys): Promise<AuditVerification> {
  const before = await headsOf(table);
  const walks = new Map<string, Walk>();
  let entries = 0;
  for await (const rows of table.pages(ALL_ENTRIES)) {
    for (const row of rows) {
      entries++;
      const place = placeOf(row.rowKey) ?? { chain: '??', seq: 0 };
      const walk = walks.get(place.chain) ?? { newestSeq: place.seq, newest: null, later: null, fault: null };
      walks.set(place.chain, walk);
      step(walk, row, place.seq, keys);
    }
  }
  // Others may have written meanwhile: a chain ends somewhere between its heads before and after.
  const after = await headsOf(table);
  for (const chain of after.keys()) {
    if (!walks.has(chain)) walks.set(chain, { newestSeq: 0, newest: null, later: null, fault: null });
  }
  for (const [chain, walk] of walks) {
    if (walk.later) walk.fault = linkFault(walk.later, emptyHead(chain), keys) ?? walk.fault;
    walk.fault ??= endFault(walk, before.get(chain), after.get(chain));
  }
  return verdict(walks, entries, keys);
}

/** How far the pass has come in one chain. */
interface Walk {
  /** Of the first row that was met, from its key. */
  newestSeq: number;
  newest: AuditEntry | null;
  /** The entry above, not yet held against the one before it; null after a row that tells nothing. */
  later: AuditEntry | null;
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

function step(walk: Walk, row: Row, seq: number, keys: AuditKeys): void {
  const parsed = auditEntry.safeParse(jsonOf(row));
  if (!parsed.success) {
    walk.fault = { seq, id: null, text: 'its row holds no audit entry', after: null };
    walk.later = null;
    return;
  }
  const entry = parsed.data;
  if (walk.later) walk.fault = linkFault(walk.later, headAfter(entry), keys) ?? walk.fault;
  if (walk.fault?.after === null) walk.fault = { ...walk.fault, after: entry.at };
  const text = rowFault(entry, row);
  if (text) walk.fault = { seq, id: entry.id, text, after: null };
  walk.later = text ? null : entry;
  if (walk.newestSeq === seq) walk.newest ??= walk.later;
}

/** The key and the columns of a row must say what its entry says: lists find it by them. */
function rowFault(entry: AuditEntry, row: Row): string | null {
  if (entryKey(entry) !== row.rowKey) return 'its content does not belong to its row';
  const strange = Object.entries(entryColumns(entry)).find(([name, value]) => (row[name] ?? null) !== value);
  return strange ? `its column ${strange[0]} does not match its content` : null;
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

/** Whether the chain ends where its head says. A head that was rolled back with its tail shows in the anchors only. */
function endFault(walk: Walk, before: ChainHead | undefined, after: ChainHead | undefined): Fault | null {
  const { newestSeq, newest } = walk;
  const at = newest?.at ?? null;
  const least = before?.seq ?? 0;
  const most = after?.seq ?? 0;
  if (newestSeq < least) {
    return {
      seq: newestSeq + 1,
      id: null,
      text: `it is not there, but the head says that there are ${least}`,
      after: at,
    };
  }
  if (newestSeq > most) {
    return { seq: newestSeq, id: newest?.id ?? null, text: `the head says that there are ${most}`, after: at };
  }
  const other = [before, after].some((head) => head?.seq === newestSeq && head.hash !== (newest?.hash ?? ''));
  return other ? { seq: newestSeq, id: newest?.id ?? null, text: 'the head names another hash', after: at } : null;
}

async function headsOf(table: Table): Promise<Map<string, ChainHead>> {
  const heads = (await table.all(ALL_HEADS)).map((row) => headIn(table, row));
  return new Map(heads.map((head) => [head.chain, head]));
}

function verdict(walks: ReadonlyMap<string, Walk>, entries: number, keys: AuditKeys): AuditVerification {
  const common = {
    complete: true,
    entries,
    publicKeys: keys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) })),
  };
  const chains = [...walks].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [chain, { fault }] of chains) {
    if (!fault) continue;
    const { seq, id, text, after } = fault;
    const reason = `Entry ${seq} of chain ${chain}: ${text}.`;
    return { ...common, valid: false, verifiedTo: after, firstBad: { chain, seq, id }, reason };
  }
  const times = chains.flatMap(([, { newest }]) => newest?.at ?? []).sort();
  return { ...common, valid: true, verifiedTo: times.at(-1) ?? null };
}
