/**
 * The log as one file. The Functions host takes an answer whole (no HTTP streaming is switched on), so a file has a largest
 * size; a longer log is taken in parts, by time, and proved together.
 */
import * as z from 'zod';
import type { AuditEntry } from '../domain/audit.ts';
import { type AboutExport, linesOf, type Manifest, manifestOf } from '../domain/manifest.ts';
import { Refusal } from '../domain/refusal.ts';
import type { AuditLog, AuditQuery, World } from '../workflows/ports.ts';
import { auditFilters } from './audit.ts';
import { csvOf, ocsfOf } from './audit-formats.ts';
import { defineCall } from './call.ts';

/** Entries in one file: some 25 MB. */
export const LARGEST_EXPORT = 20_000;

const MEDIA_TYPES = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  ocsf: 'application/x-ndjson',
} as const;
type Format = keyof typeof MEDIA_TYPES;

export const exportAudit = defineCall({
  name: 'exportAudit',
  method: 'GET',
  route: 'audit/export',
  summary:
    'The log as a file, oldest first: as it was signed with a signed manifest, for spreadsheets, or as OCSF events.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    format: z.enum(['jsonl', 'csv', 'ocsf']).default('jsonl').describe('jsonl, which can be verified, unless given.'),
    ...auditFilters,
  }),
  statuses: [200],
  result: MEDIA_TYPES.jsonl,
  alsoAs: [MEDIA_TYPES.csv],
  sendsHeaders: { 'content-disposition': 'A name for the file.' },
  refusals: ['too-large'],
  async handle({ world, query: { format, ...filter } }) {
    // Before the entries, so that all that it names is in a file without filter.
    const anchor = await world.audit.newestAnchor();
    const found = format === 'jsonl' ? { verification: await verificationOf(world) } : {};
    const entries = await entriesOf(world.audit, filter);
    const exportedAt = world.clock.now().toISOString();
    return {
      headers: {
        'content-type': MEDIA_TYPES[format],
        'content-disposition': `attachment; filename="${fileName(format, exportedAt)}"`,
      },
      body: bodyOf(
        format,
        entries,
        { filter, exportedAt, anchor, ...found, publicKeys: world.audit.publicKeys },
        world,
      ),
    };
  },
});

/** All entries that fit, oldest first. Throws Refusal `too-large`. */
async function entriesOf(audit: AuditLog, filter: AuditQuery): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<AuditLog['entries']>> = await audit.entries(filter, { limit: 1000, after });
    found.push(...page.items);
    if (found.length > LARGEST_EXPORT) {
      throw new Refusal(
        'too-large',
        `A file has ${LARGEST_EXPORT} entries at most. Take the log in parts, with from and to; the end of one is the beginning of the next.`,
      );
    }
    after = page.next;
  } while (after !== null);
  return found.reverse();
}

/** What is wrong with the log is said in the file: who is given it may have nothing else. */
async function verificationOf({ audit, log }: World): Promise<NonNullable<Manifest['verification']>> {
  const { valid, complete, firstBad, reason } = await audit.verify();
  if (!valid) log.error({ firstBad, reason }, 'the audit log is not whole');
  return { valid, complete, ...(reason === undefined ? {} : { reason }) };
}

function bodyOf(format: Format, entries: readonly AuditEntry[], about: AboutExport, { audit }: World): string {
  if (format === 'csv') return csvOf(entries);
  if (format === 'ocsf') return ocsfOf(entries);
  const lines = linesOf(entries);
  return `${lines}${JSON.stringify({ manifest: audit.sign(manifestOf(entries, lines, about)) })}\n`;
}

function fileName(format: Format, exportedAt: string): string {
  const time = exportedAt.replaceAll(/[:.]/g, '-');
  return `plumbline-audit-${time}.${format === 'ocsf' ? 'ocsf.jsonl' : format}`;
}
