/** Many decisions in one request: each is decided as if it had come alone, and one that fails hinders no other. */
import * as z from 'zod';
import { Refusal } from '../domain/refusal.ts';
import { StorageUnavailable, type World } from '../workflows/ports.ts';
import { recordDecision } from '../workflows/record-decision.ts';
import { approvalView, approve, reject } from './approvals.ts';
import { defineCall, type Reply } from './call.ts';
import { isId } from './filters.ts';
import type { Principal } from './principal.ts';
import { internalProblem, invalid, problemOf, storageProblem } from './problem.ts';
import * as schemas from './schemas.ts';

const MOST = 100;

const body = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    items: z
      .array(z.strictObject({ id: z.string(), digest: z.string().exactOptional().describe('Rejecting needs none') }))
      .min(1)
      .max(MOST, `must be at most ${MOST} items`),
    comment: z.string().trim().max(4000),
  })
  .refine(({ decision, comment }) => decision === 'approve' || comment !== '', {
    path: ['comment'],
    message: 'must say why',
  });
type Item = z.infer<typeof body>['items'][number];
type Asked = Omit<z.infer<typeof body>, 'items'>;

export const decideApprovals = defineCall({
  name: 'decideApprovals',
  method: 'POST',
  route: 'approvals/decisions',
  summary: 'Approves or rejects up to 100 approvals, each by its digest; the answer tells of each what became of it.',
  role: 'Plumbline.Approver',
  personOnly: true,
  query: z.strictObject({}),
  body,
  statuses: [200],
  result: schemas.decisions,
  refusals: [],
  async handle({ world, principal, body: { items, ...asked } }) {
    const answers: object[] = [];
    // One after the other: the same approval named twice is then a repetition, and no race with itself.
    for (const item of items) answers.push({ id: item.id, ...(await answerFor(world, principal, asked, item)) });
    return { body: { items: answers } };
  },
});

async function answerFor(world: World, person: Principal, asked: Asked, item: Item): Promise<object> {
  const [status] = (asked.decision === 'approve' ? approve : reject).statuses;
  try {
    return { status, approval: approvalView(await decide(world, person, asked, item)) };
  } catch (error) {
    const { status: refused, body: problem } = problemFor(world, item, error);
    return { status: refused, problem };
  }
}

async function decide(world: World, person: Principal, { decision, comment }: Asked, { id, digest }: Item) {
  if (!isId(id) || !(await world.approvals.get(id))) {
    throw new Refusal('not-found', 'There is no approval with this id.');
  }
  if (decision === 'approve' && digest === undefined) {
    throw invalid([{ pointer: '/digest', detail: 'must be the digest of the approval as it was shown' }]);
  }
  return recordDecision(world, { approvalId: id, decision, digest: digest ?? null, comment: comment || null, person });
}

function problemFor(world: World, { id }: Item, error: unknown): Reply {
  if (error instanceof Refusal) return problemOf(error);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const instance = world.newId();
  world.log.error({ problem: instance, approvalId: id, error: { name, message, stack } }, 'a decision failed');
  return error instanceof StorageUnavailable ? storageProblem() : internalProblem(instance);
}
