/** Many decisions in one request. Each is handled like a single request, and one that fails does not affect the others. */

import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { recordDecision } from '../../../workflows/approvals/record-decision.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { StorageUnavailable } from '../../../workflows/ports/storage.ts';
import { type ApiResponse, defineEndpoint } from '../../framework/endpoint.ts';
import { isId } from '../../framework/parameters.ts';
import type { Principal } from '../../framework/principal.ts';
import { internalProblem, invalidRequest, problemOf, storageProblem } from '../../framework/problem.ts';
import { approve, reject } from './approvals.ts';
import { decisions } from './schemas.ts';
import { approvalView } from './view.ts';

const MAX_ITEMS = 100;

const body = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    items: z
      .array(z.strictObject({ id: z.string(), digest: z.string().exactOptional().describe('Rejecting needs none') }))
      .min(1)
      .max(MAX_ITEMS, `must be at most ${MAX_ITEMS} items`),
    comment: z.string().trim().max(4000),
  })
  .refine(({ decision, comment }) => decision === 'approve' || comment !== '', {
    path: ['comment'],
    message: 'must say why',
  });
type Item = z.infer<typeof body>['items'][number];
type SharedDecision = Omit<z.infer<typeof body>, 'items'>;

export const decideApprovals = defineEndpoint({
  name: 'decideApprovals',
  method: 'POST',
  route: 'approvals/decisions',
  summary: 'Approves or rejects up to 100 approvals, each by its digest; the answer has the result of each.',
  role: 'Plumbline.Approver',
  personOnly: true,
  body,
  result: decisions,
  async handle({ deps, principal, body: { items, ...shared } }) {
    const answers: object[] = [];
    // One after the other: an approval that is named twice is then a repetition, and does not race with itself.
    for (const item of items) answers.push({ id: item.id, ...(await decideItem(deps, principal, shared, item)) });
    return { body: { items: answers } };
  },
});

async function decideItem(deps: Deps, person: Principal, shared: SharedDecision, item: Item): Promise<object> {
  const [status] = (shared.decision === 'approve' ? approve : reject).statuses;
  try {
    return { status, approval: await approvalView(deps, person, await decide(deps, person, shared, item)) };
  } catch (error) {
    const { status: refused, body: problem } = problemFor(deps, item, error);
    return { status: refused, problem };
  }
}

async function decide(deps: Deps, person: Principal, { decision, comment }: SharedDecision, { id, digest }: Item) {
  if (!isId(id) || !(await deps.approvals.get(id))) {
    throw new Refusal('not-found', 'There is no approval with this id.');
  }
  if (decision === 'approve' && digest === undefined) {
    throw invalidRequest([{ pointer: '/digest', detail: 'must be the digest of the approval as it was shown' }]);
  }
  return recordDecision(deps, { approvalId: id, decision, digest: digest ?? null, comment: comment || null, person });
}

function problemFor(deps: Deps, { id }: Item, error: unknown): ApiResponse {
  if (error instanceof Refusal) return problemOf(error);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const instance = deps.newId();
  deps.log.error({ problem: instance, approvalId: id, error: { name, message, stack } }, 'a decision failed');
  return error instanceof StorageUnavailable ? storageProblem() : internalProblem(instance);
}
