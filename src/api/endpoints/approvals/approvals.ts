/** Approvals: changes that wait for a person, and the two decisions. */

import * as z from 'zod';
import type { Approval } from '../../../domain/approvals/approval.ts';
import { GROUPINGS, type Grouping, groupApprovals } from '../../../domain/approvals/approval-groups.ts';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { planOf, requestView } from '../../../domain/changes/plan-requests.ts';
import { parseResourceId } from '../../../domain/resources/resource.ts';
import { recordDecision } from '../../../workflows/approvals/record-decision.ts';
import { type ApprovalQuery, approvalQuery } from '../../../workflows/ports/approvals.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { type ApiResponse, defineEndpoint, type HandlerInput, type RequestContext } from '../../framework/endpoint.ts';
import { type PageQuery, pageQuery, pageSchema, readPage } from '../../framework/page.ts';
import { isId } from '../../framework/parameters.ts';
import { invalidRequest } from '../../framework/problem.ts';
import { approvalAnswer, approvalGroups } from './schemas.ts';

const comment = z.string().trim().max(4000);

export const listApprovals = defineEndpoint({
  name: 'listApprovals',
  method: 'GET',
  route: 'approvals',
  summary: 'The approvals, newest first; or, with `group`, their numbers.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    ...approvalQuery.shape,
    group: z
      .enum(GROUPINGS)
      .exactOptional()
      .describe(
        'The number of approvals in each group, of those that match the filters; of the pending ones unless `status` is given. All pending ones are counted.',
      ),
    ...pageQuery,
  }),
  result: z.union([pageSchema(approvalAnswer), approvalGroups]),
  async handle({ deps, config, query: { group, ...query } }) {
    if (group !== undefined) return { body: await countGroups(deps, group, query) };
    const page = await readPage('approvals', config.cursorKey, query, (filters, at) =>
      deps.approvals.list(filters, at),
    );
    return { body: { ...page, items: page.items.map(approvalView) } };
  },
});

export const getApproval = defineEndpoint({
  name: 'getApproval',
  method: 'GET',
  route: 'approvals/{id}',
  summary: 'One approval: the changes, and the requests that would write them.',
  role: 'Plumbline.Reader',
  result: approvalAnswer,
  refusals: ['not-found'],
  findSubject: findApproval,
  async handle({ subject }) {
    return { body: approvalView(subject) };
  },
});

export const approve = defineEndpoint({
  name: 'approve',
  method: 'POST',
  route: 'approvals/{id}/approve',
  summary: 'Approves exactly what was shown, by its digest.',
  role: 'Plumbline.Approver',
  personOnly: true,
  body: z.strictObject({
    digest: z.string().describe('The digest of the approval as it was shown'),
    comment: comment.exactOptional(),
  }),
  statuses: [202],
  result: approvalAnswer,
  refusals: [
    'not-found',
    'expired',
    'decided',
    'superseded',
    'digest-mismatch',
    'audit-mode',
    'stopped',
    'own-change',
    'changer-unknown',
  ],
  findSubject: findApproval,
  handle: (input) => decide('approve', input),
});

export const reject = defineEndpoint({
  name: 'reject',
  method: 'POST',
  route: 'approvals/{id}/reject',
  summary: 'Rejects a change; no approval for it is requested again for a while.',
  role: 'Plumbline.Approver',
  personOnly: true,
  body: z.strictObject({
    comment: comment.min(1, 'must say why'),
    digest: z.string().exactOptional().describe('Rejecting needs none'),
  }),
  result: approvalAnswer,
  refusals: ['not-found', 'expired', 'decided', 'superseded', 'digest-mismatch'],
  findSubject: findApproval,
  handle: (input) => decide('reject', input),
});

type DecisionBody = { readonly digest?: string; readonly comment?: string };

async function decide(
  decision: 'approve' | 'reject',
  { deps, principal: person, subject, body }: HandlerInput<unknown, DecisionBody, Approval>,
): Promise<ApiResponse> {
  const { digest = null, comment } = body;
  const request = { approvalId: subject.id, decision, digest, comment: comment || null, person };
  return { body: approvalView(await recordDecision(deps, request)) };
}

/** An approval as the API shows it: with the computed plan, and without internal members. */
export function approvalView(approval: Approval) {
  const { preserved: _preserved, decision, supersededBy, changedBy, outbox: _outbox, ...shown } = approval;
  const resource = parseResourceId(approval.resource.id);
  return {
    ...shown,
    plan: resource ? planOf(resource, [approval]).map(requestView) : [],
    ...(changedBy === null ? {} : { changedBy }),
    ...(decision === null ? {} : { decision: { by: decision.by, at: decision.at, comment: decision.comment } }),
    ...(supersededBy === null ? {} : { supersededBy }),
  };
}

/** All groups at once: they have no pages. */
async function countGroups(deps: Deps, by: Grouping, query: ApprovalQuery & PageQuery) {
  const { limit: _limit, cursor, status = 'pending', ...filters } = query;
  if (cursor !== undefined) throw invalidRequest([{ parameter: 'cursor', detail: 'groups have no pages' }]);
  const { heads, complete } = await deps.approvals.listHeads({ ...filters, status });
  return { items: groupApprovals(heads, by), ...(complete ? {} : { incomplete: true }) };
}

async function findApproval({ deps, params: { id: wanted } }: RequestContext): Promise<Approval> {
  const found = isId(wanted) ? await deps.approvals.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no approval with this id.');
  return found.value;
}
