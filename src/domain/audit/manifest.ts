/**
 * The last line of an export: its filter, its content and the ends of the chains, sealed like an entry. It reveals a
 * truncated file, and shows which gaps the filter explains.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Infer, time } from '../resources/schema.ts';
import { anchor } from './anchor.ts';
import type { AuditEntry, ChainHead } from './audit.ts';

export const exportedChain = z.strictObject({
  count: z.int(),
  firstSeq: z.int(),
  firstHash: z.string(),
  lastSeq: z.int(),
  lastHash: z.string(),
});
type ExportedChain = Infer<typeof exportedChain>;

export const manifest = z.strictObject({
  v: z.literal(1),
  exportedAt: time,
  /** The parameters of the export; `from` is inclusive, `to` exclusive. */
  filter: z.record(z.string(), z.string()),
  count: z.int(),
  /** The chains of the entries in this file. */
  chains: z.record(z.string(), exportedChain),
  /** The newest anchor at the time of the export, or null. */
  anchor: anchor.nullable(),
  /**
   * The verification right before the export, because a file cannot show entries that are missing in the log.
   * `complete`: every entry was verified. Exports of earlier versions have none.
   */
  verification: z
    .strictObject({ valid: z.boolean(), complete: z.boolean(), reason: z.string().exactOptional() })
    .exactOptional(),
  publicKeys: z.array(z.strictObject({ keyId: z.string(), publicKey: z.string() })),
  /** The hash of all lines before this one, including line ends; lower-case hex. */
  sha256: z.string(),
});
export type Manifest = Infer<typeof manifest>;

/** One line per entry, with its line end. */
export function linesOf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** The fields of the manifest that do not follow from the entries. */
export type ExportInfo = Pick<Manifest, 'exportedAt' | 'filter' | 'anchor' | 'verification' | 'publicKeys'>;

/** The fields of the manifest that follow from the entries. */
export type ExportContent = Pick<Manifest, 'count' | 'chains' | 'sha256'>;

/** The manifest of these entries, oldest first. `lines` is their text. */
export function manifestOf(entries: readonly AuditEntry[], lines: string, about: ExportInfo): Manifest {
  const chains = new ChainSpans();
  for (const entry of entries) chains.add(entry);
  const sha256 = createHash('sha256').update(lines).digest('hex');
  return { v: 1, ...about, count: entries.length, chains: chains.spans, sha256 };
}

/** The first and the last entry of each chain. */
export class ChainSpans {
  readonly #spans = new Map<string, ExportedChain>();

  /** In any order. */
  add({ chain, seq, hash }: ChainHead): void {
    const span = this.#spans.get(chain) ?? { count: 0, firstSeq: seq, firstHash: hash, lastSeq: seq, lastHash: hash };
    this.#spans.set(chain, {
      count: span.count + 1,
      ...(seq < span.firstSeq ? { firstSeq: seq, firstHash: hash } : pickFirst(span)),
      ...(seq > span.lastSeq ? { lastSeq: seq, lastHash: hash } : pickLast(span)),
    });
  }

  /** By the names of the chains. */
  get spans(): Record<string, ExportedChain> {
    return Object.fromEntries([...this.#spans].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function pickFirst({ firstSeq, firstHash }: ExportedChain) {
  return { firstSeq, firstHash };
}

function pickLast({ lastSeq, lastHash }: ExportedChain) {
  return { lastSeq, lastHash };
}

/** Whether a filter keeps all entries between the first and the last one of a chain. Times in a chain never go back. */
export function isGapless(filter: Manifest['filter']): boolean {
  return Object.keys(filter).every((name) => name === 'from' || name === 'to');
}
