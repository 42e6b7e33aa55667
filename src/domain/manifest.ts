/**
 * The last line of an export: what was asked for, what is in the file and how far each chain goes, sealed like an entry. It
 * makes a cut file show, and tells which gaps the filter explains.
 */
import { createHash } from 'node:crypto';
import type { Anchor } from './anchor.ts';
import type { AuditEntry } from './audit.ts';

export interface Manifest {
  readonly v: 1;
  /** ISO time. */
  readonly exportedAt: string;
  /** The parameters that were given; from is inclusive, to exclusive. */
  readonly filter: Readonly<Record<string, string>>;
  readonly count: number;
  /** Of the entries in this file. */
  readonly chains: Readonly<Record<string, ExportedChain>>;
  /** The newest when the export was made, or null. */
  readonly anchor: Anchor | null;
  /**
   * What the service found right before: a file cannot show what was kept out of the log. `complete` when it looked at every
   * entry. An export of an earlier version has none.
   */
  readonly verification?: { readonly valid: boolean; readonly complete: boolean; readonly reason?: string };
  readonly publicKeys: readonly { readonly keyId: string; readonly publicKey: string }[];
  /** Of the bytes of all lines before this one, line ends included; lower-case hex. */
  readonly sha256: string;
}

export interface ExportedChain {
  readonly count: number;
  readonly firstSeq: number;
  readonly firstHash: string;
  readonly lastSeq: number;
  readonly lastHash: string;
}

/** Each entry as a line of its own, with its line end. */
export function linesOf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** What the manifest says beside what is in the file. */
export type AboutExport = Pick<Manifest, 'exportedAt' | 'filter' | 'anchor' | 'verification' | 'publicKeys'>;

/** The manifest of these entries, oldest first, that were written as `lines`. */
export function manifestOf(entries: readonly AuditEntry[], lines: string, about: AboutExport): Manifest {
  const chains: Record<string, ExportedChain> = {};
  for (const { chain, seq, hash } of entries) {
    const { count, firstSeq, firstHash } = chains[chain] ?? { count: 0, firstSeq: seq, firstHash: hash };
    chains[chain] = { count: count + 1, firstSeq, firstHash, lastSeq: seq, lastHash: hash };
  }
  const sha256 = createHash('sha256').update(lines).digest('hex');
  return { v: 1, ...about, count: entries.length, chains, sha256 };
}

/** Whether a filter leaves no entry out between the first and the last one of a chain: within one, times never go back. */
export function isGapless(filter: Manifest['filter']): boolean {
  return Object.keys(filter).every((name) => name === 'from' || name === 'to');
}
