/** Rolls back a fix. */
import * as z from 'zod';
import { requestRollback } from '../../../workflows/approvals/request-rollback.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { approvalView } from '../approvals/approvals.ts';
import { approvalAnswer } from '../approvals/schemas.ts';
import { findEntry } from './audit.ts';

export const rollback = defineEndpoint({
  name: 'rollback',
  method: 'POST',
  route: 'audit/{id}/rollback',
  summary:
    'Rolls back this fix, if its values are still the ones that were written; the rule then leaves the app alone for 7 days.',
  role: 'Plumbline.Approver',
  personOnly: true,
  body: z.strictObject({ comment: z.string().trim().min(1, 'must say why').max(4000) }),
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
    return {
      body: approvalView(await requestRollback(deps, { entry: subject, comment: body.comment, person: principal })),
    };
  },
});
