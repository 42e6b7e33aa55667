/** The audit log, as it was signed. */
import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { type AuditEntry, auditEntry } from '../../../domain/audit/audit.ts';
import { verifyRecords } from '../../../workflows/housekeeping/verify-records.ts';
import { auditQuery, auditVerification } from '../../../workflows/ports/audit.ts';
import { defineEndpoint, type RequestContext } from '../../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../../framework/page.ts';
import { isId } from '../../framework/parameters.ts';

export const listAudit = defineEndpoint({
  name: 'listAudit',
  method: 'GET',
  route: 'audit',
  summary: 'The log, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ ...auditQuery.shape, ...pageQuery }),
  result: pageSchema(auditEntry),
  async handle({ deps, config, query }) {
    return {
      body: await readPage('audit', config.cursorKey, query, (filters, page) => deps.audit.list(filters, page)),
    };
  },
});

export const verifyAudit = defineEndpoint({
  name: 'verifyAudit',
  method: 'GET',
  route: 'audit/verify',
  summary: 'Whether the log is whole, from the last verified anchor, and explains the settings and exemptions.',
  role: 'Plumbline.Reader',
  result: auditVerification,
  async handle({ deps }) {
    return { body: await verifyRecords(deps) };
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
