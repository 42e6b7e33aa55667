/**
 * The log as one file. The Functions host holds the complete answer in memory (HTTP streaming is off), so a file has a maximum
 * size. A longer log is exported in parts, by time, and the parts are verified together.
 */

import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import { type ExportInfo, linesOf, type Manifest, manifestOf } from '../../../domain/audit/manifest.ts';
import { type AuditLog, type AuditQuery, auditQuery } from '../../../workflows/ports/audit.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { pagesOf } from '../../../workflows/ports/pages.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { formatCsv, formatOcsf } from './formats.ts';

/** Entries in one file: some 25 MB. */
export const MAX_EXPORT_ENTRIES = 20_000;

const MEDIA_TYPES = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  ocsf: 'application/x-ndjson',
} as const;
type Format = keyof typeof MEDIA_TYPES;

export const exportAudit = defineEndpoint({
  name: 'exportAudit',
  method: 'GET',
  route: 'audit/export',
  summary:
    'The log as a file, oldest first: as it was signed with a signed manifest, for spreadsheets, or as OCSF events.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    format: z.enum(['jsonl', 'csv', 'ocsf']).default('jsonl').describe('jsonl, which can be verified, unless given.'),
    ...auditQuery.shape,
  }),
  result: MEDIA_TYPES.jsonl,
  alternativeTypes: [MEDIA_TYPES.csv],
  responseHeaders: { 'content-disposition': 'A name for the file.' },
  refusals: ['too-large'],
  async handle({ deps, query: { format, ...filter } }) {
    // Read before the entries, so that a file without filter contains every entry that the anchor names.
    const anchor = await deps.audit.latestAnchor();
    const found = format === 'jsonl' ? { verification: await verifyForExport(deps) } : {};
    const entries = await readEntries(deps.audit, filter);
    const exportedAt = deps.clock.now().toISOString();
    return {
      headers: {
        'content-type': MEDIA_TYPES[format],
        'content-disposition': `attachment; filename="${fileName(format, exportedAt)}"`,
      },
      body: formatFile(
        format,
        entries,
        { filter, exportedAt, anchor, ...found, publicKeys: deps.audit.publicKeys },
        deps,
      ),
    };
  },
});

/** All entries that fit, oldest first. Throws Refusal `too-large`. */
async function readEntries(audit: AuditLog, filter: AuditQuery): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for await (const items of pagesOf((page) => audit.scan(filter, page), 1000)) {
    found.push(...items);
    if (found.length > MAX_EXPORT_ENTRIES) {
      throw new Refusal(
        'too-large',
        `A file has ${MAX_EXPORT_ENTRIES} entries at most. Take the log in parts, with from and to; the end of one is the beginning of the next.`,
      );
    }
  }
  return found.reverse();
}

/** The file contains the result of the verification: its reader may have nothing else. */
async function verifyForExport({ audit, log }: Deps): Promise<NonNullable<Manifest['verification']>> {
  const { valid, complete, firstBad, reason } = await audit.verify();
  if (!valid) log.error({ firstBad, reason }, 'audit log verification failed');
  return { valid, complete, ...(reason === undefined ? {} : { reason }) };
}

function formatFile(format: Format, entries: readonly AuditEntry[], about: ExportInfo, { audit }: Deps): string {
  if (format === 'csv') return formatCsv(entries);
  if (format === 'ocsf') return formatOcsf(entries);
  const lines = linesOf(entries);
  return `${lines}${JSON.stringify({ manifest: audit.sign(manifestOf(entries, lines, about)) })}\n`;
}

function fileName(format: Format, exportedAt: string): string {
  const time = exportedAt.replaceAll(/[:.]/g, '-');
  return `plumbline-audit-${time}.${format === 'ocsf' ? 'ocsf.jsonl' : format}`;
}
