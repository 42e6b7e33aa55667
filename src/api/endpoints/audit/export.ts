/**
 * The log as one file. The Functions host holds the complete answer in memory (HTTP streaming is off), so a file has a maximum
 * size. A longer log is exported in parts, by time, or as evidence, whose parts follow each other.
 */

import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import { linesOf, type Manifest } from '../../../domain/audit/manifest.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  fileHeaders,
  MAX_EXPORT_ITEMS,
  MEDIA_TYPES,
} from '../../formats/export-format.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { collectEntries } from './collect.ts';
import { CSV_HEADER, formatCsv, formatOcsf } from './formats.ts';
import { auditFilters, queryOf } from './query.ts';

export const exportAudit = defineEndpoint({
  name: 'exportAudit',
  method: 'GET',
  route: 'audit/export',
  summary:
    'The log as a file, oldest first: as it was signed with a signed manifest, for spreadsheets, or as OCSF events.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    format: z.enum(EXPORT_FORMATS).default('jsonl').describe('jsonl, which can be verified, unless given.'),
    ...auditFilters.shape,
  }),
  result: MEDIA_TYPES.jsonl,
  alternativeTypes: [MEDIA_TYPES.csv],
  responseHeaders: { 'content-disposition': 'A name for the file.' },
  refusals: ['too-large'],
  async handle({ deps, query: { format, ...filters } }) {
    const { audit } = deps;
    // Read before the entries, so that a file without filter contains every entry that the anchor names.
    const anchor = await audit.latestAnchor();
    const found = format === 'jsonl' ? { verification: await verifyForExport(deps) } : {};
    const { lines, content, rest } = await collectEntries(audit, queryOf(filters), LINES[format]);
    if (rest !== null) throw new Refusal('too-large', TOO_LARGE);
    const exportedAt = deps.clock.now().toISOString();
    const filter = Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, String(value)]));
    const about = { filter, exportedAt, anchor, ...found, publicKeys: audit.publicKeys };
    return {
      headers: fileHeaders('audit', format, exportedAt),
      body: Buffer.concat([
        Buffer.from(format === 'csv' ? CSV_HEADER : ''),
        ...lines,
        Buffer.from(format === 'jsonl' ? manifestLine(deps, { v: 1, ...about, ...content }) : ''),
      ]),
    };
  },
});

const LINES: Readonly<Record<ExportFormat, (entries: readonly AuditEntry[]) => string>> = {
  jsonl: linesOf,
  csv: formatCsv,
  ocsf: formatOcsf,
};

const TOO_LARGE = `A file has ${MAX_EXPORT_ITEMS} entries at most. GET /api/audit/evidence?from=&to= gives a signed export of any length in parts. Or take the log in several files, with from and to; the end of one is the beginning of the next.`;

/** The last line of a signed export. */
export function manifestLine({ audit }: Deps, manifest: Manifest): string {
  return `${JSON.stringify({ manifest: audit.sign(manifest) })}\n`;
}

/** The file contains the result of the verification: its reader may have nothing else. */
export async function verifyForExport({ audit, log }: Deps): Promise<NonNullable<Manifest['verification']>> {
  const { valid, complete, firstBad, reason } = await audit.verify();
  if (!valid) log.error({ firstBad, reason }, 'audit log verification failed');
  return { valid, complete, ...(reason === undefined ? {} : { reason }) };
}
