/** Sends decisions, each with the digest that was shown, and follows the approvals to their end. */
import { ApiError, call, get, withQuery } from '../../api/client.ts';
import type { ApprovalBrief, Decided, ListPage } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { STATUS_WORDS, wordOf } from '../../ui/format/words.ts';
import { defineJob, type NewJob } from '../../ui/jobs/jobs.ts';
import type { JobItem, JobResult } from '../../ui/jobs/model.ts';
import type { Decision } from './decide.ts';

/** Decided approvals that are read one by one in a round. */
const READS = 20;

export const labelOf = ({ rule, resource }: Pick<ApprovalBrief, 'rule' | 'resource'>) =>
  `${rule.title} on ${resource.name}`;

const startDecisions = defineJob({
  kind: 'decisions',
  done: 'decided',
  follows: 'approvals',
  run: (part, data) => decide(part, data),
  poll: (open) => follow(open),
});

const startApprovals = defineJob({
  kind: 'approve',
  done: 'applied',
  follows: 'approvals',
  run: (part, data) => decide(part, data),
  poll: (open) => follow(open),
});

/** Begins to decide these approvals, as they were shown. */
export function startDecision(decision: Decision, items: readonly ApprovalBrief[], comment: string): void {
  const job: NewJob = {
    title: `${decision === 'approve' ? 'Approve' : 'Reject'} ${items.length}`,
    data: { decision, comment },
    items: items.map((item) => ({
      id: item.id,
      label: labelOf(item),
      href: hrefOf('approvals', { status: 'pending,approved,blocked,unknown', open: item.id }),
      data: item.digest,
    })),
  };
  if (decision === 'approve') startApprovals(job);
  else startDecisions(job);
}

async function decide(part: readonly JobItem[], data: Readonly<Record<string, string>>): Promise<JobResult[]> {
  const { decision = 'reject', comment = '' } = data;
  const items = part.map(({ id, data: digest = '' }) => ({ id, digest }));
  const { body } = await call<{ items: readonly Decided[] }>('/approvals/decisions', {
    method: 'POST',
    body: { decision, items, comment },
  });
  return body.items.map(resultOfDecision);
}

export function resultOfDecision({ id, approval, problem }: Decided): JobResult {
  if (approval) return resultOf(approval);
  const isFault = (problem?.status ?? 500) >= 500;
  return {
    id,
    state: isFault ? 'failed' : 'refused',
    text: problem?.detail ?? problem?.title ?? 'No reason was given.',
  };
}

/** What became of a decided approval. */
export function resultOf({ id, status, moved }: ApprovalBrief): JobResult {
  const text = wordOf(STATUS_WORDS, status);
  switch (status) {
    case 'applied':
      return { id, state: 'done', text };
    case 'rejected':
    case 'cleared':
      return { id, state: 'done', text };
    case 'failed':
      return { id, state: 'failed', text };
    case 'superseded':
      return { id, state: 'refused', text: moved.length > 0 ? 'Superseded: the app changed since.' : 'Superseded.' };
    case 'expired':
      return { id, state: 'refused', text };
    case 'blocked':
      return { id, state: 'held', text };
    default:
      return { id, state: 'accepted', text };
  }
}

/** One request tells which are still open; the others have ended, and are read. */
async function follow(open: readonly JobItem[]): Promise<JobResult[]> {
  const path = withQuery('/approvals', {
    status: 'approved,blocked,unknown',
    view: 'brief',
    sort: 'requested',
    limit: 200,
  });
  const { items, nextCursor } = await get<ListPage<ApprovalBrief>>(path);
  const known = new Map(items.map((item) => [item.id, item]));
  const results = open.flatMap(({ id }) => known.get(id) ?? []).map(resultOf);
  // Beyond this page an approval may be open as well, so those are read in rounds, too.
  const others = open.filter(({ id }) => !known.has(id));
  const read =
    nextCursor === undefined ? others.slice(0, READS) : others.sort(() => Math.random() - 0.5).slice(0, READS);
  const ended = await Promise.all(read.map(({ id }) => readOne(id)));
  return [...results, ...ended.flat()];
}

async function readOne(id: string): Promise<JobResult[]> {
  try {
    return [resultOf(await get<ApprovalBrief>(`/approvals/${encodeURIComponent(id)}`))];
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
