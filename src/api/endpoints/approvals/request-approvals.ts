/** Requests approvals for violations that the sweep has found. */
import * as z from 'zod';
import { resourceScope } from '../../../domain/resources/resource.ts';
import { id } from '../../../domain/resources/schema.ts';
import * as workflow from '../../../workflows/approvals/request-approvals.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { actorOf } from '../../framework/principal.ts';
import { invalidRequest } from '../../framework/problem.ts';

const queued = z.strictObject({
  queued: z.int().describe('Resources whose violation gets an approval at their next reconcile'),
});

export const requestApprovals = defineEndpoint({
  name: 'queueFindings',
  method: 'POST',
  route: 'approvals',
  summary: 'Requests approvals for violations that only the sweep has found.',
  role: 'Plumbline.Operator',
  body: z.strictObject({ rule: id, scope: resourceScope }),
  statuses: [202],
  result: queued,
  async handle({ deps, principal, body: { rule, scope } }) {
    if (!deps.rules.some((one) => one.id === rule)) {
      throw invalidRequest([{ pointer: '/rule', detail: 'is no rule; GET /api/rules lists them' }]);
    }
    return { body: { queued: await workflow.requestApprovals(deps, { rule, scope, actor: actorOf(principal) }) } };
  },
});
