/** Rolls back a fix. */
import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { wroteChanges } from '../../../domain/approvals/rollback.ts';
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import { id, time } from '../../../domain/resources/schema.ts';
import { requestRollback } from '../../../workflows/approvals/request-rollback.ts';
import { findRollbackRefusal } from '../../../workflows/approvals/rollback-possibility.ts';
import { collect, paginate } from '../../../workflows/ports/storage.ts';
import { answerEach, itemAnswer } from '../../framework/bulk.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { deciderRefusal } from '../../framework/principal.ts';
import { problemDocument } from '../../framework/problem.ts';
import { approvalAnswer } from '../approvals/schemas.ts';
import { approvalView } from '../approvals/view.ts';
import { findEntry } from './audit.ts';

const comment = z.string().trim().min(1, 'must say why').max(4000);

export const rollbackPossibility = z
  .strictObject({
    possible: z.boolean(),
    reason: z.string().exactOptional().describe('Why not'),
    code: problemDocument.shape.code,
    moved: problemDocument.shape.moved,
    asOf: time.nullable().describe('When the app was last evaluated; null when it never was'),
  })
  .meta({ id: 'RollbackPossibility' });

export const getRollback = defineEndpoint({
  name: 'getRollback',
  method: 'GET',
  route: 'audit/{id}/rollback',
  summary:
    'Whether the caller could roll back this fix now, or why not; without a read of Azure, so `moved` is as of the last evaluation.',
  role: 'Plumbline.Reader',
  result: rollbackPossibility,
  refusals: ['not-found'],
  findSubject: findEntry,
  async handle({ deps, principal, subject }) {
    const { asOf, refusal } = await findRollbackRefusal(deps, subject, principal);
    const refused = deciderRefusal(principal) ?? refusal;
    if (refused === null) return { body: { possible: true, asOf } };
    const { code, message, members } = refused;
    return { body: { possible: false, reason: message, code, asOf, ...members } };
  },
});

export const rollbacks = z
  .strictObject({
    items: z
      .array(itemAnswer({ id: z.string().describe('The entry'), approval: approvalAnswer.exactOptional() }))
      .describe('In the order of the log'),
  })
  .meta({ id: 'Rollbacks' });

export const rollbackOperation = defineEndpoint({
  name: 'rollbackOperation',
  method: 'POST',
  route: 'audit/rollback',
  summary: 'Rolls back all fixes of an operation, each with its own answer, in the order of the log.',
  role: 'Plumbline.Approver',
  personOnly: true,
  body: z.strictObject({ operationId: id, comment }),
  result: rollbacks,
  refusals: ['not-found'],
  async handle({ deps, principal, body }) {
    const entries = await collect(
      paginate((page) => deps.audit.list({ operationId: body.operationId }, page), MAX_ENTRIES),
    );
    const fixes = entries.filter(wroteChanges).reverse();
    if (fixes.length === 0) throw new Refusal('not-found', 'No fix of such an operation is in the log.');
    const call = { status: 202, fields: (entry: AuditEntry) => ({ id: entry.id }) };
    const items = await answerEach(deps, fixes, call, async (entry) => {
      const request = { entry, comment: body.comment, person: principal };
      return { id: entry.id, approval: await approvalView(deps, principal, await requestRollback(deps, request)) };
    });
    return { body: { items } };
  },
});

/** The entries that one request reads. An operation has some for each rule that it fixed. */
const MAX_ENTRIES = 200;

export const rollback = defineEndpoint({
  name: 'rollback',
  method: 'POST',
  route: 'audit/{id}/rollback',
  summary:
    'Rolls back this fix, if its values are still the ones that were written; the rule then leaves the app alone for 7 days.',
  role: 'Plumbline.Approver',
  personOnly: true,
  body: z.strictObject({ comment }),
  statuses: [202],
  result: approvalAnswer,
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
  findSubject: findEntry,
  async handle({ deps, principal, subject, body }) {
    const approval = await requestRollback(deps, { entry: subject, comment: body.comment, person: principal });
    return { body: await approvalView(deps, principal, approval) };
  },
});
