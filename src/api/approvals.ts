/** The queue: the changes that wait for a person, and the two decisions. */
import * as z from 'zod';
import { APPROVAL_STATUSES, type Approval } from '../domain/approval.ts';
import { GROUPINGS, type Grouping, groupsOf } from '../domain/approval-group.ts';
import { planOf, shown } from '../domain/plan.ts';
import { Refusal } from '../domain/refusal.ts';
import { parseResourceId } from '../domain/resource.ts';
import type { ApprovalQuery, World } from '../workflows/ports.ts';
import { recordDecision } from '../workflows/record-decision.ts';
import { type Asked, defineCall } from './call.ts';
import { id, isId, resourceOrAbove } from './filters.ts';
import { type PageQuery, pageOf, pageQuery } from './page.ts';
import { invalid } from './problem.ts';
import * as schemas from './schemas.ts';

const none = z.strictObject({});
const comment = z.string().trim().max(4000);

export const listApprovals = defineCall({
  name: 'listApprovals',
  method: 'GET',
  route: 'approvals',
  summary: 'The queue, newest first; or, with `group`, in numbers.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    status: z.enum(APPROVAL_STATUSES).exactOptional(),
    resource: resourceOrAbove.exactOptional(),
    rule: id.exactOptional(),
    group: z
      .enum(GROUPINGS)
      .exactOptional()
      .describe(
        'How many there are of each, of those that match the filters; the pending ones unless `status` is given.',
      ),
    ...pageQuery,
  }),
  statuses: [200],
  result: z.union([schemas.listOf(schemas.approval), schemas.approvalGroups]),
  refusals: [],
  async handle({ world, config, query: { group, ...query } }) {
    if (group !== undefined) return { body: await grouped(world, group, query) };
    const page = await pageOf('approvals', config.cursorKey, query, (filters, at) => world.approvals.list(filters, at));
    return { body: { ...page, items: page.items.map(approvalView) } };
  },
});

export const getApproval = defineCall({
  name: 'getApproval',
  method: 'GET',
  route: 'approvals/{id}',
  summary: 'One approval: what would be written, and how it would be written.',
  role: 'Plumbline.Reader',
  query: none,
  statuses: [200],
  result: schemas.approval,
  refusals: ['not-found'],
  find: findApproval,
  async handle({ subject }) {
    return { body: approvalView(subject) };
  },
});

export const approve = defineCall({
  name: 'approve',
  method: 'POST',
  route: 'approvals/{id}/approve',
  summary: 'Approves exactly what was shown, by its digest.',
  role: 'Plumbline.Approver',
  personOnly: true,
  query: none,
  body: z.strictObject({
    digest: z.string().describe('The digest of the approval as it was shown'),
    comment: comment.exactOptional(),
  }),
  statuses: [202],
  result: schemas.approval,
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
  find: findApproval,
  async handle({ world, principal, subject, body }) {
    const decided = await recordDecision(world, {
      approvalId: subject.id,
      decision: 'approve',
      digest: body.digest,
      comment: body.comment || null,
      person: principal,
    });
    return { body: approvalView(decided) };
  },
});

export const reject = defineCall({
  name: 'reject',
  method: 'POST',
  route: 'approvals/{id}/reject',
  summary: 'Rejects a change; it is not asked again for a while.',
  role: 'Plumbline.Approver',
  personOnly: true,
  query: none,
  body: z.strictObject({
    comment: comment.min(1, 'must say why'),
    digest: z.string().exactOptional().describe('Rejecting needs none'),
  }),
  statuses: [200],
  result: schemas.approval,
  refusals: ['not-found', 'expired', 'decided', 'superseded', 'digest-mismatch'],
  find: findApproval,
  async handle({ world, principal, subject, body }) {
    const decided = await recordDecision(world, {
      approvalId: subject.id,
      decision: 'reject',
      digest: body.digest ?? null,
      comment: body.comment,
      person: principal,
    });
    return { body: approvalView(decided) };
  },
});

/** An approval as others see it: with the plan computed, without what only we keep. */
export function approvalView(approval: Approval) {
  const { kept, decision, supersededBy, changedBy, unlogged: _unlogged, ...seen } = approval;
  const resource = parseResourceId(approval.resource.id);
  return {
    ...seen,
    plan: resource ? planOf(resource, approval.changes, kept).map(shown) : [],
    ...(changedBy === null ? {} : { changedBy }),
    ...(decision === null ? {} : { decision: { by: decision.by, at: decision.at, comment: decision.comment } }),
    ...(supersededBy === null ? {} : { supersededBy }),
  };
}

/** All groups at once: there are no pages of them. */
async function grouped(world: World, by: Grouping, query: ApprovalQuery & PageQuery) {
  const { limit: _limit, cursor, status = 'pending', ...filters } = query;
  if (cursor !== undefined) throw invalid([{ parameter: 'cursor', detail: 'groups have no pages' }]);
  const { heads, complete } = await world.approvals.heads({ ...filters, status });
  return { items: groupsOf(heads, by), ...(complete ? {} : { incomplete: true }) };
}

async function findApproval({ world, params: { id: wanted } }: Asked): Promise<Approval> {
  const found = isId(wanted) ? await world.approvals.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no approval with this id.');
  return found.value;
}
