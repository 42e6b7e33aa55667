/**
 * The findings as one file. The host sends an answer as a whole, so a file has a maximum of findings. What is beyond is refused,
 * unless the caller asks for parts: a part says in the header Link where the next one is.
 */
import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { findingFilters } from '../../../domain/decisions/find-findings.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import type { FindingQuery } from '../../../workflows/ports/findings.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  fileHeaders,
  MAX_EXPORT_ITEMS,
  MEDIA_TYPES,
} from '../../formats/export-format.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { readPage } from '../../framework/page.ts';
import { benchmark, rulesInBenchmark } from '../../framework/parameters.ts';
import { FINDINGS_CSV_HEADER, formatFindings } from './export-formats.ts';

export const exportFindings = defineEndpoint({
  name: 'exportFindings',
  method: 'GET',
  route: 'findings/export',
  summary: 'The findings as a file: a line of JSON for each, for spreadsheets, or as OCSF events.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    format: z.enum(EXPORT_FORMATS).default('jsonl').describe('jsonl unless given.'),
    ...findingFilters.shape,
    benchmark: benchmark.exactOptional(),
    part: z
      .string()
      .exactOptional()
      .describe(
        '`first` for the first part of a long list; then as in the header Link of the part before. Without it, a list that does not fit into one file is refused.',
      ),
  }),
  result: MEDIA_TYPES.jsonl,
  alternativeTypes: [MEDIA_TYPES.csv],
  responseHeaders: {
    'content-disposition': 'A name for the file.',
    link: 'The address of the next part, with `rel="next"`; missing when this is the last one.',
  },
  refusals: ['bad-cursor', 'too-large'],
  async handle({ deps, config, query: { format, part, ...filters } }) {
    const asked = { ...filters, format, limit: MAX_EXPORT_ITEMS, ...(isLater(part) ? { cursor: part } : {}) };
    const { items, nextCursor } = await readPage(
      'findings-export',
      config.cursorKey,
      asked,
      async ({ format: _, benchmark: wanted, ...query }, { after }) => {
        const rules = wanted === undefined ? {} : { rules: rulesInBenchmark(wanted, deps.rules) };
        return readPart(deps, { ...query, ...rules }, format, after);
      },
    );
    if (part === undefined && nextCursor !== undefined) throw new Refusal('too-large', TOO_LARGE);
    const header = format === 'csv' ? [Buffer.from(FINDINGS_CSV_HEADER)] : [];
    const asText = Object.entries(filters).map(([name, value]): [string, string] => [name, String(value)]);
    const next = new URLSearchParams([['format', format], ...asText, ['part', nextCursor ?? '']]);
    return {
      headers: {
        ...fileHeaders('findings', format, deps.clock.now().toISOString()),
        ...(nextCursor === undefined ? {} : { link: `</api/findings/export?${next}>; rel="next"` }),
      },
      body: Buffer.concat([...header, ...items]),
    };
  },
});

const TOO_LARGE = `A file has ${MAX_EXPORT_ITEMS} findings at most. Add part=first, and take the next parts from the header Link; or take fewer, such as those of one subscription with resource.`;

function isLater(part: string | undefined): part is string {
  return part !== undefined && part !== 'first';
}

/** The lines of the findings of a part, as text: as objects they need several times the memory. */
async function readPart(deps: Deps, query: FindingQuery, format: ExportFormat, start: string | null) {
  const items: Buffer[] = [];
  let after = start;
  for (let room = MAX_EXPORT_ITEMS; room > 0; ) {
    const page = await deps.findings.list(query, { limit: Math.min(PAGE_SIZE, room), after });
    items.push(Buffer.from(formatFindings(format, page.items, deps.rules)));
    room -= page.items.length;
    after = page.next;
    if (after === null) break;
  }
  return { items, next: after };
}

const PAGE_SIZE = 1000;
