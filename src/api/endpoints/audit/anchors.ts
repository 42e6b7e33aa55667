/** The anchors of the log, as an auditor needs them. */
import * as z from 'zod';
import { anchor } from '../../../domain/audit/anchor.ts';
import type { AuditLog, Period } from '../../../workflows/ports/audit.ts';
import type { Page, PageRequest } from '../../../workflows/ports/storage.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../../framework/page.ts';
import { checkPeriod, periodQuery } from './query.ts';

const listedAnchor = z.strictObject({
  number: z.int().positive(),
  anchor: anchor.nullable().describe('As it was signed; null when it is missing, or its blob holds no anchor'),
});

export const listAnchors = defineEndpoint({
  name: 'listAnchors',
  method: 'GET',
  route: 'audit/anchors',
  summary: 'The anchors that were made in a period, newest first, with their signatures. Each is a read of a blob.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ ...periodQuery, ...pageQuery }),
  result: pageSchema(listedAnchor.meta({ id: 'ListedAnchor' })),
  async handle({ deps, config, query }) {
    checkPeriod(query);
    return {
      body: await readPage('anchors', config.cursorKey, query, (period, page) => pageOf(deps.audit, period, page)),
    };
  },
});

/** The first and the last number that are left to list. */
const position = z.strictObject({ first: z.int(), last: z.int() });

async function pageOf(
  audit: AuditLog,
  period: Period,
  { limit, after }: PageRequest,
): Promise<Page<z.infer<typeof listedAnchor>>> {
  const { first, last } = after === null ? await numbersIn(audit, period) : position.parse(JSON.parse(after));
  const from = Math.max(first, last - limit + 1);
  const found = await audit.readAnchors(from, last);
  const items = found.map((one, n) => ({ number: from + n, anchor: one })).reverse();
  return { items, next: from > first ? JSON.stringify({ first, last: from - 1 }) : null };
}

/** The numbers of the anchors that were made in a period. */
export async function numbersIn(audit: AuditLog, { from, to }: Period): Promise<z.infer<typeof position>> {
  const last = await audit.findAnchor(to === undefined ? undefined : justBefore(to));
  const before = from === undefined ? 0 : await audit.findAnchor(justBefore(from));
  return { first: before + 1, last };
}

function justBefore(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}
