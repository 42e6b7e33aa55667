/** Approvals: changes that wait for a person, and the two decisions. */

import * as z from 'zod';
import type { Approval } from '../../../domain/approvals/approval.ts';
import { GROUPINGS, type Grouping, groupApprovals } from '../../../domain/approvals/approval-groups.ts';
import {
  APPROVAL_SORTS,
  type ApprovalFilters,
  approvalFilter,
  headOf,
  isOpenOnly,
} from '../../../domain/approvals/approval-list.ts';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { timestamp } from '../../../domain/resources/schema.ts';
import { recordDecision } from '../../../workflows/approvals/record-decision.ts';
import type { ListedApproval } from '../../../workflows/ports/approvals.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import type { PageRequest } from '../../../workflows/ports/storage.ts';
import { type ApiResponse, defineEndpoint, type HandlerInput, type RequestContext } from '../../framework/endpoint.ts';
import { searchText, several, sortOf, total } from '../../framework/list-query.ts';
import { pageQuery, readPage } from '../../framework/page.ts';
import { isId } from '../../framework/parameters.ts';
import type { Principal } from '../../framework/principal.ts';
import { invalidRequest } from '../../framework/problem.ts';
import { approvalAnswer, approvalGroups, approvalPage } from './schemas.ts';
import { approvalView, type Viewer, viewerFor } from './view.ts';

const OPEN_ONLY = 'Takes `status` with open ones only: pending, approved, blocked, unknown.';

const comment = z.string().trim().max(4000);

const one = approvalFilter.shape;
/** Each with any number of values. */
const filters = {
  status: several(one.status)
    .exactOptional()
    .describe(
      'Pages of open approvals (pending, approved, blocked, unknown) are full, whatever the filters. With other statuses, or without `status`, a page may be short or empty while `nextCursor` is there when there are filters beside one status, one rule and one resource.',
    ),
  resource: several(one.resource).exactOptional(),
  rule: several(one.rule).exactOptional(),
  severity: several(one.severity).exactOptional(),
  impact: several(one.impact).exactOptional(),
  purpose: several(one.purpose).exactOptional(),
  changedBy: several(one.changedBy).exactOptional(),
  requestedFrom: timestamp.exactOptional().describe('Requested at this time or later.'),
  requestedTo: timestamp.exactOptional().describe('Requested before this time.'),
  expiresBefore: timestamp.exactOptional().describe('Expires before this time.'),
};

const query = z.strictObject({
  ...filters,
  q: searchText
    .describe('A part of the id or title of the rule, the name or id of the resource, or the name of the changer.')
    .exactOptional(),
  mayDecide: z
    .literal('true')
    .exactOptional()
    .describe(`\`true\`: only what you may approve now. With \`group\`: ${OPEN_ONLY}`),
  sort: sortOf(APPROVAL_SORTS).describe(
    `The latest first, the oldest first, the next to expire, the worst severity, the worst impact, by rule, by resource. ${OPEN_ONLY}`,
  ),
  view: z.enum(['full', 'brief']).default('full').describe('`brief`: without plan and source.'),
  total: total.describe(`\`true\`: the answer says how many approvals match. ${OPEN_ONLY}`),
  group: z
    .enum(GROUPINGS)
    .exactOptional()
    .describe(
      'The number of approvals in each group, of those that match the filters; of the pending ones unless `status` is given. All open ones are counted; of final ones about 3,000.',
    ),
  ...pageQuery,
});
type Query = z.infer<typeof query>;

export const listApprovals = defineEndpoint({
  name: 'listApprovals',
  method: 'GET',
  route: 'approvals',
  summary: 'The approvals, newest first; or, with `group`, their numbers.',
  role: 'Plumbline.Reader',
  query,
  result: z.union([approvalPage, approvalGroups]),
  async handle({ deps, config, principal, query: { group, view, ...asked } }) {
    refuseUnlessCounted(asked, group);
    if (group !== undefined) return { body: await countGroups(deps, group, asked, principal) };
    const viewing = viewerFor(deps, principal, asked.status);
    let matching: number | null = null;
    const list = async ({ view: _, mayDecide, total: isCounted, ...wanted }: ListQuery, at: PageRequest) => {
      const counted = { ...wanted, total: isCounted !== undefined };
      const accepts = mayDecide === undefined ? null : acceptedBy(await viewing);
      const isChosen = accepts !== null && isOpenOnly(wanted);
      const page = await deps.approvals.list(isChosen ? { ...counted, accepts } : counted, at);
      matching = page.total;
      return accepts === null || isChosen ? page : { ...page, items: page.items.filter(accepts) };
    };
    const [page, viewer] = await Promise.all([
      readPage('approvals', config.cursorKey, { ...asked, view }, list),
      viewing,
    ]);
    const items = page.items.map((item) => (view === 'brief' ? viewer.brief(item) : viewer.full(item)));
    return { body: { ...page, items, ...(matching === null ? {} : { total: matching }) } };
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
  async handle({ deps, principal, subject }) {
    return { body: await approvalView(deps, principal, subject) };
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
  return { body: await approvalView(deps, person, await recordDecision(deps, request)) };
}

type ListQuery = Omit<Query, 'group' | 'limit' | 'cursor'>;

/** Throws Refusal `invalid` for an order or a total of approvals that are not kept together. */
function refuseUnlessCounted(
  { status, sort, total: wanted, cursor, mayDecide }: Omit<Query, 'group' | 'view'>,
  group: Grouping | undefined,
): void {
  const isOrdered = sort !== APPROVAL_SORTS[0];
  if (group !== undefined && isOrdered) throw invalidRequest([{ parameter: 'sort', detail: 'groups have one order' }]);
  if (group !== undefined && cursor !== undefined) {
    throw invalidRequest([{ parameter: 'cursor', detail: 'groups have no pages' }]);
  }
  if (isOpenOnly({ status })) return;
  if (group !== undefined) {
    if (mayDecide === undefined || status === undefined) return;
    throw invalidRequest([{ parameter: 'mayDecide', detail: OPEN_ONLY }]);
  }
  const refused = [...(isOrdered ? ['sort'] : []), ...(wanted ? ['total'] : [])];
  if (refused.length > 0) throw invalidRequest(refused.map((parameter) => ({ parameter, detail: OPEN_ONLY })));
}

function acceptedBy(viewer: Viewer): (approval: ListedApproval) => boolean {
  return (approval) => viewer.mayDecide(approval).allowed;
}

/** All groups at once: they have no pages. */
async function countGroups(deps: Deps, by: Grouping, asked: Omit<Query, 'group' | 'view'>, principal: Principal) {
  const { limit: _limit, cursor: _cursor, sort: _sort, mayDecide, total: wanted, ...others } = asked;
  const filters = { ...others, status: others.status ?? ['pending' as const] };
  const { heads, complete } = await (mayDecide === undefined
    ? deps.approvals.listHeads(filters)
    : listAcceptedHeads(deps, filters, acceptedBy(await viewerFor(deps, principal, filters.status))));
  return {
    items: groupApprovals(heads, by),
    ...(wanted ? { total: heads.length } : {}),
    ...(complete ? {} : { incomplete: true }),
  };
}

/** The heads of the open approvals that match and are accepted. */
async function listAcceptedHeads(
  { approvals }: Deps,
  filters: ApprovalFilters,
  accepts: (approval: ListedApproval) => boolean,
) {
  const all = { limit: Number.POSITIVE_INFINITY, after: null };
  const { items, next } = await approvals.list({ ...filters, accepts }, all);
  return { heads: items.map(headOf), complete: next === null };
}

async function findApproval({ deps, params: { id: wanted } }: RequestContext): Promise<Approval> {
  const found = isId(wanted) ? await deps.approvals.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no approval with this id.');
  return found.value;
}
