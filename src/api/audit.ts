/** The log, as it was signed. */
import * as z from 'zod';
import { AUDIT_KINDS, type AuditEntry } from '../domain/audit.ts';
import { Refusal } from '../domain/refusal.ts';
import { askRollback } from '../workflows/ask-rollback.ts';
import { verifyRecords } from '../workflows/verify-records.ts';
import { approvalView } from './approvals.ts';
import { type Asked, defineCall } from './call.ts';
import { id, isId, moment, resourceOrAbove } from './filters.ts';
import { pageOf, pageQuery } from './page.ts';
import * as schemas from './schemas.ts';

/** The parameters that choose entries. */
export const auditFilters = {
  from: moment.exactOptional().describe('Inclusive.'),
  to: moment.exactOptional().describe('Exclusive.'),
  resource: resourceOrAbove.exactOptional(),
  rule: id.exactOptional(),
  kind: z.enum(AUDIT_KINDS).exactOptional(),
  actor: id.toLowerCase().exactOptional().describe('An object id.'),
  operationId: id.exactOptional(),
  approval: id.exactOptional(),
};

export const listAudit = defineCall({
  name: 'listAudit',
  method: 'GET',
  route: 'audit',
  summary: 'The log, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ ...auditFilters, ...pageQuery }),
  statuses: [200],
  result: schemas.listOf(schemas.auditEntry),
  refusals: [],
  async handle({ world, config, query }) {
    return { body: await pageOf('audit', config.cursorKey, query, (filters, page) => world.audit.list(filters, page)) };
  },
});

export const verifyAudit = defineCall({
  name: 'verifyAudit',
  method: 'GET',
  route: 'audit/verify',
  summary: 'Whether the log is whole, from the last verified anchor, and explains the settings and exemptions.',
  role: 'Plumbline.Reader',
  query: z.strictObject({}),
  statuses: [200],
  result: schemas.verification,
  refusals: [],
  async handle({ world }) {
    return { body: await verifyRecords(world) };
  },
});

export const getAuditEntry = defineCall({
  name: 'getAuditEntry',
  method: 'GET',
  route: 'audit/{id}',
  summary: 'One entry of the log.',
  role: 'Plumbline.Reader',
  query: z.strictObject({}),
  statuses: [200],
  result: schemas.auditEntry,
  refusals: ['not-found'],
  find: findEntry,
  async handle({ subject }) {
    return { body: subject };
  },
});

export const rollback = defineCall({
  name: 'rollback',
  method: 'POST',
  route: 'audit/{id}/rollback',
  summary:
    'Puts back what this fix changed, if it is still what was written; the rule then lets the app be for 7 days.',
  role: 'Plumbline.Approver',
  personOnly: true,
  query: z.strictObject({}),
  body: z.strictObject({ comment: z.string().trim().min(1, 'must say why').max(4000) }),
  statuses: [202],
  result: schemas.approval,
  refusals: [
    'not-found',
    'decided',
    'not-reversible',
    'moved',
    'audit-mode',
    'stopped',
    'own-change',
    'changer-unknown',
  ],
  find: findEntry,
  async handle({ world, principal, subject, body }) {
    return {
      body: approvalView(await askRollback(world, { entry: subject, comment: body.comment, person: principal })),
    };
  },
});

async function findEntry({ world, params: { id: wanted } }: Asked): Promise<AuditEntry> {
  const found = isId(wanted) ? await world.audit.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no audit entry with this id.');
  if (await world.audit.holds(found)) return found;
  const { id: auditId, chain, seq } = found;
  world.log.error({ auditId, chain, seq }, 'an entry of the audit log is not where its pointer says');
  throw new Refusal(
    'not-found',
    `The audit log has a pointer to this entry, but not the entry itself: number ${seq} of chain ${chain}. GET /api/audit/verify says what is wrong.`,
  );
}
