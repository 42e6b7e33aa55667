/** The entries of an export, read page by page and kept as text, because as objects they need several times the memory. */
import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import { ChainSpans, type ExportContent } from '../../../domain/audit/manifest.ts';
import type { AuditLog, AuditQuery } from '../../../workflows/ports/audit.ts';
import { pagesOf } from '../../../workflows/ports/storage.ts';
import { MAX_EXPORT_ITEMS } from '../../formats/export-format.ts';

export interface Collected {
  /** The lines, oldest first. */
  readonly lines: readonly Buffer[];
  readonly content: ExportContent;
  /** The time (ISO) of the newest entry that has no place, with which a further part begins; null when all have. */
  readonly rest: string | null;
}

/**
 * The newest entries that fit into one file. Entries of the same millisecond stay together: a part ends where a time ends.
 * `format` makes lines of entries, oldest first.
 */
export async function collectEntries(
  audit: AuditLog,
  query: AuditQuery,
  format: (entries: readonly AuditEntry[]) => string,
  most = MAX_EXPORT_ITEMS,
): Promise<Collected> {
  const pages: Buffer[] = [];
  const chains = new ChainSpans();
  let count = 0;
  const take = (entries: readonly AuditEntry[]) => {
    for (const entry of entries) chains.add(entry);
    count += entries.length;
    pages.push(Buffer.from(format([...entries].reverse())));
  };
  const collected = (rest: string | null): Collected => {
    const lines = pages.reverse();
    const digest = createHash('sha256');
    for (const page of lines) digest.update(page);
    return { lines, content: { count, chains: chains.spans, sha256: digest.digest('hex') }, rest };
  };
  // The newest page is not taken before the next one is read: the end of a part may go through it.
  let waiting: readonly AuditEntry[] = [];
  for await (const items of pagesOf((page) => audit.scan(query, page), PAGE_SIZE)) {
    const room = most - count - waiting.length;
    const next = items[room];
    if (next) {
      take([...waiting, ...items.slice(0, room)].filter(({ at }) => at !== next.at));
      return collected(next.at);
    }
    take(waiting);
    waiting = items;
  }
  take(waiting);
  return collected(null);
}

const PAGE_SIZE = 1000;
