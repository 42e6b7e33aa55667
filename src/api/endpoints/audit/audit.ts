/** The audit log, as it was signed. */
import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { type AuditEntry, auditEntry } from '../../../domain/audit/audit.ts';
import { verifyRecords } from '../../../workflows/housekeeping/verify-records.ts';
import {
  type AuditVerification,
  auditVerification,
  type Period,
  PeriodTooLong,
} from '../../../workflows/ports/audit.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { defineEndpoint, type RequestContext } from '../../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../../framework/page.ts';
import { isId } from '../../framework/parameters.ts';
import { auditFilters, checkPeriod, periodQuery, queryOf } from './query.ts';

export const listAudit = defineEndpoint({
  name: 'listAudit',
  method: 'GET',
  route: 'audit',
  summary: 'The log, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ ...auditFilters.shape, ...pageQuery }),
  result: pageSchema(auditEntry),
  async handle({ deps, config, query }) {
    return {
      body: await readPage('audit', config.cursorKey, query, (filters, page) =>
        deps.audit.list(queryOf(filters), page),
      ),
    };
  },
});

export const verifyAudit = defineEndpoint({
  name: 'verifyAudit',
  method: 'GET',
  route: 'audit/verify',
  summary:
    'Whether the log is whole, from the last verified anchor, and explains the settings and exemptions. With from or to: whether the entries of that period are whole, from the anchor before it to the anchor after it.',
  role: 'Plumbline.Reader',
  query: z.strictObject(periodQuery),
  result: auditVerification,
  refusals: ['too-large'],
  async handle({ deps, query }) {
    checkPeriod(query);
    const isWhole = query.from === undefined && query.to === undefined;
    return { body: isWhole ? await verifyRecords(deps) : await verifyPeriod(deps, query) };
  },
});

export const getAuditEntry = defineEndpoint({
  name: 'getAuditEntry',
  method: 'GET',
  route: 'audit/{id}',
  summary: 'One entry of the log.',
  role: 'Plumbline.Reader',
  result: auditEntry,
  refusals: ['not-found'],
  findSubject: findEntry,
  async handle({ subject }) {
    return { body: subject };
  },
});

/** Throws Refusal `too-large` for a period that one call cannot verify. */
async function verifyPeriod({ audit, log }: Deps, period: Period): Promise<AuditVerification> {
  try {
    const found = await audit.verifyPeriod(period);
    const { firstBad, reason } = found;
    if (!found.valid) log.error({ ...period, firstBad, reason }, 'audit log verification failed');
    return found;
  } catch (error) {
    if (!(error instanceof PeriodTooLong)) throw error;
    const advice =
      error.longestTo === null
        ? 'Even the time to the next anchor has more. The hourly timer verifies every entry once a day, and npm run audit:verify proves an export.'
        : `The longest one with this beginning has to=${error.longestTo}. Verify the rest from there.`;
    throw new Refusal('too-large', `The period has more entries than one call can verify. ${advice}`);
  }
}

/** The entry that the path names, when the log contains it. Throws Refusal `not-found`. */
export async function findEntry({ deps, params: { id: wanted } }: RequestContext): Promise<AuditEntry> {
  const found = isId(wanted) ? await deps.audit.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no audit entry with this id.');
  if (await deps.audit.contains(found)) return found;
  const { id: auditId, chain, seq } = found;
  deps.log.error({ auditId, chain, seq }, 'an entry of the audit log is not where its pointer says');
  throw new Refusal(
    'not-found',
    `The audit log has a pointer to this entry, but not the entry itself: number ${seq} of chain ${chain}. GET /api/audit/verify says what is wrong.`,
  );
}
